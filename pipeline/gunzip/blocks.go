package gunzip

import (
	"encoding/binary"
	"sync"
)

// blocks decodes blocks up to the last one and returns the size of the content.
func (f *Inflater) blocks(dst []byte, r *bitReader) (n int, ok bool) {
	for {
		head, ok := r.take(3)
		if !ok {
			return 0, false
		}
		switch head >> 1 {
		case 0:
			n, ok = stored(dst, n, r)
		case 1:
			code := fixed()
			n, ok = symbols(dst, n, r, &code.literals, &code.distances)
		case 2:
			if !f.defineCodes(r) {
				return 0, false
			}
			n, ok = symbols(dst, n, r, &f.literals, &f.distances)
		default:
			return 0, false
		}
		if !ok {
			return 0, false
		}
		if head&1 != 0 {
			return n, true
		}
	}
}

// stored copies a block that is not compressed to dst[n:].
func stored(dst []byte, n int, r *bitReader) (int, bool) {
	r.align()
	rest := r.in[r.pos:]
	if len(rest) < 4 {
		return 0, false
	}
	size := binary.LittleEndian.Uint16(rest)
	if size != ^binary.LittleEndian.Uint16(rest[2:]) {
		return 0, false
	}
	rest = rest[4:]
	if len(rest) < int(size) || len(dst)-n < int(size) {
		return 0, false
	}
	r.pos += 4 + copy(dst[n:], rest[:size])
	return n + int(size), true
}

type codes struct {
	literals  literalCode
	distances distanceCode
}

// fixed is the code of blocks that define none (RFC 1951, 3.2.6).
var fixed = sync.OnceValue(func() *codes {
	var widths [fixedLiterals]uint8
	for i := range widths {
		switch {
		case i < 144:
			widths[i] = 8
		case i < 256:
			widths[i] = 9
		case i < 280:
			widths[i] = 7
		default:
			widths[i] = 8
		}
	}
	var c codes
	define(c.literals[:], literalBits, widths[:], literalEntries[:])
	for i := range fixedDistances {
		widths[i] = 5
	}
	define(c.distances[:], distanceBits, widths[:fixedDistances], distanceEntries[:])
	return &c
})

const (
	widthSymbols = 19
	widthBits    = 7 // of the longest codeword of a width
)

// widthOrder is the order in which the widths of the widths' code come.
var widthOrder = [widthSymbols]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// widthEntries are the entries of the widths' code: each symbol is its own value.
var widthEntries = func() (entries [widthSymbols]entry) {
	for i := range entries {
		entries[i] = entry(i << 16)
	}
	return entries
}()

// defineCodes reads the codes of a block (RFC 1951, 3.2.7).
func (f *Inflater) defineCodes(r *bitReader) (ok bool) {
	head, ok := r.take(14)
	if !ok {
		return false
	}
	literals, distances, given := int(head&31)+257, int(head>>5&31)+1, int(head>>10)+4
	if literals > maxLiterals || distances > maxDistances {
		return false
	}
	var own [widthSymbols]uint8
	for _, symbol := range widthOrder[:given] {
		w, ok := r.take(3)
		if !ok {
			return false
		}
		own[symbol] = uint8(w)
	}
	var table [1 << widthBits]entry
	if !define(table[:], widthBits, own[:], widthEntries[:]) {
		return false
	}
	widths := f.widths[:literals+distances]
	return readWidths(widths, r, &table) &&
		define(f.literals[:], literalBits, widths[:literals], literalEntries[:]) &&
		define(f.distances[:], distanceBits, widths[literals:], distanceEntries[:])
}

// readWidths reads the widths of codewords, of which many alike are written as one.
func readWidths(widths []uint8, r *bitReader, table *[1 << widthBits]entry) (ok bool) {
	for i := 0; i < len(widths); {
		if r.count < widthBits+7 {
			r.fill()
		}
		e := table[r.buf&(1<<widthBits-1)]
		if e&special != 0 || r.count < e.bits() {
			return false
		}
		r.buf >>= e.bits()
		r.count -= e.bits()
		if e.value() < 16 {
			widths[i] = uint8(e.value())
			i++
			continue
		}
		width, times, extra := uint8(0), 3, uint(3)
		switch e.value() {
		case 16: // the one before
			if i == 0 {
				return false
			}
			width, extra = widths[i-1], 2
		case 18:
			times, extra = 11, 7
		}
		more, ok := r.take(extra)
		times += int(more)
		if !ok || times > len(widths)-i {
			return false
		}
		for range times {
			widths[i] = width
			i++
		}
	}
	return true
}
