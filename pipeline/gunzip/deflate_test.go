package gunzip

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"math/bits"
	"testing"
)

// deflater writes blocks by hand, right ones and wrong ones.
type deflater struct {
	out   []byte
	count uint // bits in the last byte
}

// bits writes the lowest n bits of value, the lowest first.
func (w *deflater) bits(value, n uint) *deflater {
	for i := range n {
		if w.count == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(value>>i&1) << w.count
		w.count = (w.count + 1) % 8
	}
	return w
}

// code is a set of codewords by symbol: their widths and bits, which are written the
// highest first.
type code struct {
	widths []uint8
	words  []uint16
}

// newCode numbers the codewords of these widths as RFC 1951, 3.2.2 does. The code may
// be no valid one.
func newCode(widths ...uint8) code {
	c := code{widths, make([]uint16, len(widths))}
	next := uint16(0)
	for width := uint8(1); width <= maxWidth; width++ {
		for symbol, w := range widths {
			if w == width {
				c.words[symbol] = next
				next++
			}
		}
		next <<= 1
	}
	return c
}

func (w *deflater) symbol(c code, symbol int) *deflater {
	width := c.widths[symbol]
	return w.bits(uint(bits.Reverse16(c.words[symbol])>>(16-width)), uint(width))
}

func (w *deflater) text(c code, text string) *deflater {
	for i := range len(text) {
		w.symbol(c, int(text[i]))
	}
	return w
}

// match writes a length and a distance, found by search in what RFC 1951 lists.
func (w *deflater) match(literals, distances code, length, distance int) *deflater {
	symbol := 257
	for symbol < 285 && lengthBase[symbol-257+1] <= length {
		symbol++
	}
	w.symbol(literals, symbol).bits(uint(length-lengthBase[symbol-257]), lengthExtra[symbol-257])
	symbol = 0
	for symbol < 29 && distanceBase[symbol+1] <= distance {
		symbol++
	}
	return w.symbol(distances, symbol).bits(uint(distance-distanceBase[symbol]), distanceExtra[symbol])
}

// The tables of RFC 1951, 3.2.5, as they stand there.
var (
	lengthBase = []int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}

	lengthExtra = []uint{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}

	distanceBase = []int{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
		4097, 6145, 8193, 12289, 16385, 24577}

	distanceExtra = []uint{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

func fixedCodes() (literals, distances code) {
	widths := bytes.Repeat([]byte{8}, 144)
	widths = append(widths, bytes.Repeat([]byte{9}, 112)...)
	widths = append(widths, bytes.Repeat([]byte{7}, 24)...)
	widths = append(widths, bytes.Repeat([]byte{8}, 8)...)
	return newCode(widths...), newCode(bytes.Repeat([]byte{5}, 32)...)
}

const (
	storedBlock  = 0
	fixedBlock   = 1
	dynamicBlock = 2
)

// block writes the head of a block.
func (w *deflater) block(kind uint, last bool) *deflater {
	if last {
		return w.bits(1|kind<<1, 3)
	}
	return w.bits(kind<<1, 3)
}

// stored writes a whole stored block of at most 65535 bytes.
func (w *deflater) stored(text []byte, last bool) *deflater {
	w.block(storedBlock, last)
	w.count = 0
	w.out = binary.LittleEndian.AppendUint16(w.out, uint16(len(text)))
	w.out = binary.LittleEndian.AppendUint16(w.out, ^uint16(len(text)))
	w.out = append(w.out, text...)
	return w
}

// plainWidths are the widths of a code for widths from 0 to 15, each of 4 bits.
var plainWidths = append(bytes.Repeat([]byte{4}, 16), 0, 0, 0)

// dynamic writes the head of a dynamic block with these codes, every width by itself.
func (w *deflater) dynamic(literals, distances code, last bool) *deflater {
	return w.block(dynamicBlock, last).codes(literals, distances)
}

// codes writes the codes of a dynamic block behind its head.
func (w *deflater) codes(literals, distances code) *deflater {
	w.widthCode(len(literals.widths), len(distances.widths), plainWidths)
	c := newCode(plainWidths...)
	for _, width := range append(bytes.Clone(literals.widths), distances.widths...) {
		w.symbol(c, int(width))
	}
	return w
}

// widthCode writes the sizes of the codes of a block and the code of their widths.
func (w *deflater) widthCode(literals, distances int, widths []byte) *deflater {
	w.bits(uint(literals-257), 5).bits(uint(distances-1), 5).bits(uint(len(widthOrder)-4), 4)
	for _, symbol := range widthOrder {
		w.bits(uint(widths[symbol]), 3)
	}
	return w
}

// library is what compress/flate makes of blocks, and how many bytes it used.
func library(blocks []byte) (content []byte, used int, ok bool) {
	in := bytes.NewReader(blocks)
	content, err := io.ReadAll(flate.NewReader(in))
	return content, len(blocks) - in.Len(), err == nil
}

// own is what this package makes of blocks, given room for size bytes and spare more.
func own(t testing.TB, blocks []byte, size, spare int) (content []byte, used int, ok bool) {
	t.Helper()
	const guard = 0xa5 // around dst, which must not be written
	memory := bytes.Repeat([]byte{guard}, size+spare+2)
	dst := memory[1 : 1+size+spare : 1+size+spare]
	r := bitReader{in: blocks}
	n, ok := new(Inflater).blocks(dst, &r)
	if memory[0] != guard || memory[len(memory)-1] != guard {
		t.Fatal("bytes around dst were written")
	}
	return dst[:n], len(blocks) - r.left(), ok
}

// same holds this package to compress/flate: where the one refuses blocks, so does the
// other, and else the content and the bytes used are the same. Room is scarce, which is
// the end of content, or plenty.
func same(t testing.TB, blocks []byte) (content []byte, ok bool) {
	t.Helper()
	want, wantUsed, ok := library(blocks)
	for _, spare := range []int{0, 1, farOut, Spare, 3 * Spare} {
		got, used, gotOK := own(t, blocks, len(want), spare)
		if gotOK != ok {
			t.Fatalf("%d spare bytes: ok is %v, of compress/flate %v\n% x", spare, gotOK, ok, blocks)
		}
		if ok && (!bytes.Equal(got, want) || used != wantUsed) {
			t.Fatalf("%d spare bytes: %d bytes %.40q of %d used, want %d bytes %.40q of %d\n% x", spare, len(got), got, used, len(want), want, wantUsed, blocks)
		}
	}
	if ok && len(want) > 0 {
		if _, _, ok := own(t, blocks, len(want)-1, 0); ok {
			t.Fatalf("%d bytes were written where %d had room", len(want), len(want)-1)
		}
	}
	return want, ok
}
