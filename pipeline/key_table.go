package pipeline

import (
	"encoding/binary"

	"roletrail/parquet"
)

// keySize is how many bytes a key has, in memory and in a file.
const keySize = 16

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
	for _, k := range s.keys {
		f.buf = binary.LittleEndian.AppendUint64(f.buf, k.hi)
		f.buf = binary.LittleEndian.AppendUint64(f.buf, k.lo)
	}
	at, err := f.scratch.Append(f.buf)
	if err != nil {
		return err
	}
	f.tables++
	s.aside = append(s.aside, keyTable{f, at, len(s.keys)})
	sets.took(int64(-len(s.keys)) * keySize)
	s.keys, s.count, s.most = nil, 0, 0
	return nil
}

// isAside reports whether a key is among those that were put aside.
func (s *keyShard) isAside(k eventKey) (bool, error) {
	for i := range s.aside {
		if s.block == nil {
			s.block = make([]byte, keysInBlock*keySize)
		}
		if has, err := s.aside[i].has(k, s.block); has || err != nil {
			return has, err
		}
	}
	return false, nil
}

// has reports whether a key is in the table. It reads into block.
func (t *keyTable) has(k eventKey, block []byte) (bool, error) {
	for i := k.place(t.size); ; {
		n := min(keysInBlock, t.size-i)
		if err := t.file.scratch.ReadAt(block[:n*keySize], t.at+int64(i)*keySize); err != nil {
			return false, err
		}
		for at := 0; at < n*keySize; at += keySize {
			switch (eventKey{binary.LittleEndian.Uint64(block[at:]), binary.LittleEndian.Uint64(block[at+8:])}) {
			case k:
				return true, nil
			case eventKey{}:
				return false, nil
			}
		}
		if i += n; i == t.size {
			i = 0
		}
	}
}
