package gunzip

import "encoding/binary"

const (
	maxLength = 258 // of a match
	// farIn and farOut are what one round of the fast loop may read, and may write
	// beside a match: two fillings, and three literals and what a copy writes beyond
	// its end.
	farIn  = 16
	farOut = 3 + 32
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
func fast(dst []byte, n int, r *bitReader, literals *literalCode, distances *distanceCode) (size int, ended, ok bool) {
	in, pos, buf, count := r.in, r.pos, r.buf, r.count
	lastIn, lastOut := len(in)-farIn, len(dst)-maxLength-farOut
	ok = true
	for pos <= lastIn && n <= lastOut {
		buf |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
		pos += int((63 - count) >> 3)
		count |= 56
		e := literals[buf&(1<<literalBits-1)]
		if e&literal != 0 {
			buf >>= e.bits()
			count -= e.bits()
			dst[n] = uint8(e >> 16)
			n++
			e = literals[buf&(1<<literalBits-1)]
			if e&literal != 0 {
				buf >>= e.bits()
				count -= e.bits()
				dst[n] = uint8(e >> 16)
				n++
				e = literals[buf&(1<<literalBits-1)]
				if e&literal != 0 {
					buf >>= e.bits()
					count -= e.bits()
					dst[n] = uint8(e >> 16)
					n++
					continue
				}
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
				continue
			}
			if e&special != 0 {
				buf >>= e.bits()
				count -= e.bits()
				ended, ok = true, e&end != 0
				break
			}
		}
		length := e.number(buf)
		buf >>= e.bits()
		count -= e.bits()
		e = distances[buf&(1<<distanceBits-1)]
		if e&special != 0 {
			if e = distances.find(buf); e&special != 0 {
				ok = false
				break
			}
		}
		distance := e.number(buf)
		buf >>= e.bits()
		count -= e.bits()
		if distance > n {
			ok = false
			break
		}
		repeat(dst, n, distance, length)
		n += length
	}
	r.pos, r.buf, r.count = pos, buf, count
	return n, ended, ok
}

// repeat copies length bytes from distance bytes before n to n, of which those from
// distance on are copies of what it has just written. It may write 32 bytes more.
func repeat(dst []byte, n, distance, length int) {
	from, to := n-distance, n+length
	if distance < 16 {
		for ; n < to; n++ {
			dst[n] = dst[from]
			from++
		}
		return
	}
	for ; n < to; n += 16 {
		d, s := dst[n:n+16], dst[from:from+16]
		a, b := binary.LittleEndian.Uint64(s), binary.LittleEndian.Uint64(s[8:])
		binary.LittleEndian.PutUint64(d, a)
		binary.LittleEndian.PutUint64(d[8:], b)
		from += 16
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
