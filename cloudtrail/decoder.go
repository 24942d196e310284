package cloudtrail

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"unicode/utf8"
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

// Document is what one document turned out to hold.
type Document struct {
	// Records are its records of every family, in the order of the document.
	// Valid until the decoder's next document; empty when records were emitted.
	Records []Record
	// Count is how many records were recognised, the Bad ones not included.
	Count int
	// Bad are the records that cannot be rows.
	Bad []BadRecord
	// Digest is set when the document is a digest file.
	Digest *DigestFile
	// Control is set when the document only holds a control message of CloudWatch
	// Logs.
	Control bool
	// Empty is set when the document is a container without records.
	Empty bool

	unrecognised []BadRecord
	folder       Family
	elements     int
}

// BadRecord is a record that cannot be a row, with the reason.
type BadRecord struct {
	Offset int64 // in the inflated document, in bytes
	Index  int   // among the document's records, from 0
	Reason string
	SHA256 [sha256.Size]byte // of its text
}

// NewDecoder makes a decoder. Limits of zero mean the defaults.
func NewDecoder(limits Limits) *Decoder {
	if limits.RecordSize == 0 {
		limits.RecordSize = DefaultLimits.RecordSize
	}
	if limits.Depth == 0 {
		limits.Depth = DefaultLimits.Depth
	}
	if limits.RecordsPerObject == 0 {
		limits.RecordsPerObject = DefaultLimits.RecordsPerObject
	}
	limits.Depth = min(limits.Depth, maxDepth)
	return &Decoder{limits: limits, reader: recordReader{depth: limits.Depth}}
}

// Decode reads a document that is in memory. folder is the family that the
// object's key names, see [FamilyOfFolder]. An error (a [SyntaxError], a
// [LimitError]) concerns the document as a whole: none of it is to be used.
func (d *Decoder) Decode(text []byte, folder Family) (*Document, error) {
	d.begin(folder, nil)
	d.window.open(text)
	err := d.walk()
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
	return d.end(d.pass(open, folder, walk, emit))
}

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
	err := d.window.openReader(r, d.stream, 2*d.limits.RecordSize)
	if err == nil {
		err = d.walk()
	}
	d.stream = d.window.buf[:0]
	return err
}

func (d *Decoder) begin(folder Family, emit func(*Record) error) {
	d.reader.texts.reset()
	d.reader.normal = false
	d.records = d.records[:0]
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

// walk reads the document with the scanner.
func (d *Decoder) walk() error {
	w := &d.window
	for values := 0; ; values++ {
		ok, err := w.space()
		if err != nil {
			return err
		}
		if !ok {
			if values == 0 {
				return &SyntaxError{Problem: "the file is empty", Offset: w.base}
			}
			return nil
		}
		if err := d.topLevel(); err != nil {
			return err
		}
	}
}

// topLevel reads one value of the document: a container or, in NDJSON, a line.
func (d *Decoder) topLevel() error {
	w := &d.window
	switch w.buf[w.at] {
	case '[':
		w.at++
		return d.elements()
	case '{':
		isTrail, err := d.enterRecords()
		if err != nil {
			return err
		}
		if !isTrail {
			return d.element()
		}
		if err := d.elements(); err != nil {
			return err
		}
		return d.leaveRecords()
	}
	return &SyntaxError{Problem: "neither JSON nor gzip", Offset: w.offset(w.at)}
}

// enterRecords steps into {"Records":[, or into {"Events":[ as LookupEvents
// answers, and reports whether that is what starts here. Otherwise it leaves the
// window's place alone.
func (d *Decoder) enterRecords() (bool, error) {
	w := &d.window
	for {
		key, at := firstKey(w.buf, w.at)
		if at >= 0 && at < len(w.buf) {
			if !isContainerKey(key) || w.buf[at] != '[' {
				return false, nil
			}
			w.at = at + 1
			return true, nil
		}
		if at < 0 && at != scanEnd {
			return false, nil
		}
		if ok, err := w.more(w.at); err != nil || !ok {
			return false, err
		}
	}
}

// firstKey reads an object's first key, and returns the index of its value.
func firstKey(b []byte, i int) (key []byte, next int) {
	key, escaped, next := skipKey(b, skipSpace(b, i+1))
	if escaped && next >= 0 {
		return nil, scanSurprise
	}
	return key, next
}

func isContainerKey(key []byte) bool { return string(key) == "Records" || string(key) == "Events" }

// leaveRecords reads what follows the array in {"Records":[…]}: further members,
// which say nothing of the records.
func (d *Decoder) leaveRecords() error {
	w := &d.window
	for {
		if ok, err := w.space(); err != nil || !ok {
			return orEarlyEnd(err, w)
		}
		c := w.buf[w.at]
		w.at++
		if c == '}' {
			return nil
		}
		if c != ',' {
			return &SyntaxError{Problem: "invalid JSON", Offset: w.offset(w.at - 1)}
		}
		if ok, err := w.space(); err != nil || !ok {
			return orEarlyEnd(err, w)
		}
		if _, err := d.skip(d.skipTail); err != nil {
			return err
		}
	}
}

// skipTail reads over a member behind the array of records.
func (d *Decoder) skipTail(b []byte, i int) int {
	key, escaped, at := skipKey(b, i)
	if at < 0 {
		return at
	}
	if escaped || isContainerKey(key) {
		return scanSurprise
	}
	return d.skipElement(b, at)
}

func (d *Decoder) skipElement(b []byte, i int) int {
	return d.reader.scan.skipValue(b, i, d.limits.Depth)
}

// skip runs a scanner function at the window's place until it has enough text,
// and returns what it read over.
func (d *Decoder) skip(scan func(b []byte, i int) int) ([]byte, error) {
	w := &d.window
	for {
		next := scan(w.buf, w.at)
		// A scalar that ends with the window may go on behind it.
		if next >= 0 && (next < len(w.buf) || w.r == nil) {
			raw := w.buf[w.at:next:next]
			w.at = next
			return raw, nil
		}
		if next >= 0 {
			next = scanEnd
		}
		if err := d.scanFailed(next); err != nil {
			return nil, err
		}
	}
}

// scanFailed turns a scanner's result into an error, or reads on if the window
// was too short, in which case it returns nil.
func (d *Decoder) scanFailed(code int) error {
	w := &d.window
	switch code {
	case scanSyntax:
		return &SyntaxError{Problem: "invalid JSON", Offset: w.offset(w.at)}
	case scanDepth:
		return d.tooDeep(w.offset(w.at))
	case scanSurprise:
		return errSurprise
	}
	if ok, err := w.more(w.at); err != nil || !ok {
		return orEarlyEnd(err, w)
	}
	return nil
}

func orEarlyEnd(err error, w *window) error {
	if err != nil {
		return err
	}
	return &SyntaxError{Problem: "the JSON ends too early", Offset: w.offset(len(w.buf))}
}

// elements reads the elements of an array up to its closing bracket.
func (d *Decoder) elements() error {
	w := &d.window
	for first := true; ; first = false {
		if ok, err := w.space(); err != nil || !ok {
			return orEarlyEnd(err, w)
		}
		switch c := w.buf[w.at]; {
		case c == ']' && first:
			w.at++
			d.doc.Empty = true
			return nil
		case c == ']':
			w.at++
			return nil
		case first:
		case c == ',':
			w.at++
			if ok, err := w.space(); err != nil || !ok {
				return orEarlyEnd(err, w)
			}
		default:
			return &SyntaxError{Problem: "invalid JSON", Offset: w.offset(w.at)}
		}
		if err := d.element(); err != nil {
			return err
		}
	}
}

// element reads one element at the window's place.
func (d *Decoder) element() error {
	w := &d.window
	d.forget()
	if w.buf[w.at] != '{' {
		raw, err := d.skip(d.skipElement)
		if err != nil {
			return err
		}
		return d.notObject(raw, w.offset(w.at-len(raw)))
	}
	for {
		rec := d.slot()
		next, known := d.reader.read(w.buf, w.at, rec)
		if next >= 0 {
			raw := w.buf[w.at:next:next]
			offset := w.offset(w.at)
			w.at = next
			return d.judge(rec, raw, raw, offset, known, 0)
		}
		if err := d.scanFailed(next); err != nil {
			return err
		}
	}
}

// slot is where the next record is read into.
func (d *Decoder) slot() *Record {
	if d.emit != nil {
		return &d.next
	}
	if len(d.records) == cap(d.records) {
		d.records = append(d.records, Record{})[:len(d.records)]
	}
	return &d.records[:len(d.records)+1][len(d.records)]
}

// forget drops the texts of the elements before, which nobody can point to any
// more when records are emitted. An element that wraps records keeps its own.
func (d *Decoder) forget() {
	if d.emit != nil {
		d.reader.texts.reset()
	}
}

// notObject notes an element that is none. The limits hold for it too.
func (d *Decoder) notObject(raw []byte, offset int64) error {
	if len(raw) > d.limits.RecordSize {
		return d.tooLarge(offset)
	}
	return d.bad(flawNotObject, offset, raw)
}

func (d *Decoder) tooLarge(offset int64) error {
	return &LimitError{Limit: "record_size", Max: int64(d.limits.RecordSize), Offset: offset}
}

func (d *Decoder) tooDeep(offset int64) error {
	return &LimitError{Limit: "depth", Max: int64(d.limits.Depth), Offset: offset}
}

// judge decides what an object that was just read is: a record, a wrapper round
// records, or nothing known. raw is what rec points into, text what the document
// holds, which differs if it was normalised.
func (d *Decoder) judge(rec *Record, raw, text []byte, offset int64, known, nested int) error {
	if len(text) > d.limits.RecordSize {
		return d.tooLarge(offset)
	}
	if !utf8.Valid(text) {
		return d.bad(flawNotUTF8, offset, text)
	}
	if !looksLikeRecord(rec, known) {
		return d.unwrap(text, offset, nested)
	}
	if d.reader.scan.suspect {
		if redacted, changed := redact(raw, &d.reader.texts); changed {
			raw = redacted
			if next, _ := d.reader.read(raw, 0, rec); next < 0 {
				return errSurprise
			}
		}
	}
	rec.Raw, rec.Offset, rec.Index = raw, offset, d.doc.elements
	rec.Family = familyOf(rec, d.doc.folder)
	if flaw := timeFlaw(rec); flaw != noFlaw {
		return d.bad(flaw, offset, text)
	}
	return d.accept()
}

// timeFlaw judges eventTime, without which an event has no place in the lake.
// Other families are only counted and may lack it.
func timeFlaw(rec *Record) flaw {
	switch {
	case rec.HasTime() || rec.Family != Management:
		return noFlaw
	case rec.Time == timeMissing:
		return flawNoTime
	}
	return flawBadTime
}

// looksLikeRecord reports whether an object has a record's own members. S3 event
// notifications also have eventName, eventTime and userIdentity; their source is
// "aws:s3".
func looksLikeRecord(rec *Record, known int) bool {
	if known == 0 || bytes.HasPrefix(rec.Text[EventSource], []byte("aws:")) {
		return isAggregated(rec)
	}
	return rec.Text[EventName] != nil || rec.Text[EventSource] != nil || rec.Text[EventID] != nil ||
		rec.UserIdentity != nil || isAggregated(rec)
}

func (d *Decoder) accept() error {
	if err := d.countElement(); err != nil {
		return err
	}
	d.doc.Count++
	if d.emit != nil {
		return d.emit(&d.next)
	}
	d.records = d.records[:len(d.records)+1]
	return nil
}

func (d *Decoder) countElement() error {
	d.doc.elements++
	if d.doc.elements > d.limits.RecordsPerObject {
		return &LimitError{Limit: "records_per_object", Max: int64(d.limits.RecordsPerObject), Offset: d.window.base}
	}
	return nil
}

// maxBad bounds how many bad records are noted singly. A document with more of
// them is no log file.
const maxBad = 10_000

// bad notes a record that cannot be a row.
func (d *Decoder) bad(f flaw, offset int64, raw []byte) error {
	b := BadRecord{Offset: offset, Index: d.doc.elements, Reason: string(f), SHA256: sha256.Sum256(raw)}
	if len(d.doc.unrecognised)+len(d.doc.Bad) >= maxBad {
		return &SyntaxError{Problem: fmt.Sprintf("more than %d bad records, the last one: %s", maxBad, f), Offset: offset}
	}
	if f == flawNotRecord || f == flawNotObject {
		d.doc.unrecognised = append(d.doc.unrecognised, b)
	} else {
		d.doc.Bad = append(d.doc.Bad, b)
	}
	return d.countElement()
}
