package parquet

import (
	"io"
	"sync"

	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

// Arrow's own zstd codec has no bound for what a damaged page may inflate to. Replacing
// it is what RegisterCodec is for; it is process-wide, and any other user of arrow v17
// gets bounds, and encoders that are used again, too.
func init() { compress.RegisterCodec(compress.Codecs.Zstd, pooledZstd{}) }

// maxPageMemory bounds what one compressed page may inflate to. Our own pages
// hold about 1 MiB plus one value.
const maxPageMemory = 1 << 30

// pooledZstd is zstd at level 1 with encoders and decoders that are used again.
type pooledZstd struct{}

var zstdEncoders = reused[*zstd.Encoder]{make: func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithWindowSize(1<<20), // a page: a larger one costs memory and finds nothing
		zstd.WithEncoderConcurrency(1),
		zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(true), // so that every reader notices a changed byte: most would be another value
		zstd.WithZeroFrames(true)) // an empty page must still be a frame
	if err != nil {
		panic(err) // only wrong options can fail
	}
	return e
}}

var zstdDecoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPageMemory))
	if err != nil {
		panic(err) // only wrong options can fail
	}
	return d
}}

func (pooledZstd) Encode(dst, src []byte) []byte {
	e := zstdEncoders.get()
	defer zstdEncoders.put(e)
	return e.EncodeAll(src, dst[:0])
}

func (c pooledZstd) EncodeLevel(dst, src []byte, _ int) []byte { return c.Encode(dst, src) }

// Decode panics on damaged input, as arrow expects of a codec; the readers of
// this package turn that into an error.
func (pooledZstd) Decode(dst, src []byte) []byte {
	d := zstdDecoders.Get().(*zstd.Decoder)
	defer zstdDecoders.Put(d)
	out, err := d.DecodeAll(src, dst[:0])
	if err != nil {
		panic(err)
	}
	return out
}

// CompressBound is ZSTD_COMPRESSBOUND of zstd.h.
func (pooledZstd) CompressBound(n int64) int64 {
	bound := n + n>>8
	if n < 128<<10 {
		bound += (128<<10 - n) >> 11
	}
	return bound
}

func (pooledZstd) NewReader(r io.Reader) io.ReadCloser {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPageMemory))
	if err != nil {
		panic(err) // only wrong options can fail
	}
	return d.IOReadCloser()
}

func (c pooledZstd) NewWriter(w io.Writer) io.WriteCloser {
	e, err := c.NewWriterLevel(w, 1)
	if err != nil {
		panic(err) // only wrong options can fail
	}
	return e
}

func (pooledZstd) NewWriterLevel(w io.Writer, level int) (io.WriteCloser, error) {
	return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)))
}
