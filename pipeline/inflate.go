package pipeline

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"

	"github.com/klauspost/compress/gzip"

	"roletrail/cloudtrail"
	"roletrail/pipeline/gunzip"
)

// Limits bound what one object may ask of memory and time.
type Limits struct {
	// InflatedSize is the largest inflated object in bytes.
	InflatedSize int64
	// InflationRatio is the largest inflated size per stored byte. It is asked only
	// of objects that inflate to more than 1 MiB: a few alike records may compress
	// better than any real log, and do no harm. Of one that is inflated piece by piece
	// it is asked of what was read so far and 1 MiB more, so that it need not be
	// inflated as far as all of it would allow.
	InflationRatio int64
	Records        cloudtrail.Limits
}

// DefaultLimits are far above what CloudTrail delivers.
var DefaultLimits = Limits{InflatedSize: 8 << 30, InflationRatio: 200, Records: cloudtrail.DefaultLimits}

const (
	// wholeStored and wholeInflated are how large an object may be to be decoded in
	// one piece. Larger ones are streamed.
	wholeStored   = 8 << 20
	wholeInflated = 32 << 20
	ratioFrom     = 1 << 20
	ratioAhead    = 1 << 20 // stored bytes that may count before they are read
	// spareText bounds what a buffer has beyond the text that it was made for.
	spareText = 1 << 20
)

// badObject is an error that sends an object to quarantine.
type badObject struct{ reason string }

var errSizeChanged = &badObject{"its size changed while it was read"}

func (e *badObject) Error() string { return e.reason }

// inflater turns stored objects into text. It keeps its buffers and serves one
// worker.
type inflater struct {
	limits Limits
	member gunzip.Inflater // inflates what is as it should be
	gz     gzip.Reader     // inflates what is large, and says what is wrong
	stored bytes.Reader
	text   []byte
}

func isGzip(head []byte) bool { return len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b }

// whole inflates an object that is in memory. ok is false if it is too large for
// that, which for gzip is judged by the size in its trailer and checked while
// inflating.
func (f *inflater) whole(stored []byte) (text []byte, ok bool, err error) {
	if !isGzip(stored) {
		return stored, len(stored) <= wholeInflated, f.limits.check(int64(len(stored)), int64(len(stored)))
	}
	if len(stored) < gunzip.SmallestMember {
		return nil, false, nil // let the stream find out what is wrong
	}
	want := int64(binary.LittleEndian.Uint32(stored[len(stored)-4:]))
	if want > wholeInflated {
		return nil, false, nil
	}
	if int64(cap(f.text)) < want+1 {
		f.text = nil // the collector may have the old one first
		f.text = make([]byte, want+gunzip.Spare+min(want/4, spareText))
	}
	if n, ok := f.member.Inflate(f.text[:min(want+gunzip.Spare, int64(len(f.text)))], stored); ok {
		return f.text[:n], true, f.limits.check(int64(n), int64(len(stored)))
	}
	return f.wholeByLibrary(stored, want)
}

// wholeByLibrary inflates an object whose trailer tells its size. What is wrong with
// it, and whether, is decided here.
func (f *inflater) wholeByLibrary(stored []byte, want int64) (text []byte, ok bool, err error) {
	f.stored.Reset(stored)
	if err := f.open(&f.stored); err != nil {
		return nil, true, err
	}
	n, err := io.ReadFull(&f.gz, f.text[:want+1])
	switch {
	case err == nil: // more than the trailer says: damaged, or several members
		return nil, false, nil
	case err != io.ErrUnexpectedEOF && err != io.EOF:
		return nil, true, gzipError(err)
	case int64(n) < want:
		return nil, false, nil // let the stream find out what is wrong
	}
	if err := atEnd(&f.stored); err != nil {
		return nil, true, err
	}
	return f.text[:n], true, f.limits.check(int64(n), int64(len(stored)))
}

// stream inflates piece by piece, within the limits. Its reader fails with a
// badObject instead of a plain end if anything is wrong with the framing.
func (f *inflater) stream(r io.Reader, storedSize int64) (*limitedReader, error) {
	taken := &countedReader{r: r}
	br := bufio.NewReaderSize(taken, 256<<10)
	limit := &limitedReader{limits: f.limits, stored: storedSize, taken: taken}
	limit.sum.SetSeed(keySeed)
	head, err := br.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !isGzip(head) {
		limit.r, limit.plain = br, true
		return limit, nil
	}
	if err := f.open(br); err != nil {
		return nil, err
	}
	limit.r = &gzipMember{gz: &f.gz, rest: br}
	return limit, nil
}

func (f *inflater) open(r io.Reader) error {
	if err := f.gz.Reset(r); err != nil {
		return gzipError(err)
	}
	f.gz.Multistream(false)
	return nil
}

// gzipMember reads one gzip member and refuses anything behind it: what a reader
// of several members would see there is not what a validator has hashed.
type gzipMember struct {
	gz   *gzip.Reader
	rest *bufio.Reader
	end  error // how the stream ended, once it has
}

func (m *gzipMember) Read(p []byte) (int, error) {
	if m.end != nil {
		return 0, m.end
	}
	n, err := m.gz.Read(p)
	switch err {
	case nil:
		return n, nil
	case io.EOF:
		if m.end = atEnd(m.rest); m.end == nil {
			m.end = io.EOF
		}
	default:
		m.end = gzipError(err)
	}
	if n > 0 {
		return n, nil // readers may drop an error that comes with bytes
	}
	return 0, m.end
}

func atEnd(r io.Reader) error {
	var next [2]byte
	n, err := io.ReadFull(r, next[:])
	switch {
	case n == 0 && err == io.EOF:
		return nil
	case isGzip(next[:n]):
		return &badObject{"a further gzip member follows the first one"}
	case n > 0:
		return &badObject{"bytes follow the gzip member"}
	}
	return err
}

func gzipError(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &badObject{"the gzip stream ends too early"}
	case errors.Is(err, gzip.ErrChecksum):
		return &badObject{"the gzip checksum does not match"}
	case errors.Is(err, gzip.ErrHeader):
		return &badObject{"the gzip header is invalid"}
	}
	return &badObject{"damaged gzip stream: " + err.Error()}
}

// limitedReader counts inflated bytes against the limits.
type limitedReader struct {
	r      io.Reader
	limits Limits
	stored int64
	taken  *countedReader // of what is stored
	plain  bool           // what is stored is what is read
	read   int64
	sum    maphash.Hash // of what was read
}

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.read += int64(n)
	l.sum.Write(p[:n])
	if l.plain && l.read > l.stored {
		return 0, errSizeChanged
	}
	if bad := l.limits.check(l.read, min(l.stored, l.taken.read+ratioAhead)); bad != nil {
		return 0, bad
	}
	return n, err
}

// countedReader counts what it reads.
type countedReader struct {
	r    io.Reader
	read int64
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	return n, err
}

// check judges an object by how much it has inflated to so far.
func (l Limits) check(inflated, stored int64) error {
	if inflated > l.InflatedSize {
		return &badObject{fmt.Sprintf("over the limit limits.inflated_size (%d bytes)", l.InflatedSize)}
	}
	if inflated > ratioFrom && inflated > l.InflationRatio*stored {
		return &badObject{fmt.Sprintf("over the limit limits.inflation_ratio (%d)", l.InflationRatio)}
	}
	return nil
}
