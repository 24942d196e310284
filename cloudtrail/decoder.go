package cloudtrail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Decoder reads documents: inflated log files. It keeps its buffers from one
// document to the next and serves one goroutine.
type Decoder struct {
	limits  Limits
	reader  recordReader
	window  window
	stream  []byte   // the window's buffer for streamed documents
	records []Record // of the document at hand, when it is decoded whole
	doc     *Document
	emit    func(*Record) error
	next    Record // the record at hand, when records are emitted
}

// NewDecoder makes a decoder. Limits of zero mean the defaults.
func NewDecoder(limits Limits) *Decoder {
	limits = limits.effective()
	return &Decoder{limits: limits, reader: recordReader{depth: limits.Depth}}
}

// Decode reads a document that is in memory. folder is the family that the
// object's key names, see [FamilyOfFolder]. An error (a [SyntaxError], a
// [LimitError], [ErrManyRecords]) concerns the document as a whole: none of it is to
// be used.
func (d *Decoder) Decode(text []byte, folder Family) (*Document, error) {
	d.begin(folder, nil)
	d.window.open(text)
	d.reader.steady = true
	err := d.walk()
	d.reader.steady = false
	for _, walk := range d.slowWalks() {
		if !isSurprise(err) {
			break
		}
		d.begin(folder, nil)
		err = walk(bytes.NewReader(text), err)
	}
	return d.end(err)
}

// slowWalks are the readers that a document goes to when the scanner, and then
// each other, refused it for its syntax. They get that refusal, and return it if
// they are not meant for such a document.
func (d *Decoder) slowWalks() [2]func(r io.Reader, refusal error) error {
	return [2]func(io.Reader, error) error{d.walkValues, d.walkLines}
}

// Stream reads a document that is too large for memory, in two passes over the
// same text: open is called for each, and again for a document with surprises. The
// first pass only validates, so that a document which is broken at its end emits
// nothing. emit gets every record of the second, valid during the call; an error of
// emit ends the reading and is returned as it is.
func (d *Decoder) Stream(open func() (io.Reader, error), folder Family, emit func(*Record) error) (*Document, error) {
	nothing := func(*Record) error { return nil }
	walk := d.walkWindow
	err := d.pass(open, folder, walk, nothing)
	for _, slow := range d.slowWalks() {
		if !isSurprise(err) {
			break
		}
		refusal := err
		walk = func(r io.Reader) error { return slow(r, refusal) }
		err = d.pass(open, folder, walk, nothing)
	}
	doc, err := d.end(err)
	if err != nil || doc.Count == 0 {
		return doc, err
	}
	err = d.pass(open, folder, walk, emit)
	var emitted *emitError
	if errors.As(err, &emitted) {
		return nil, emitted.err
	}
	return d.end(err)
}

// emitError is an error of whom records are emitted to. It hides what it is from
// the readers, which would take io.EOF for the document's.
type emitError struct{ err error }

func (e *emitError) Error() string { return e.err.Error() }

func (d *Decoder) pass(open func() (io.Reader, error), folder Family, walk func(io.Reader) error, emit func(*Record) error) error {
	r, err := open()
	if err != nil {
		return err
	}
	d.begin(folder, emit)
	return walk(r)
}

// walkWindow reads a document piece by piece with the scanner.
func (d *Decoder) walkWindow(r io.Reader) error {
	if d.stream == nil {
		d.stream = make([]byte, 0, defaultWindow)
	}
	err := d.window.openReader(r, d.stream, d.limits.RecordSize)
	if err == nil {
		err = d.walk()
	}
	d.stream = d.window.buf[:0]
	return err
}

// ErrManyRecords is what Decode says of a document with more records than it keeps
// in memory, where a record takes many times the room of the shortest text that is
// one. Stream reads it.
var ErrManyRecords = fmt.Errorf("more than %d records in a document that is decoded whole", maxKept)

const (
	maxKept = 100_000
	// What one document needed is kept for the next up to these sizes, which most
	// documents stay below.
	keptRecords = 1 << 14
	keptTexts   = 8 << 20
)

func (d *Decoder) begin(folder Family, emit func(*Record) error) {
	d.reader.texts.reset()
	if cap(d.reader.texts.buf) > keptTexts {
		d.reader.texts.buf = nil
	}
	d.reader.normal, d.reader.before = false, [fieldUnknown][]byte{}
	d.records = d.records[:0]
	if cap(d.records) > keptRecords {
		d.records = nil
	}
	d.doc = &Document{folder: folder}
	d.emit = emit
}

// end closes the document: one in which nothing was recognised is refused as a
// whole.
func (d *Decoder) end(err error) (*Document, error) {
	if err != nil {
		return nil, err
	}
	doc := d.doc
	doc.Records = d.records
	if doc.Count == 0 && len(doc.Bad) == 0 && len(doc.unrecognised) > 0 {
		first := doc.unrecognised[0]
		return nil, &SyntaxError{Problem: "no CloudTrail record found: " + first.Reason, Offset: first.Offset}
	}
	doc.Bad = append(doc.Bad, doc.unrecognised...)
	return doc, nil
}
