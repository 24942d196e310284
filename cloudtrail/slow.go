package cloudtrail

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// errSurprise sends a document to encoding/json: it is, or may be, valid JSON of
// a form that the scanner does not handle.
var errSurprise = errors.New("a form of JSON that the scanner does not handle")

func isLimit(err error) bool {
	var limit *LimitError
	return errors.As(err, &limit)
}

// isSurprise reports whether encoding/json is to be asked about a document that
// the scanner refused.
func isSurprise(err error) bool {
	var syntax *SyntaxError
	return errors.As(err, &syntax) || errors.Is(err, errSurprise)
}

// walkSlowly reads a document with encoding/json, which decides what is valid.
// Documents whose first line is a JSON object of its own are read line by line, so
// that a broken line costs only itself.
func (d *Decoder) walkSlowly(r io.Reader) error {
	d.reader.keys = escapedKeys
	d.window = window{}
	lines := bufio.NewReaderSize(r, 64<<10)
	if bom, _ := lines.Peek(3); string(bom) == "\xef\xbb\xbf" {
		lines.Discard(3)
	}
	first, err := d.readLine(lines)
	if err != nil && err != io.EOF {
		return err
	}
	rest, _ := lines.Peek(1)
	if len(rest) > 0 && bytes.HasPrefix(bytes.TrimSpace(first), []byte("{")) && json.Valid(first) {
		return d.walkLines(first, lines)
	}
	return d.walkValues(io.MultiReader(bytes.NewReader(first), lines))
}

// readLine returns the next line, or as much of it as the record limit allows
// before an error.
func (d *Decoder) readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
		if len(line) > 2*d.limits.RecordSize {
			return line, nil // walkValues reads on from here, walkLines finds it too long
		}
	}
}

func (d *Decoder) walkLines(line []byte, lines *bufio.Reader) error {
	var offset int64
	var err error
	for {
		if len(line) > d.limits.RecordSize {
			return &LimitError{Limit: "record_size", Max: int64(d.limits.RecordSize), Offset: offset}
		}
		text := bytes.TrimSpace(line)
		switch {
		case len(text) == 0:
		case !json.Valid(text):
			if err := d.bad("not valid JSON", offset, text); err != nil {
				return err
			}
		default:
			if err := d.slowElement(text, offset); err != nil {
				return err
			}
		}
		offset += int64(len(line))
		if err == io.EOF {
			return nil
		}
		if line, err = d.readLine(lines); err != nil && err != io.EOF {
			return err
		}
	}
}

// walkValues reads one JSON value after the other.
func (d *Decoder) walkValues(r io.Reader) error {
	guard := &guardedReader{r: r, max: int64(2 * d.limits.RecordSize)}
	dec := json.NewDecoder(guard)
	guard.dec = dec
	for values := 0; ; values++ {
		tok, err := dec.Token()
		if err == io.EOF && values > 0 {
			return nil
		}
		if err == nil {
			if err = d.slowTopLevel(dec, tok); errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
		}
		if err != nil {
			return slowError(dec, err)
		}
	}
}

func slowError(dec *json.Decoder, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return &SyntaxError{Problem: "the file is empty", Offset: dec.InputOffset()}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &SyntaxError{Problem: "the JSON ends too early", Offset: dec.InputOffset()}
	case errors.As(err, &syntax) && dec.InputOffset() == 0:
		return &SyntaxError{Problem: "neither JSON nor gzip", Offset: max(0, syntax.Offset-1)}
	case errors.As(err, &syntax):
		return &SyntaxError{Problem: "invalid JSON: " + syntax.Error(), Offset: syntax.Offset}
	}
	return err
}

// slowTopLevel reads the rest of a value whose first token is tok.
func (d *Decoder) slowTopLevel(dec *json.Decoder, tok json.Token) error {
	switch tok {
	case json.Delim('['):
		return d.slowElements(dec)
	case json.Delim('{'):
		return d.slowObject(dec)
	}
	return &SyntaxError{Problem: fmt.Sprintf("expected an object or an array, found %T", tok), Offset: dec.InputOffset()}
}

func (d *Decoder) slowElements(dec *json.Decoder) error {
	d.doc.Empty = !dec.More()
	for dec.More() {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		if err := d.slowElement(raw, dec.InputOffset()-int64(len(raw))); err != nil {
			return err
		}
	}
	_, err := dec.Token() // the closing bracket
	return err
}

// slowObject reads a top-level object: a trail file if its first member is the
// array Records, else an element.
func (d *Decoder) slowObject(dec *json.Decoder) error {
	start := dec.InputOffset() - 1
	var members []byte
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if key == "Records" && members == nil {
			return d.slowTrail(dec)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		if members, err = appendMember(members, key.(string), raw); err != nil {
			return err
		}
		if len(members) > 2*d.limits.RecordSize {
			return &LimitError{Limit: "record_size", Max: int64(d.limits.RecordSize), Offset: start}
		}
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	if members == nil {
		members = []byte("{")
	}
	return d.slowElement(append(members, '}'), start)
}

// slowTrail reads {"Records":… behind its key.
func (d *Decoder) slowTrail(dec *json.Decoder) error {
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	if tok != json.Delim('[') {
		return &SyntaxError{Problem: "Records is no array", Offset: dec.InputOffset()}
	}
	if err := d.slowElements(dec); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if key == "Records" {
			return &SyntaxError{Problem: "Records stands there twice", Offset: dec.InputOffset()}
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

func appendMember(members []byte, key string, raw []byte) ([]byte, error) {
	if members == nil {
		members = append(members, '{')
	} else {
		members = append(members, ',')
	}
	name, err := json.Marshal(key)
	if err != nil {
		return nil, err
	}
	members = append(members, name...)
	members = append(members, ':')
	return append(members, raw...), nil
}

// slowElement hands one valid JSON value to the same judgement as the scanner's.
func (d *Decoder) slowElement(raw []byte, offset int64) error {
	if raw[0] != '{' {
		return d.bad(flawNotObject, offset, raw)
	}
	normal, err := normalise(raw)
	if err != nil {
		return err
	}
	rec := d.slot()
	next, known := d.reader.read(normal, 0, rec)
	switch {
	case next == scanDepth:
		return &LimitError{Limit: "depth", Max: int64(d.limits.Depth), Offset: offset}
	case next < 0:
		return &SyntaxError{Problem: "invalid JSON", Offset: offset}
	}
	return d.judge(rec, normal, offset, known, 0)
}

// guardedReader keeps json.Decoder from buffering a value without end.
type guardedReader struct {
	r    io.Reader
	dec  *json.Decoder
	read int64
	max  int64
}

func (g *guardedReader) Read(p []byte) (int, error) {
	if pending := g.read - g.dec.InputOffset(); pending > g.max {
		return 0, &LimitError{Limit: "record_size", Max: g.max / 2, Offset: g.dec.InputOffset()}
	}
	n, err := g.r.Read(p)
	g.read += int64(n)
	return n, err
}
