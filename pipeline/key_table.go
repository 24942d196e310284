package pipeline

import (
	"encoding/binary"

	"roletrail/parquet"
)

// keySize is how many bytes a key has with its turn, in memory and in a file.
const keySize = 20

// keyFile holds keys that were put aside, a table after another.
type keyFile struct {
	scratch *parquet.Scratch
	tables  int    // that are still asked
	buf     []byte // of the table being written
}

// keyTable is the keys of a shard that were put aside: a table like the one in memory, of which a
// look-up reads a block.
type keyTable struct {
	file *keyFile
	at   int64 // in the file
	size int   // places
}

// keysInBlock is how many places a look-up reads at a time. At least a quarter of a table is free,
// so that the key or a free place is mostly among them.
const keysInBlock = 16

// take puts the keys of a shard aside.
func (f *keyFile) take(s *keyShard, sets *keySets) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count == 0 {
		return nil
	}
	if places := s.count + s.count/3 + 1; places > len(s.keys) { // it was packed
		s.resize(places, sets)
	}
	f.buf = f.buf[:0]
	for i, k := range s.keys {
		f.buf = binary.LittleEndian.AppendUint64(f.buf, k.hi)
		f.buf = binary.LittleEndian.AppendUint64(f.buf, k.lo)
		f.buf = binary.LittleEndian.AppendUint32(f.buf, uint32(s.turns[i]))
	}
	at, err := f.scratch.Append(f.buf)
	if err != nil {
		return err
	}
	f.tables++
	s.aside = append(s.aside, keyTable{f, at, len(s.keys)})
	sets.took(int64(-len(s.keys)) * keySize)
	s.keys, s.turns, s.count, s.most = nil, nil, 0, 0
	return nil
}

// isAside reports whether a key is among those that were put aside, and by which turn.
func (s *keyShard) isAside(k eventKey) (by int32, is bool, err error) {
	for i := range s.aside {
		if s.block == nil {
			s.block = make([]byte, keysInBlock*keySize)
		}
		if by, is, err = s.aside[i].find(k, s.block); is || err != nil {
			return by, is, err
		}
	}
	return 0, false, nil
}

// find looks for a key in the table. It reads into block.
func (t *keyTable) find(k eventKey, block []byte) (by int32, is bool, err error) {
	for i := k.place(t.size); ; {
		n := min(keysInBlock, t.size-i)
		if err := t.file.scratch.ReadAt(block[:n*keySize], t.at+int64(i)*keySize); err != nil {
			return 0, false, err
		}
		for at := 0; at < n*keySize; at += keySize {
			entry := block[at:]
			switch (eventKey{binary.LittleEndian.Uint64(entry), binary.LittleEndian.Uint64(entry[8:])}) {
			case k:
				return int32(binary.LittleEndian.Uint32(entry[16:])), true, nil
			case eventKey{}:
				return 0, false, nil
			}
		}
		if i += n; i == t.size {
			i = 0
		}
	}
}
