package cloudtrail

import (
	"bytes"
	"unicode/utf8"
)

// judge decides what an object that was just read is: a record, a wrapper round
// records, or nothing known. raw is what rec points into, text what the document
// holds, which differs if it was normalised.
func (d *Decoder) judge(rec *Record, raw, text []byte, offset int64, known, nested int) error {
	if err := d.withinSize(len(text), offset); err != nil {
		return err
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
	if rec.Family == Aggregated && !rec.HasTime() {
		rec.Time = windowStart(rec)
	}
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

// notObject notes an element that is none. The limits hold for it too.
func (d *Decoder) notObject(raw []byte, offset int64) error {
	if err := d.withinSize(len(raw), offset); err != nil {
		return err
	}
	return d.bad(flawNotObject, offset, raw)
}

// withinSize holds the limit of size for an element of the document or a member
// beside the elements. Every reader asks it of the same text, so that a document is
// refused by all of them or by none.
func (d *Decoder) withinSize(size int, offset int64) error {
	if size <= d.limits.RecordSize {
		return nil
	}
	return tooLarge(d.limits.RecordSize, offset)
}

func tooLarge(max int, offset int64) error {
	return &LimitError{Limit: "record_size", Max: int64(max), Offset: offset}
}

// flawTooDeep is of a record that breaks the limit of depth. Only that record is
// set aside, as long as it can be read over.
func (d *Decoder) flawTooDeep() flaw { return flaw(d.limits.DepthReason()) }

// tooDeep is the error of a document whose own members break the limit.
func (d *Decoder) tooDeep(offset int64) error {
	return &LimitError{Limit: "depth", Max: int64(d.limits.Depth), Offset: offset}
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

func (d *Decoder) accept() error {
	if err := d.countElement(); err != nil {
		return err
	}
	d.doc.Count++
	if d.emit != nil {
		if err := d.emit(&d.next); err != nil {
			return &emitError{err}
		}
		return nil
	}
	if len(d.records) == maxKept {
		return ErrManyRecords
	}
	d.records = d.records[:len(d.records)+1]
	return nil
}
