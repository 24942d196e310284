package cloudtrail

import (
	"bytes"
	"io"
)

// window is the part of a document that is in memory: all of it for small ones,
// a sliding part for large ones.
type window struct {
	r    io.Reader // nil when the whole document is in buf
	buf  []byte
	base int64 // offset of buf[0] in the document
	at   int   // the scanner's place in buf
	max  int   // how large buf may grow
}

const windowSize = 8 << 20

// open points the window at a whole document.
func (w *window) open(doc []byte) {
	*w = window{buf: doc}
	w.skipBOM()
}

// openReader points the window at a document that is read piece by piece. buf is
// reused; max bounds its growth.
func (w *window) openReader(r io.Reader, buf []byte, max int) error {
	if cap(buf) < windowSize {
		buf = make([]byte, 0, windowSize)
	}
	*w = window{r: r, buf: buf[:0], max: max}
	if _, err := w.more(0); err != nil {
		return err
	}
	w.skipBOM()
	return nil
}

func (w *window) skipBOM() {
	if bytes.HasPrefix(w.buf, []byte("\xef\xbb\xbf")) {
		w.at = 3
	}
}

func (w *window) offset(i int) int64 { return w.base + int64(i) }

// more reads further bytes, keeping those from index keep on, which afterwards
// start at index 0. It reports false at the document's end.
func (w *window) more(keep int) (bool, error) {
	if w.r == nil {
		return false, nil
	}
	n := copy(w.buf, w.buf[keep:])
	w.buf = w.buf[:n]
	w.base += int64(keep)
	w.at -= keep
	if n == cap(w.buf) {
		if n >= w.max {
			return false, &LimitError{Limit: "record_size", Max: int64(w.max), Offset: w.base}
		}
		w.buf = append(make([]byte, 0, min(2*n, w.max)), w.buf...)
	}
	got, err := io.ReadAtLeast(w.r, w.buf[n:cap(w.buf)], 1)
	w.buf = w.buf[:n+got]
	switch err {
	case nil:
		return true, nil
	case io.EOF:
		w.r = nil
		return false, nil
	}
	return false, err
}

// space skips white space, reading on as needed, and reports whether anything
// follows.
func (w *window) space() (bool, error) {
	for {
		w.at = skipSpace(w.buf, w.at)
		if w.at < len(w.buf) {
			return true, nil
		}
		ok, err := w.more(w.at)
		if !ok {
			return false, err
		}
	}
}
