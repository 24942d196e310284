package parquet

import (
	"bufio"
	"bytes"
)

// sinkBuffer collects the many small writes of page headers and dictionary pages.
// Every open file has one, and there may be hundreds.
const sinkBuffer = 32 << 10

// sink counts bytes and remembers its first error: arrow's Writer.Close returns
// nil although a write of the footer or of a row group failed. It has no Close
// method, which arrow would call before the file is synced.
type sink struct {
	buf *bufio.Writer // remembers its first error, short writes included
	n   int64

	capture *bytes.Buffer // takes the bytes instead, while set
}

func (s *sink) Write(p []byte) (int, error) {
	if s.capture != nil {
		return s.capture.Write(p)
	}
	n, err := s.buf.Write(p)
	s.n += int64(n)
	return n, err
}

// Err is the first error of any earlier write.
func (s *sink) Err() error {
	_, err := s.buf.Write(nil)
	return err
}
