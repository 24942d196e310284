package parquet

import (
	"encoding/binary"
	"math/bits"
)

// minRun is the length from which equal values are told as a run. Packed values come
// in eights, so a shorter run saves nothing.
const minRun = 8

// appendHybrid encodes values, all at least 0 and less than 1<<width, in Parquet's
// RLE/bit-packing hybrid: stretches of eights, packed without gaps, and runs of one
// value.
func appendHybrid[T ~int16 | ~int32](dst []byte, values []T, width int) []byte {
	start := 0 // of the values that are not yet written
	for i := 0; i < len(values); {
		n := runLength(values[i:])
		// Only the last packed stretch may be filled up with values that are none; one
		// before a run takes what it lacks from the run.
		lacking := (start - i) & 7
		if n-lacking >= minRun {
			dst = appendPacked(dst, values[start:i+lacking], width)
			dst = appendRun(dst, values[i], n-lacking, width)
			start = i + n
		}
		i += n
	}
	return appendPacked(dst, values[start:], width)
}

// runLength counts how often the first value stands at the beginning.
func runLength[T ~int16 | ~int32](values []T) int {
	first := values[0]
	for i, v := range values[1:] {
		if v != first {
			return i + 1
		}
	}
	return len(values)
}

// appendRun encodes n times the same value.
func appendRun[T ~int16 | ~int32](dst []byte, value T, n, width int) []byte {
	dst = binary.AppendUvarint(dst, uint64(n)<<1)
	for ; width > 0; width -= 8 {
		dst = append(dst, byte(value))
		value >>= 8
	}
	return dst
}

// appendPacked encodes values bit by bit, lowest bit first, and fills the last eight
// up with zeros.
func appendPacked[T ~int16 | ~int32](dst []byte, values []T, width int) []byte {
	if len(values) == 0 {
		return dst
	}
	eights := (len(values) + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(eights)<<1|1)
	end := len(dst) + eights*width
	var waiting uint64 // bits that are not yet written
	n := 0             // how many
	for _, v := range values {
		waiting |= uint64(v) << n
		n += width
		if n >= 32 {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(waiting))
			waiting >>= 32
			n -= 32
		}
	}
	for ; len(dst) < end; waiting >>= 8 {
		dst = append(dst, byte(waiting))
	}
	return dst
}

// bitWidth is how many bits the codes of a dictionary of n entries take. One entry
// would need none; as other writers do, it gets one, because readers exist that
// cannot read a width of 0.
func bitWidth(n int) int {
	if n == 1 {
		return 1
	}
	return bits.Len(uint(max(n, 1) - 1))
}
