package gunzip

import "encoding/binary"

// bitReader gives the bits of the input, the lowest of each byte first.
//
// The lowest count bits of buf are the next ones. Bits above them are either zero or
// what follows in the input: filling ors the same bits over them. Bytes before pos are
// in buf or used.
type bitReader struct {
	in    []byte
	pos   int
	buf   uint64
	count uint
}

// fill makes at least 56 bits ready, or all that are left.
func (r *bitReader) fill() {
	if len(r.in)-r.pos >= 8 {
		r.buf |= binary.LittleEndian.Uint64(r.in[r.pos:]) << (r.count & 63)
		r.pos += int((63 - r.count) >> 3)
		r.count |= 56
		return
	}
	for r.count < 56 && r.pos < len(r.in) {
		r.buf |= uint64(r.in[r.pos]) << (r.count & 63)
		r.pos++
		r.count += 8
	}
}

// take returns the next n bits, at most 16, if there are so many.
func (r *bitReader) take(n uint) (value uint, ok bool) {
	if r.count < n {
		if r.fill(); r.count < n {
			return 0, false
		}
	}
	value = uint(r.buf) & (1<<(n&63) - 1)
	r.buf >>= n & 63
	r.count -= n
	return value, true
}

// align drops the bits up to the next byte and gives back the bytes in buf.
func (r *bitReader) align() {
	r.pos -= int(r.count >> 3)
	r.buf, r.count = 0, 0
}

// left is how many whole bytes of the input are unused.
func (r *bitReader) left() int { return len(r.in) - r.pos + int(r.count>>3) }
