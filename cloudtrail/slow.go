package cloudtrail

import (
	"bytes"
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

// withinDepth holds the limit of depth for valid JSON. Nothing else may recurse
// into a value before.
func (d *Decoder) withinDepth(raw []byte) bool {
	return new(scanner).skipValue(raw, 0, d.limits.Depth) != scanDepth
}

// slowElement hands one value that encoding/json found valid to the same judgement
// as the scanner's.
func (d *Decoder) slowElement(raw []byte, offset int64) error {
	d.forget()
	if err := d.withinSize(len(raw), offset); err != nil {
		return err
	}
	if !d.withinDepth(raw) {
		return d.bad(d.flawTooDeep(), offset, raw)
	}
	if raw[0] != '{' {
		return d.notObject(raw, offset)
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
	t := newTape(r, d.limits.RecordSize)
	for values := 0; ; values++ {
		tok, err := t.dec.Token()
		if err == io.EOF && values > 0 {
			return nil
		}
		if err == nil {
			if err = d.slowTopLevel(t, tok); err == io.EOF {
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
			isTrail, err := d.slowTrail(t, start)
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

// slowTrail reads {"Records":… behind its key, unless that is no array. start is
// the offset of its brace.
func (d *Decoder) slowTrail(t *tape, start int64) (isTrail bool, err error) {
	tok, err := t.dec.Token()
	if err != nil {
		return false, err
	}
	if tok != json.Delim('[') {
		return false, t.leave(tok)
	}
	t.release()
	if err := d.withinSize(int(t.offset()-1-start), start); err != nil {
		return true, err
	}
	if err := d.slowElements(t); err != nil {
		return true, err
	}
	for t.dec.More() {
		if err := d.slowTail(t); err != nil {
			return true, err
		}
	}
	_, err = t.dec.Token()
	return true, err
}

// slowTail reads over a member behind the array of records.
func (d *Decoder) slowTail(t *tape) error {
	before := t.offset()
	t.keep(before)
	defer t.release()
	key, err := t.dec.Token()
	if err != nil {
		return err
	}
	if isContainerKey([]byte(key.(string))) {
		return &SyntaxError{Problem: "the records stand there twice", Offset: t.offset()}
	}
	raw, err := t.value()
	if err != nil {
		return err
	}
	if !d.withinDepth(raw) {
		return d.tooDeep(t.offset() - int64(len(raw)))
	}
	member := bytes.TrimLeft(t.since(before), ", \t\r\n")
	return d.withinSize(len(member), t.offset()-int64(len(member)))
}
