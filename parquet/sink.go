package parquet

import "bufio"

// sinkBuffer collects the many small writes of page headers and dictionary pages.
// Every open file has one, and there may be hundreds.
const sinkBuffer = 32 << 10

// sink counts bytes and remembers its first error, so that none can be missed.
type sink struct {
	buf *bufio.Writer // remembers its first error, short writes included
	n   int64         // bytes taken, where the next page begins
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.buf.Write(p)
	s.n += int64(n)
	return n, err
}

// Err is the first error of any earlier write.
func (s *sink) Err() error {
	_, err := s.buf.Write(nil)
	return err
}
