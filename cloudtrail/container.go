package cloudtrail

import (
	"crypto/sha256"
	"encoding/json"
)

// DigestFile is what a CloudTrail digest says of itself. Digests hold no records.
type DigestFile struct {
	AccountID string
	// End is digestEndTime in microseconds since 1970, UTC.
	End int64
	// SHA256 is of its text.
	SHA256 [sha256.Size]byte
}

// Valid reports whether the digest says when it ends.
func (f *DigestFile) Valid() bool { return f.End != timeMissing && f.End != timeInvalid }

// maxNested bounds wrappers within wrappers: a trail file inside a log event
// inside an array is the deepest that makes sense.
const maxNested = 3

// unwrap looks into an object that is no record for the records it may wrap.
func (d *Decoder) unwrap(raw []byte, offset int64, nested int) error {
	if nested >= maxNested {
		return d.bad(flawNotRecord, offset, raw)
	}
	m := wrapperMembers(raw)
	switch {
	case m.twice:
		return d.bad(flawTwice, offset, raw)
	case isObject(m.detail) && m.detailType != nil:
		return d.inner(m.detail, offset, nested+1)
	case m.cloudTrailEvent != nil:
		return d.innerText(m.cloudTrailEvent, offset, nested+1)
	case m.logEvents != nil && string(m.messageType) == `"CONTROL_MESSAGE"`:
		d.doc.Control = true
		return nil
	case isArray(m.logEvents):
		return innerEach(m.logEvents, func(value []byte) error {
			return d.innerText(member(value, "message"), offset, nested+1)
		})
	case isArray(m.records):
		return innerEach(m.records, func(value []byte) error { return d.inner(value, offset, nested+1) })
	case isArray(m.events):
		return innerEach(m.events, func(value []byte) error { return d.inner(value, offset, nested+1) })
	case m.digestEnd != nil && m.logFiles != nil && nested == 0:
		d.doc.Digest = digestFile(m)
		d.doc.Digest.SHA256 = sha256.Sum256(raw)
		return nil
	case m.roles != nil:
		return d.bad(flawInventory, offset, raw)
	}
	return d.bad(flawNotRecord, offset, raw)
}

// wrapper holds the members by which wrappers are told; nil where absent.
type wrapper struct {
	detail, detailType             []byte // EventBridge
	cloudTrailEvent                []byte // LookupEvents
	logEvents, messageType         []byte // CloudWatch Logs
	records, events                []byte // a trail file, the answer of LookupEvents
	digestEnd, logFiles, accountID []byte // a digest
	roles                          []byte // an IAM inventory, which is no log at all

	twice bool // one of those that hold records stands there again
}

// set notes a member that holds records.
func (m *wrapper) set(member *[]byte, value []byte) {
	m.twice = m.twice || *member != nil
	*member = value
}

func wrapperMembers(raw []byte) wrapper {
	var m wrapper
	eachMember(raw, func(key, value []byte) bool {
		switch string(key) {
		case "detail":
			m.set(&m.detail, value)
		case "detail-type":
			m.detailType = value
		case "CloudTrailEvent":
			m.set(&m.cloudTrailEvent, value)
		case "logEvents":
			m.set(&m.logEvents, value)
		case "messageType":
			m.messageType = value
		case "Records":
			m.set(&m.records, value)
		case "Events":
			m.set(&m.events, value)
		case "digestEndTime":
			m.digestEnd = value
		case "logFiles":
			m.logFiles = value
		case "awsAccountId":
			m.accountID = value
		case "RoleDetailList":
			m.roles = value
		}
		return true
	})
	return m
}

func digestFile(m wrapper) *DigestFile {
	var s scratch
	f := &DigestFile{End: timeMissing}
	if isString(m.accountID) {
		text, _ := stringText(m.accountID, &s)
		f.AccountID = string(text)
	}
	if isString(m.digestEnd) {
		text, _ := stringText(m.digestEnd, &s)
		f.End = parseTime(text)
	}
	return f
}

// innerEach reads the elements of a wrapped array until one cannot be.
func innerEach(array []byte, read func(value []byte) error) error {
	var err error
	eachElement(array, func(value []byte) bool {
		err = read(value)
		return err == nil
	})
	return err
}

// innerText reads a record that is wrapped as the text of a JSON string.
func (d *Decoder) innerText(value []byte, offset int64, nested int) error {
	if !isString(value) {
		return d.bad(flawNotObject, offset, value)
	}
	text, _ := stringText(value, &d.reader.texts)
	return d.inner(trimSpace(text), offset, nested)
}

// inner reads one wrapped record. Its offset is that of the wrapper.
func (d *Decoder) inner(raw []byte, offset int64, nested int) error {
	if len(raw) == 0 || raw[0] != '{' {
		return d.bad(flawNotObject, offset, raw)
	}
	text := raw
	if d.reader.normal {
		if !d.withinDepth(raw) {
			return d.bad(d.flawTooDeep(), offset, raw)
		}
		if !json.Valid(raw) {
			return d.bad(flawBrokenInner, offset, text)
		}
		raw = normalise(raw)
	}
	rec := d.slot()
	next, known := d.reader.read(raw, 0, rec)
	switch {
	case next == scanSurprise:
		return errSurprise
	case next == scanDepth:
		return d.bad(d.flawTooDeep(), offset, raw)
	case next < 0 || next != len(raw):
		return d.bad(flawBrokenInner, offset, text)
	}
	return d.judge(rec, raw, text, offset, known, nested)
}
