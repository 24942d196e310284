package parquet

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// decodeHybrid is the format's text in code, slow and plain.
func decodeHybrid(data []byte, width, n int) (values []int32) {
	for len(values) < n {
		header, size := binary.Uvarint(data)
		data = data[size:]
		if header&1 == 0 {
			value := int32(0)
			for i := range (width + 7) / 8 {
				value |= int32(data[i]) << (8 * i)
			}
			for range header >> 1 {
				values = append(values, value)
			}
			data = data[(width+7)/8:]
			continue
		}
		for i := range int(header>>1) * 8 {
			value := int32(0)
			for bit := range width {
				at := i*width + bit
				value |= int32(data[at/8]>>(at%8)&1) << bit
			}
			values = append(values, value)
		}
		data = data[int(header>>1)*width:]
	}
	if len(data) > 0 || len(values) > n+7 {
		return nil
	}
	return values[:n]
}

func TestHybrid(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 20_000 {
		width := rng.IntN(32)
		values := randomOrder(rng, rng.IntN(200), 1<<min(width, 30))
		encoded := appendHybrid([]byte("before"), values, width)[len("before"):]
		if got := decodeHybrid(encoded, width, len(values)); !slices.Equal(got, values) {
			t.Fatalf("width %d: %v became %v", width, values, got)
		}
		if n := countHybrid(encoded, width); n < len(values) || n > len(values)+7 {
			t.Fatalf("width %d: %d values are counted as %d", width, len(values), n)
		}
		if len(encoded) > 0 {
			if n := countHybrid(encoded[:rng.IntN(len(encoded))], width); n >= len(values) && width > 0 {
				t.Fatalf("width %d: a part of %d values is counted as %d", width, len(values), n)
			}
		}
	}
}

// TestHybridIsShort holds the bytes of what is typical.
func TestHybridIsShort(t *testing.T) {
	for _, c := range []struct {
		values []int32
		width  int
		bytes  int
	}{
		{nil, 7, 0},
		{make([]int32, 100_000), 1, 4},
		{make([]int32, 8), 17, 4},
		{slices.Concat(make([]int32, 1000), []int32{1, 2, 3}), 2, 3 + 3},
		{slices.Concat([]int32{1, 2, 3}, make([]int32, 1000)), 2, 3 + 3},
		{[]int32{0, 1, 0, 1, 0, 1, 0, 1, 0}, 1, 3},
	} {
		if n := len(appendHybrid(nil, c.values, c.width)); n != c.bytes {
			t.Errorf("%d values of %d bits take %d bytes, want %d", len(c.values), c.width, n, c.bytes)
		}
	}
	for n, want := range map[int]int{0: 0, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 256: 8, 257: 9, 1 << 17: 17} {
		if got := bitWidth(n); got != want {
			t.Errorf("codes of %d entries take %d bits, want %d", n, got, want)
		}
	}
}
