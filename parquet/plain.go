package parquet

import (
	"encoding/binary"
)

// appendTexts encodes texts plainly: each after its length.
func appendTexts[T ~[]byte](page []byte, values []T) []byte {
	for _, v := range values {
		page = append(binary.LittleEndian.AppendUint32(page, uint32(len(v))), v...)
	}
	return page
}

const textLength = 4 // bytes of a text's length

func appendInt64s(page []byte, values []int64) []byte {
	for _, v := range values {
		page = binary.LittleEndian.AppendUint64(page, uint64(v))
	}
	return page
}

// appendInt32s encodes values that fit 32 bits.
func appendInt32s(page []byte, values []int64) []byte {
	for _, v := range values {
		page = binary.LittleEndian.AppendUint32(page, uint32(v))
	}
	return page
}

// appendBools encodes eight values in a byte, lowest bit first.
func appendBools(page []byte, values []bool) []byte {
	var bits byte
	for i, v := range values {
		if v {
			bits |= 1 << (i & 7)
		}
		if i&7 == 7 || i == len(values)-1 {
			page = append(page, bits)
			bits = 0
		}
	}
	return page
}
