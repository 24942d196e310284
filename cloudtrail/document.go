package cloudtrail

import (
	"crypto/sha256"
	"fmt"
)

// Document is what one document turned out to hold. That is nothing at all if it is
// a container without records.
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

// flaw is why a single record is quarantined.
type flaw string

const (
	noFlaw          flaw = ""
	flawNotObject   flaw = "not an object"
	flawNotRecord   flaw = "not a CloudTrail record"
	flawInventory   flaw = "not a CloudTrail record but an IAM inventory (ingest iam reads it)"
	flawNoTime      flaw = "no eventTime"
	flawBadTime     flaw = "eventTime is not a time"
	flawNotUTF8     flaw = "not valid UTF-8"
	flawBrokenInner flaw = "the message holds no valid JSON"
	flawTwice       flaw = "its records stand there twice"
	flawBrokenLine  flaw = "not valid JSON"
)

// bad notes a record that cannot be a row.
func (d *Decoder) bad(f flaw, offset int64, raw []byte) error {
	b := BadRecord{Offset: offset, Index: d.doc.elements, Reason: string(f), SHA256: sha256.Sum256(raw)}
	if len(d.doc.unrecognised)+len(d.doc.Bad) >= maxBad {
		return &SyntaxError{Problem: fmt.Sprintf("more than %d bad records, the last one: %s", maxBad, f), Offset: offset}
	}
	if f == flawNotRecord || f == flawNotObject || f == flawInventory {
		d.doc.unrecognised = append(d.doc.unrecognised, b)
	} else {
		d.doc.Bad = append(d.doc.Bad, b)
	}
	return d.countElement()
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
