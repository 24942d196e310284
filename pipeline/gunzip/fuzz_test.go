package gunzip

import (
	"bytes"
	"compress/flate"
	"io"
	"testing"

	klauspost "github.com/klauspost/compress/flate"
)

// FuzzInflate holds this package to compress/flate for any bytes, and to the other
// library, which inflates what this package refuses.
func FuzzInflate(f *testing.F) {
	fixed, fixedFar := fixedCodes()
	small, smallFar := smallCodes()
	deep, deepFar := deepCodes()
	f.Add(new(deflater).stored([]byte("hello"), false).block(fixedBlock, true).match(fixed, fixedFar, 4, 5).symbol(fixed, 256).out)
	f.Add(new(deflater).dynamic(small, smallFar, true).text(small, "ab").match(small, smallFar, 258, 2).symbol(small, 256).out)
	f.Add(new(deflater).dynamic(deep, deepFar, true).text(deep, "nabcdefghijklmn").symbol(deep, 256).out)
	f.Add(new(deflater).dynamic(small, newCode(1), true).text(small, "a").symbol(small, 257).bits(1, 1).out)
	text := bytes.Repeat([]byte(`{"eventName":"AssumeRole","requestParameters":{"roleArn":"arn:aws:iam::111111111111:role/r"}},`), 30)
	for _, level := range []int{flate.HuffmanOnly, flate.BestSpeed, flate.BestCompression} {
		var out bytes.Buffer
		w, err := flate.NewWriter(&out, level)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range [][]byte{text, noise(400), text} {
			if _, err := w.Write(part); err != nil {
				f.Fatal(err)
			}
			if err := w.Flush(); err != nil {
				f.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(out.Bytes())
	}
	f.Fuzz(func(t *testing.T, blocks []byte) {
		want, ok := same(t, blocks)
		got, err := io.ReadAll(klauspost.NewReader(bytes.NewReader(blocks)))
		if ok != (err == nil) || ok && !bytes.Equal(got, want) {
			t.Errorf("compress/flate: ok is %v, %d bytes; the other library: %v, %d bytes", ok, len(want), err, len(got))
		}
	})
}
