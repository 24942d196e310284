package pipeline

import (
	"bytes"
	"hash/maphash"
)

// span is a piece of an arena.
type span struct{ at, size uint32 }

// arena holds the bytes of all texts of a row store, one after another.
type arena struct{ buf []byte }

func (a *arena) add(b []byte) span {
	at := len(a.buf)
	a.buf = append(a.buf, b...)
	return span{uint32(at), uint32(len(b))}
}

func (a *arena) bytes(s span) []byte {
	return a.buf[s.at : s.at+s.size : s.at+s.size]
}

var internSeed = maphash.MakeSeed()

// intern gives the distinct texts of one column codes from 0. It is emptied with
// the row store it belongs to.
type intern struct {
	arena  *arena
	values []span
	hashes []uint32
	table  []int32 // open addressing, code+1, 0 = free
	last   int32   // the code given last: most columns repeat
}

const noCode = int32(-1)

func newIntern(a *arena) intern {
	return intern{arena: a, table: make([]int32, 64), last: noCode}
}

func (in *intern) reset() {
	in.values, in.hashes, in.last = in.values[:0], in.hashes[:0], noCode
	clear(in.table)
}

// code returns the text's code; a nil text is NULL and has none.
func (in *intern) code(text []byte) int32 {
	if text == nil {
		return noCode
	}
	code, _ := in.find(text)
	return code
}

// text is the text of a code, nil of noCode. It is valid until the store is emptied.
func (in *intern) text(code int32) []byte {
	if code < 0 {
		return nil
	}
	return in.arena.bytes(in.values[code])
}

// find returns the text's code and whether it was new.
func (in *intern) find(text []byte) (code int32, isNew bool) {
	if in.last >= 0 && bytes.Equal(in.arena.bytes(in.values[in.last]), text) {
		return in.last, false
	}
	h := uint32(maphash.Bytes(internSeed, text))
	mask := uint32(len(in.table) - 1)
	i := h & mask
	for ; in.table[i] != 0; i = (i + 1) & mask {
		c := in.table[i] - 1
		if in.hashes[c] == h && bytes.Equal(in.arena.bytes(in.values[c]), text) {
			in.last = c
			return c, false
		}
	}
	c := int32(len(in.values))
	in.values = append(in.values, in.arena.add(text))
	in.hashes = append(in.hashes, h)
	in.table[i] = c + 1
	in.last = c
	if 4*len(in.values) > 3*len(in.table) {
		in.grow()
	}
	return c, true
}

func (in *intern) grow() {
	in.table = make([]int32, 2*len(in.table))
	mask := uint32(len(in.table) - 1)
	for c, h := range in.hashes {
		i := h & mask
		for in.table[i] != 0 {
			i = (i + 1) & mask
		}
		in.table[i] = int32(c) + 1
	}
}
