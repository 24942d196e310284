package gunzip

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// Spare is how many bytes dst should have behind the content, for the last symbols to
// be decoded as fast as all others. They are overwritten with anything.
const Spare = maxLength + farOut

// Inflater keeps the tables for the codes of a block, so that inflating allocates
// nothing. It serves one goroutine; its zero value is ready.
type Inflater struct {
	literals  literalCode
	distances distanceCode
	widths    [maxLiterals + maxDistances]uint8 // of the codewords of a block
}

// SmallestMember is the size of a gzip member without content.
const SmallestMember = headerSize + 2 + trailerSize

const (
	headerSize  = 10
	trailerSize = 8
	hasName     = 1 << 3 // in the header's flags
	maxName     = 512    // with the zero at its end; readers refuse longer ones
)

// Inflate writes the content of stored to dst and returns its size. It is ok if
// stored is one gzip member and nothing else, its header has at most a name, and its
// content is whole, undamaged and not longer than dst. If it is not ok, dst holds
// anything.
func (f *Inflater) Inflate(dst, stored []byte) (size int, ok bool) {
	start, ok := skipHeader(stored)
	if !ok {
		return 0, false
	}
	r := bitReader{in: stored[start:]}
	size, ok = f.blocks(dst, &r)
	if !ok || r.left() != trailerSize {
		return 0, false
	}
	trailer := stored[len(stored)-trailerSize:]
	ok = binary.LittleEndian.Uint32(trailer) == crc32.ChecksumIEEE(dst[:size]) && binary.LittleEndian.Uint32(trailer[4:]) == uint32(size)
	return size, ok
}

// skipHeader returns where the blocks begin.
func skipHeader(stored []byte) (start int, ok bool) {
	if len(stored) < headerSize || stored[0] != 0x1f || stored[1] != 0x8b || stored[2] != 8 {
		return 0, false
	}
	switch stored[3] {
	case 0: // as the service writes it
		return headerSize, true
	case hasName: // as the command gzip writes it
		rest := stored[headerSize:]
		n := bytes.IndexByte(rest[:min(len(rest), maxName)], 0)
		return headerSize + n + 1, n >= 0
	}
	return 0, false
}
