package gunzip

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// noise is bytes that have no matches.
func noise(n int) []byte {
	text := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(text)
	return text
}

// smallCodes are the codes of a block for "ab", its end, and lengths of 3 and 258.
func smallCodes() (literals, distances code) {
	widths := make([]uint8, maxLiterals)
	widths['a'], widths['b'], widths[256], widths[257], widths[285] = 2, 2, 2, 3, 3
	return newCode(widths...), newCode(1, 1)
}

// deepCodes are codes with codewords of all widths from 1 to 15.
func deepCodes() (literals, distances code) {
	widths := make([]uint8, 259)
	for i := range 14 {
		widths['a'+i] = uint8(i + 1)
	}
	widths[256], widths[257] = 15, 15
	far := make([]uint8, maxDistances)
	for i := range 14 {
		far[i] = uint8(i + 1)
	}
	far[14], far[29] = 15, 15
	return newCode(widths...), newCode(far...)
}

// TestBlocks inflates blocks that are right, each written by hand.
func TestBlocks(t *testing.T) {
	fixed, fixedFar := fixedCodes()
	small, smallFar := smallCodes()
	deep, deepFar := deepCodes()
	one := make([]uint8, 257)
	one[256] = 1
	onlyEnd := newCode(one...)
	long := noise(65535)
	for name, c := range map[string]struct {
		blocks *deflater
		want   string
	}{
		"stored":         {new(deflater).stored([]byte("hello"), true), "hello"},
		"stored, empty":  {new(deflater).stored(nil, true), ""},
		"stored, twice":  {new(deflater).stored([]byte("hello "), false).stored([]byte("world"), true), "hello world"},
		"stored, most":   {new(deflater).stored(long, false).stored(long, true), string(long) + string(long)},
		"stored, behind": {new(deflater).block(fixedBlock, false).text(fixed, "a").symbol(fixed, 256).stored([]byte("b"), true), "ab"},
		"fixed, empty":   {new(deflater).block(fixedBlock, true).symbol(fixed, 256), ""},
		"fixed, text":    {new(deflater).block(fixedBlock, true).text(fixed, "hello\xff\x00\x8f\x90").symbol(fixed, 256), "hello\xff\x00\x8f\x90"},
		"fixed, match": {
			new(deflater).block(fixedBlock, true).text(fixed, "hello").match(fixed, fixedFar, 5, 5).symbol(fixed, 256), "hellohello",
		},
		"match from the block before": {
			new(deflater).stored([]byte("hello"), false).block(fixedBlock, true).match(fixed, fixedFar, 4, 5).symbol(fixed, 256), "hellohell",
		},
		"overlapping match": {
			new(deflater).block(fixedBlock, true).text(fixed, "abc").match(fixed, fixedFar, 258, 3).symbol(fixed, 256), strings.Repeat("abc", 87),
		},
		"many small blocks": {func() *deflater {
			w := new(deflater)
			for range 1000 {
				w.block(fixedBlock, false).text(fixed, "x").symbol(fixed, 256)
			}
			return w.stored(nil, true)
		}(), strings.Repeat("x", 1000)},
		"dynamic": {
			new(deflater).dynamic(small, smallFar, true).text(small, "ab").match(small, smallFar, 258, 2).text(small, "b").symbol(small, 256),
			strings.Repeat("ab", 130) + "b",
		},
		"dynamic, all widths": {
			new(deflater).dynamic(deep, deepFar, true).text(deep, strings.Repeat("nabcdefghijklmn", 40)).symbol(deep, 257).
				symbol(deepFar, 14).bits(63, 6).text(deep, strings.Repeat("nmlkjihgfedcban", 40)).symbol(deep, 256),
			strings.Repeat("nabcdefghijklmn", 40) + strings.Repeat("nabcdefghijklmn", 40)[600-192:][:3] + strings.Repeat("nmlkjihgfedcban", 40),
		},
		"code of the end alone":      {new(deflater).dynamic(onlyEnd, newCode(0), true).symbol(onlyEnd, 256), ""},
		"code without distances":     {new(deflater).dynamic(small, newCode(0), true).text(small, "abba").symbol(small, 256), "abba"},
		"code of one distance":       {new(deflater).dynamic(small, newCode(1), true).text(small, "a").match(small, newCode(1), 3, 1).symbol(small, 256), "aaaa"},
		"tables of the block before": {new(deflater).dynamic(deep, deepFar, false).text(deep, "n").symbol(deep, 256).dynamic(small, smallFar, true).text(small, "ab").symbol(small, 256), "nab"},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := same(t, c.blocks.out)
			if !ok || string(got) != c.want {
				t.Errorf("ok is %v, content %d bytes %.40q, want %d bytes %.40q", ok, len(got), got, len(c.want), c.want)
			}
			for _, behind := range [][]byte{{0}, noise(7), noise(8), noise(40)} {
				if got, ok := same(t, append(bytes.Clone(c.blocks.out), behind...)); !ok || string(got) != c.want {
					t.Errorf("with %d bytes behind: ok is %v, content %d bytes", len(behind), ok, len(got))
				}
			}
			for n := range min(len(c.blocks.out), 2000) {
				if _, ok := same(t, c.blocks.out[:n]); ok {
					t.Errorf("the first %d of %d bytes are ok", n, len(c.blocks.out))
				}
			}
		})
	}
}

// TestWrongBlocks refuses what compress/flate refuses.
func TestWrongBlocks(t *testing.T) {
	fixed, fixedFar := fixedCodes()
	small, smallFar := smallCodes()
	with := func(c code, symbol int, width uint8) code {
		widths := bytes.Clone(c.widths)
		widths[symbol] = width
		return newCode(widths...)
	}
	longer := func(c code, symbols int) code {
		return newCode(append(bytes.Clone(c.widths), make([]uint8, symbols-len(c.widths))...)...)
	}
	// Widths' codes of one, two and three symbols, as they stand in a block.
	widthsOf := func(pairs ...byte) []byte {
		widths := make([]byte, widthSymbols)
		for i := 0; i < len(pairs); i += 2 {
			widths[pairs[i]] = pairs[i+1]
		}
		return widths
	}
	repeats := newCode(widthsOf(0, 2, 1, 2, 16, 2, 18, 2)...)
	head := func() *deflater { return new(deflater).block(dynamicBlock, true) }
	const enough = 300 // bytes of zero behind, so that the input does not just end
	for name, w := range map[string]*deflater{
		"nothing":                  new(deflater),
		"kind 3":                   new(deflater).block(3, true),
		"stored, sizes differ":     {out: []byte{1, 5, 0, 0xfb, 0xff, 'h', 'e', 'l', 'l', 'o'}},
		"length 286":               new(deflater).block(fixedBlock, true).text(fixed, "aaa").symbol(fixed, 286),
		"length 287":               new(deflater).block(fixedBlock, true).text(fixed, "aaa").symbol(fixed, 287),
		"distance 30":              new(deflater).block(fixedBlock, true).text(fixed, "aaa").symbol(fixed, 257).symbol(fixedFar, 30),
		"distance 31":              new(deflater).block(fixedBlock, true).text(fixed, "aaa").symbol(fixed, 257).symbol(fixedFar, 31),
		"match before the content": new(deflater).block(fixedBlock, true).text(fixed, "aaa").match(fixed, fixedFar, 3, 4).symbol(fixed, 256),
		"match at the start":       new(deflater).block(fixedBlock, true).match(fixed, fixedFar, 3, 1).symbol(fixed, 256),

		"287 literals":  head().codes(longer(small, 287), smallFar).text(small, "ab").symbol(small, 256),
		"288 literals":  head().codes(longer(small, 288), smallFar).text(small, "ab").symbol(small, 256),
		"31 distances":  head().codes(small, longer(smallFar, 31)).text(small, "ab").symbol(small, 256),
		"32 distances":  head().codes(small, longer(smallFar, 32)).text(small, "ab").symbol(small, 256),
		"widths: none":  head().widthCode(257, 1, widthsOf()),
		"widths: one":   head().widthCode(257, 1, widthsOf(0, 2)),
		"widths: alone": head().widthCode(257, 1, widthsOf(1, 1)).bits(1, 1),
		"widths: few":   head().widthCode(257, 1, widthsOf(0, 2, 1, 2, 2, 2)),
		"widths: many":  head().widthCode(257, 1, widthsOf(0, 1, 1, 1, 2, 2)),
		"widths: first repeats": head().widthCode(257, 1, widthsOf(0, 2, 1, 2, 16, 2, 18, 2)).symbol(repeats, 16).
			bits(0, 2),
		"widths: repeat beyond the end": head().widthCode(257, 1, widthsOf(0, 2, 1, 2, 16, 2, 18, 2)).symbol(repeats, 18).bits(127, 7).
			symbol(repeats, 18).bits(127, 7),

		"literals: none":        head().codes(newCode(make([]uint8, 257)...), newCode(1, 1)),
		"literals: few":         head().codes(with(small, 257, 0), smallFar),
		"literals: many":        head().codes(with(small, 'c', 3), smallFar),
		"literals: one of two":  head().codes(with(newCode(make([]uint8, 257)...), 256, 2), smallFar),
		"literals: other bit":   head().codes(with(newCode(make([]uint8, 257)...), 256, 1), smallFar).bits(1, 1),
		"literals: no end":      head().codes(with(with(newCode(make([]uint8, 257)...), 'a', 1), 'b', 1), smallFar),
		"distances: none":       head().codes(small, newCode(0)).text(small, "aaa").symbol(small, 257),
		"distances: few":        head().codes(small, newCode(1, 2)),
		"distances: many":       head().codes(small, newCode(1, 1, 1)),
		"distances: one of two": head().codes(small, newCode(2)),
		"distances: other bit":  head().codes(small, newCode(1)).text(small, "aaa").symbol(small, 257).bits(1, 1),
	} {
		t.Run(name, func(t *testing.T) {
			for _, behind := range [][]byte{nil, make([]byte, 1), make([]byte, enough), bytes.Repeat([]byte{0xff}, enough), noise(enough)} {
				if _, ok := same(t, append(bytes.Clone(w.out), behind...)); ok {
					t.Errorf("with %d bytes behind it is ok", len(behind))
				}
			}
		})
	}
}

// TestMatches copies every length from distances at all edges, the window of 32 KiB
// included, and holds the content to a plain copy.
func TestMatches(t *testing.T) {
	literals, distances := fixedCodes()
	window := noise(32768)
	for _, base := range append(distanceBase, 32769) {
		for _, distance := range []int{base - 1, base, base + 1} {
			if distance < 1 || distance > 32768 {
				continue
			}
			w := new(deflater).stored(window, false).block(fixedBlock, true)
			want := bytes.Clone(window)
			for length := 3; length <= maxLength; length++ {
				w.match(literals, distances, length, distance).text(literals, "|")
				for range length {
					want = append(want, want[len(want)-distance])
				}
				want = append(want, '|')
			}
			w.symbol(literals, 256)
			if got, ok := same(t, w.out); !ok || !bytes.Equal(got, want) {
				t.Errorf("distance %d: ok is %v, %d bytes, want %d", distance, ok, len(got), len(want))
			}
		}
	}
	w := new(deflater).stored(window[:32767], false).block(fixedBlock, true).match(literals, distances, 3, 32768)
	if _, ok := same(t, w.symbol(literals, 256).bits(0, 32).out); ok {
		t.Error("a match began before the content")
	}
}
