package cloudtrail

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// errSurprise sends a document to encoding/json: it is, or may be, valid JSON of
// a form that the scanner does not handle.
var errSurprise = errors.New("a form of JSON that the scanner does not handle")

// isSurprise reports whether encoding/json is to be asked about a document that
// the scanner refused.
func isSurprise(err error) bool {
	var syntax *SyntaxError
	return errors.As(err, &syntax) || errors.Is(err, errSurprise)
}

// checkDepth holds the limit of depth for valid JSON. Nothing else may recurse
// into a value before.
func (d *Decoder) checkDepth(raw []byte, offset int64) error {
	if new(scanner).skipValue(raw, 0, d.limits.Depth) == scanDepth {
		return d.tooDeep(offset)
	}
	return nil
}

// slowElement hands one value that encoding/json found valid to the same judgement
// as the scanner's.
func (d *Decoder) slowElement(raw []byte, offset int64) error {
	d.forget()
	if err := d.checkDepth(raw, offset); err != nil {
		return err
	}
	if raw[0] != '{' {
		return d.notObject(raw, offset)
	}
	if len(raw) > d.limits.RecordSize {
		return d.tooLarge(offset)
	}
	normal := normalise(raw)
	rec := d.slot()
	next, known := d.reader.read(normal, 0, rec)
	if next < 0 {
		return &SyntaxError{Problem: "invalid JSON", Offset: offset}
	}
	return d.judge(rec, normal, raw, offset, known, 0)
}

// walkValues reads one JSON value after the other with encoding/json, which
// decides what is valid.
func (d *Decoder) walkValues(r io.Reader, _ error) error {
	d.reader.normal, d.window = true, window{}
	t := newTape(r, 2*d.limits.RecordSize)
	for values := 0; ; values++ {
		tok, err := t.dec.Token()
		if err == io.EOF && values > 0 {
			return nil
		}
		if err == nil {
			if err = d.slowTopLevel(t, tok); errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
		}
		if err != nil {
			return t.explain(err)
		}
	}
}

// slowTopLevel reads the rest of a value whose first token is tok.
func (d *Decoder) slowTopLevel(t *tape, tok json.Token) error {
	switch tok {
	case json.Delim('['):
		return d.slowElements(t)
	case json.Delim('{'):
		return d.slowObject(t)
	}
	return &SyntaxError{Problem: fmt.Sprintf("expected an object or an array, found %T", tok), Offset: t.offset()}
}

func (d *Decoder) slowElements(t *tape) error {
	d.doc.Empty = d.doc.Empty || !t.dec.More()
	for t.dec.More() {
		raw, err := t.value()
		if err != nil {
			return err
		}
		if err := d.slowElement(raw, t.offset()-int64(len(raw))); err != nil {
			return err
		}
	}
	_, err := t.dec.Token() // the closing bracket
	return err
}

// slowObject reads a top-level object behind its brace: a trail file if its first
// member is the array Records, else an element.
func (d *Decoder) slowObject(t *tape) error {
	start := t.offset() - 1
	t.keep(start)
	defer t.release()
	for first := true; t.dec.More(); first = false {
		key, err := t.dec.Token()
		if err != nil {
			return err
		}
		if first && isContainerKey([]byte(key.(string))) {
			isTrail, err := d.slowTrail(t)
			if err != nil || isTrail {
				return err
			}
		} else if _, err := t.value(); err != nil {
			return err
		}
	}
	if _, err := t.dec.Token(); err != nil {
		return err
	}
	return d.slowElement(t.since(start), start)
}

// slowTrail reads {"Records":… behind its key, unless that is no array.
func (d *Decoder) slowTrail(t *tape) (isTrail bool, err error) {
	tok, err := t.dec.Token()
	if err != nil {
		return false, err
	}
	if tok != json.Delim('[') {
		return false, t.leave(tok)
	}
	t.release()
	if err := d.slowElements(t); err != nil {
		return true, err
	}
	for t.dec.More() {
		key, err := t.dec.Token()
		if err != nil {
			return true, err
		}
		if isContainerKey([]byte(key.(string))) {
			return true, &SyntaxError{Problem: "the records stand there twice", Offset: t.offset()}
		}
		raw, err := t.value()
		if err != nil {
			return true, err
		}
		if err := d.checkDepth(raw, t.offset()-int64(len(raw))); err != nil {
			return true, err
		}
	}
	_, err = t.dec.Token()
	return true, err
}

// walkLines reads a document line by line if its first line is a JSON object of
// its own and others follow, so that a broken line costs only itself.
func (d *Decoder) walkLines(r io.Reader, refusal error) error {
	d.reader.normal, d.window = true, window{}
	lines := bufio.NewReaderSize(r, 64<<10)
	offset := skipBOM(lines)
	line, err := d.readLine(lines)
	if err != nil && err != io.EOF {
		return err
	}
	first := trimSpace(line)
	if _, end := lines.Peek(1); end != nil || len(first) == 0 || first[0] != '{' || !json.Valid(first) {
		return refusal
	}
	for {
		if len(line) > d.limits.RecordSize {
			return d.tooLarge(offset)
		}
		if err := d.line(line, offset); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		offset += int64(len(line))
		if line, err = d.readLine(lines); err != nil && err != io.EOF {
			return err
		}
	}
}

func (d *Decoder) line(line []byte, offset int64) error {
	text := trimSpace(line)
	offset += int64(skipSpace(line, 0))
	switch {
	case len(text) == 0:
		return nil
	case !json.Valid(text):
		return d.bad(flawBrokenLine, offset, text)
	}
	return d.slowElement(text, offset)
}

// readLine returns the next line, or as much of it as shows that it is too long.
func (d *Decoder) readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
		if len(line) > d.limits.RecordSize {
			return line, nil
		}
	}
}

// skipBOM reads over a byte order mark and returns its length.
func skipBOM(r *bufio.Reader) int64 {
	if bom, _ := r.Peek(len(byteOrderMark)); string(bom) != byteOrderMark {
		return 0 // also for an error, which the next read gets again
	}
	n, _ := r.Discard(len(byteOrderMark)) // was peeked, so it is there
	return int64(n)
}

// tape is a document that encoding/json reads. It keeps the text of the value at
// hand, of which tokens tell less, and bounds how much of it there may be.
type tape struct {
	r       io.Reader
	dec     *json.Decoder
	start   int64 // where in the document dec began
	text    []byte
	from    int64 // offset of text for dec
	kept    int64 // text is kept from here on; -1 if from dec's place
	max     int
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
	t.text = t.text[:copy(t.text, t.text[kept-t.from:])]
	t.from = kept
	if len(t.text) > t.max {
		return 0, &LimitError{Limit: "record_size", Max: int64(t.max / 2), Offset: t.start + kept}
	}
	n, err := t.r.Read(p)
	t.text = append(t.text, p[:n]...)
	if err != nil && err != io.EOF {
		t.failed = err
	}
	return n, err
}

// offset is the decoder's place in the document.
func (t *tape) offset() int64 { return t.start + t.dec.InputOffset() }

// keep holds the text from an offset on until release; since returns it.
func (t *tape) keep(offset int64) { t.kept = offset - t.start }
func (t *tape) release()          { t.kept = -1 }
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

// byteOrderMark may stand before any document.
const byteOrderMark = "\xef\xbb\xbf"
