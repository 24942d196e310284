package cloudtrail

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// tape is a document that encoding/json reads. It keeps the text of the value at
// hand, of which tokens tell less, and bounds how much of it there may be.
type tape struct {
	r       io.Reader
	dec     *json.Decoder
	start   int64 // where in the document dec began
	text    []byte
	blank   int   // how much of text is known to stand before the value
	from    int64 // offset of text for dec
	kept    int64 // text is kept from here on; -1 if from dec's place
	max     int   // the limit of a value's size
	failed  error // of reading, as opposed to what was read
	scratch json.RawMessage
}

func newTape(r io.Reader, max int) *tape {
	lines := bufio.NewReaderSize(r, 64<<10)
	t := &tape{start: skipBOM(lines), r: lines, kept: -1, max: max}
	t.dec = json.NewDecoder(t)
	return t
}

// Read hands the next bytes to the decoder.
func (t *tape) Read(p []byte) (int, error) {
	kept := t.kept
	if kept < 0 {
		kept = t.dec.InputOffset()
	}
	if kept > t.from {
		t.text = t.text[:copy(t.text, t.text[kept-t.from:])]
		t.from, t.blank = kept, 0
	}
	if t.isTooLarge() {
		return 0, tooLarge(t.max, t.start+kept)
	}
	n, err := t.r.Read(p[:min(len(p), portion)])
	t.text = append(t.text, p[:n]...)
	if err != nil && err != io.EOF {
		t.failed = err
	}
	return n, err
}

// portion is how much the decoder gets at a time: what it asks for grows with a value, and
// a value that is too large is refused before it has doubled.
const portion = 64 << 10

// isTooLarge reports whether the value of which the decoder wants more is over the limit.
// What stands before it may be as much again.
func (t *tape) isTooLarge() bool {
	if len(t.text) <= t.max {
		return false
	}
	for t.blank < len(t.text) && strings.IndexByte(" \t\r\n,:", t.text[t.blank]) >= 0 {
		t.blank++
	}
	return len(t.text)-t.blank > t.max || len(t.text) > 2*t.max
}

// offset is the decoder's place in the document.
func (t *tape) offset() int64 { return t.start + t.dec.InputOffset() }

// keep holds the text from an offset on until release; since returns it.
func (t *tape) keep(offset int64) { t.kept = offset - t.start }

func (t *tape) release() { t.kept = -1 }

func (t *tape) since(offset int64) []byte {
	return t.text[offset-t.start-t.from : t.dec.InputOffset()-t.from]
}

// value reads a whole value. It is valid until the next one is read.
func (t *tape) value() ([]byte, error) {
	t.scratch = t.scratch[:0]
	err := t.dec.Decode(&t.scratch)
	return t.scratch, err
}

// leave reads the rest of a value whose first token is tok.
func (t *tape) leave(tok json.Token) error {
	for depth := 0; ; {
		switch tok {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		var err error
		if tok, err = t.dec.Token(); err != nil {
			return err
		}
	}
}

// explain turns an error of encoding/json into one of ours.
func (t *tape) explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case t.failed != nil:
		return t.failed
	case errors.Is(err, io.EOF):
		return &SyntaxError{Problem: "the file is empty", Offset: t.offset()}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &SyntaxError{Problem: "the JSON ends too early", Offset: t.offset()}
	case errors.As(err, &syntax) && t.dec.InputOffset() == 0:
		return &SyntaxError{Problem: "neither JSON nor gzip", Offset: t.start + max(0, syntax.Offset-1)}
	case errors.As(err, &syntax):
		return &SyntaxError{Problem: "invalid JSON: " + syntax.Error(), Offset: t.start + syntax.Offset}
	}
	return err
}
