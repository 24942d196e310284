package gunzip

import "math/bits"

const (
	maxWidth       = 15 // of a codeword, in bits
	literalBits    = 11 // that index the first table of literals and lengths
	distanceBits   = 8
	maxLiterals    = 286 // symbols that a block may define; the fixed code has two more, which are invalid
	maxDistances   = 30
	fixedLiterals  = 288
	fixedDistances = 32
)

// entry is what a table knows of the bits that led to it:
//
//	bits 0-5    how many of them belong to the symbol: the codeword and the number behind it
//	bits 8-11   how many of them are the codeword, or index the table that a link leads to
//	bits 12-15  flags
//	bits 16-31  the literal, the base value of a length or distance, or where a link leads to
//
// An entry that is only special stands for bits that are no codeword.
type entry uint32

const (
	end     entry = 1 << 12 // of the block
	link    entry = 1 << 13 // to a second table
	special entry = 1 << 14 // end, link or invalid
	literal entry = 1 << 15
)

// bits is how many bits of the input the symbol takes.
func (e entry) bits() uint { return uint(e & 63) }

// codeword is how many of them are the codeword.
func (e entry) codeword() uint { return uint(e>>8) & 15 }

func (e entry) value() uint { return uint(e >> 16) }

// number is the length or distance that bits stand for.
func (e entry) number(bits uint64) int {
	return int(e.value()) + int(bits&(1<<e.bits()-1)>>e.codeword())
}

// The second tables of a code are all as wide as its longest codeword needs. Each
// serves at least two codewords, since only complete codes are taken: that is their
// greatest number.
type (
	literalCode  [1<<literalBits + fixedLiterals/2<<(maxWidth-literalBits)]entry
	distanceCode [1<<distanceBits + fixedDistances/2<<(maxWidth-distanceBits)]entry
)

// find returns the entry of the symbol that bits begin with.
func (t *literalCode) find(bits uint64) entry {
	e := t[bits&(1<<literalBits-1)]
	if e&link != 0 {
		e = t[e.value()+uint(bits>>literalBits)&(1<<e.codeword()-1)]
	}
	return e
}

func (t *distanceCode) find(bits uint64) entry {
	e := t[bits&(1<<distanceBits-1)]
	if e&link != 0 {
		e = t[e.value()+uint(bits>>distanceBits)&(1<<e.codeword()-1)]
	}
	return e
}

// define fills a table, of which index bits lead to the first part, with the code
// whose symbols have codewords of these widths (RFC 1951, 3.2.2). symbols are their
// entries without widths. Valid are, as for other readers: complete codes, the code of
// one codeword of one bit, and the code without any, of which no symbol can be read.
func define(table []entry, index uint, widths []uint8, symbols []entry) (ok bool) {
	var count [maxWidth + 1]int
	for _, w := range widths {
		count[w&maxWidth]++
	}
	used := len(widths) - count[0]
	count[0] = 0
	widest, space := uint(0), 0 // space taken, as a part of 1<<maxWidth
	for w, n := range count {
		if n > 0 {
			widest, space = uint(w), space+n<<(maxWidth-w)
		}
	}
	if space != 1<<maxWidth && used > 0 && (used != 1 || widest != 1) {
		return false
	}
	sorted := inOrder(widths, &count)
	for i := range table[:2] {
		table[i] = special // for codes that are not complete
	}
	fill(table, index, widest, sorted[:used], widths, symbols)
	return true
}

// inOrder returns the symbols in the order of their codewords: by width, then number.
// Those without codeword are left out.
func inOrder(widths []uint8, count *[maxWidth + 1]int) (sorted [fixedLiterals]uint16) {
	var next [maxWidth + 1]int
	for w := 1; w < maxWidth; w++ {
		next[w+1] = next[w] + count[w]
	}
	for symbol, w := range widths {
		if w > 0 {
			sorted[next[w&maxWidth]] = uint16(symbol)
			next[w&maxWidth]++
		}
	}
	return sorted
}

// fill enters the codewords of sorted symbols. The first part of the table begins as
// wide as the shortest codeword and is doubled whenever codewords get longer: what is
// entered by then is valid for the further bit being 0 and 1.
func fill(table []entry, index, widest uint, sorted []uint16, widths []uint8, symbols []entry) {
	size := uint(2) // of the first part so far
	width := uint(1)
	free := uint(1) << index // where the next second table goes
	prefix, start := ^uint(0), uint(0)
	code := uint(0)
	for _, symbol := range sorted {
		w := uint(widths[symbol])
		code <<= w - width
		width = w
		for ; size < 1<<min(w, index); size *= 2 {
			copy(table[size:2*size], table[:size])
		}
		e := symbols[symbol] + entry(w<<8+w)
		backwards := uint(bits.Reverse16(uint16(code))) >> (16 - w)
		code++
		if w <= index {
			table[backwards] = e
			continue
		}
		if p := backwards & (1<<index - 1); p != prefix {
			prefix, start = p, free
			free += 1 << (widest - index)
			table[p] = link | special | entry(start<<16) | entry(widest-index)<<8
		}
		for i := backwards >> index; i < 1<<(widest-index); i += 1 << (w - index) {
			table[start+i] = e
		}
	}
	for ; size < 1<<index; size *= 2 {
		copy(table[size:2*size], table[:size])
	}
}

var (
	literalEntries  = makeLiteralEntries()
	distanceEntries = makeDistanceEntries()
)

// makeLiteralEntries makes the entries of literals, the end of a block, and lengths
// (RFC 1951, 3.2.5): eight lengths of one value each, then four each with one more
// bit, up to 285, which is 258 alone.
func makeLiteralEntries() (entries [fixedLiterals]entry) {
	for i := range entries {
		entries[i] = special
	}
	for i := range 256 {
		entries[i] = literal | entry(i<<16)
	}
	entries[256] = special | end
	base := 3
	for i := 257; i < 285; i++ {
		extra := max((i-261)/4, 0)
		entries[i] = entry(base<<16 + extra)
		base += 1 << extra
	}
	entries[285] = maxLength << 16
	return entries
}

// makeDistanceEntries makes the entries of distances: four of one value each, then
// two each with one more bit.
func makeDistanceEntries() (entries [fixedDistances]entry) {
	for i := range entries {
		entries[i] = special
	}
	base := 1
	for i := range maxDistances {
		extra := max((i-2)/2, 0)
		entries[i] = entry(base<<16 + extra)
		base += 1 << extra
	}
	return entries
}
