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
	max  int   // the limit of an element's size; buf may grow to twice that
}

// defaultWindow is the window's size at first; a larger record widens it.
const defaultWindow = 8 << 20

// open points the window at a whole document.
func (w *window) open(doc []byte) {
	*w = window{buf: doc}
	w.skipBOM()
}

// openReader points the window at a document that is read piece by piece into buf;
// max is the limit of an element's size.
func (w *window) openReader(r io.Reader, buf []byte, max int) error {
	*w = window{r: r, buf: buf[:0], max: max}
	if _, err := w.more(0); err != nil {
		return err
	}
	w.skipBOM()
	return nil
}

func (w *window) skipBOM() {
	if bytes.HasPrefix(w.buf, []byte(byteOrderMark)) {
		w.at = len(byteOrderMark)
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
		if n > w.max {
			return false, tooLarge(w.max, w.base)
		}
		w.buf = append(make([]byte, 0, min(2*n, 2*w.max)), w.buf...)
	}
	err := w.fill()
	return len(w.buf) > n, err
}

// fill reads until buf is full or the document ends: whoever asked for more starts
// again at the place kept, so that small portions would cost quadratic time.
// Unlike io.ReadFull it does not mistake a text that breaks off for its end.
func (w *window) fill() error {
	for idle := 0; len(w.buf) < cap(w.buf); {
		got, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+got]
		if err == io.EOF {
			w.r = nil
			return nil
		}
		if err != nil {
			return err
		}
		if idle++; got > 0 {
			idle = 0
		} else if idle == maxIdleReads {
			return io.ErrNoProgress
		}
	}
	return nil
}

// maxIdleReads is how often a reader may return neither bytes nor an error.
const maxIdleReads = 100

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
