package gunzip

import "encoding/binary"

const (
	maxLength = 258 // of a match
	// run is how many literals are decoded before filling again.
	run = 4
	// piece is how many bytes a match is copied at a time.
	piece = 16
	// farIn and farOut are what a round of the fast loop may read, which is two
	// fillings, and may write beside a match: literals and what the last piece has
	// beyond the match's end.
	farIn  = 16
	farOut = run + piece
)

// symbols decodes the symbols of a block to dst[n:].
func symbols(dst []byte, n int, r *bitReader, literals *literalCode, distances *distanceCode) (size int, ok bool) {
	n, ended, ok := fast(dst, n, r, literals, distances)
	if ended || !ok {
		return n, ok
	}
	return slow(dst, n, r, literals, distances)
}

// fast decodes symbols while both ends are far. ended says that the block did.
//
// Filling leaves at least 56 bits by count and 64 in truth: after the bits of a run of
// literals, at most 44, or of a match, at most 48, there are enough to index a table
// before filling again. So e, the entry of the next symbol, is looked up while the
// processor still fills and copies.
func fast(dst []byte, n int, r *bitReader, literals *literalCode, distances *distanceCode) (size int, ended, ok bool) {
	in, pos, buf, count := r.in, r.pos, r.buf, r.count
	lastIn, lastOut := len(in)-farIn, len(dst)-maxLength-farOut
	if pos > lastIn {
		return n, false, true
	}
	buf |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
	pos += int((63 - count) >> 3)
	count |= 56
	e := literals[buf&(1<<literalBits-1)]
	for pos <= lastIn && n <= lastOut {
		buf |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
		pos += int((63 - count) >> 3)
		count |= 56
		if e&literal != 0 {
			for i := 0; i < run && e&literal != 0; i++ {
				buf >>= e.bits()
				count -= e.bits()
				dst[n] = uint8(e >> 16)
				n++
				e = literals[buf&(1<<literalBits-1)]
			}
			if e&literal != 0 {
				continue
			}
			buf |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
			pos += int((63 - count) >> 3)
			count |= 56
		}
		if e&special != 0 {
			e = literals.find(buf)
			if e&literal != 0 {
				buf >>= e.bits()
				count -= e.bits()
				dst[n] = uint8(e >> 16)
				n++
				e = literals[buf&(1<<literalBits-1)]
				continue
			}
			if e&special != 0 {
				buf >>= e.bits()
				count -= e.bits()
				if e&end == 0 {
					return n, true, false
				}
				ended = true
				break
			}
		}
		length := e.number(buf)
		buf >>= e.bits()
		count -= e.bits()
		e = distances[buf&(1<<distanceBits-1)]
		if e&special != 0 {
			if e = distances.find(buf); e&special != 0 {
				return n, true, false
			}
		}
		distance := e.number(buf)
		buf >>= e.bits()
		count -= e.bits()
		if distance > n {
			return n, true, false
		}
		e = literals[buf&(1<<literalBits-1)]
		repeat(dst, n, distance, length)
		n += length
	}
	r.pos, r.buf, r.count = pos, buf, count
	return n, ended, true
}

// repeat copies length bytes to n from distance bytes before, of which those from
// distance on are copies of what it has just written. It may write up to piece bytes
// beyond them.
func repeat(dst []byte, n, distance, length int) {
	from, to := n-distance, n+length
	switch {
	case distance < piece:
		for ; n < to; n++ {
			dst[n] = dst[from]
			from++
		}
	case length > 3*piece && distance >= length:
		copy(dst[n:to], dst[from:])
	default:
		for ; n < to; n += piece {
			*(*[piece]byte)(dst[n:]) = *(*[piece]byte)(dst[from:])
			from += piece
		}
	}
}

// slow decodes symbols one by one up to the end of the block.
func slow(dst []byte, n int, r *bitReader, literals *literalCode, distances *distanceCode) (size int, ok bool) {
	for {
		r.fill() // a match takes at most 48 bits
		e := literals.find(r.buf)
		length := e.number(r.buf)
		if !r.drop(e) {
			return 0, false
		}
		switch {
		case e&end != 0:
			return n, true
		case e&special != 0 || n == len(dst):
			return 0, false
		case e&literal != 0:
			dst[n] = uint8(e.value())
			n++
			continue
		}
		e = distances.find(r.buf)
		distance := e.number(r.buf)
		if !r.drop(e) || e&special != 0 || distance > n || length > len(dst)-n {
			return 0, false
		}
		for to := n + length; n < to; n++ {
			dst[n] = dst[n-distance]
		}
	}
}

// drop takes the bits of e, if they are there.
func (r *bitReader) drop(e entry) bool {
	if r.count < e.bits() {
		return false
	}
	r.buf >>= e.bits()
	r.count -= e.bits()
	return true
}
