package organisation

import (
	"bytes"
	"fmt"
	"time"

	"github.com/klauspost/compress/gzip"
)

// compress gzips without name and time, so that the same content gives the same
// bytes. The compressor is a pinned module rather than the standard library's,
// whose output may change with the Go version.
func compress(content []byte, level int) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		return nil, fmt.Errorf("opening gzip writer: %w", err)
	}
	z.ModTime = time.Unix(0, 0) // this module writes nonsense for the zero time
	if _, err := z.Write(content); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("closing gzip writer: %w", err)
	}
	return out.Bytes(), nil
}
