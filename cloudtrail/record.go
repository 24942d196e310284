package cloudtrail

// Text names a flat text field of a record. The order is that of the lake's
// columns.
type Text uint8

const (
	EventID Text = iota
	EventVersion
	EventCategory
	EventType
	EventSource
	EventName
	AWSRegion
	RecipientAccountID
	RequestID
	SharedEventID
	SourceIPAddress
	UserAgent
	ErrorCode
	ErrorMessage
	VPCEndpointID
	NumTexts
)

// JSON names a field of a record that is kept as JSON text.
type JSON uint8

const (
	RequestParameters JSON = iota
	ResponseElements
	AdditionalEventData
	ServiceEventDetails
	Resources
	TLSDetails
	Addendum
	NumJSON
)

// Bool is a boolean that may be unknown.
type Bool uint8

const (
	Unknown Bool = iota
	False
	True
)

// Record is one CloudTrail record. Its slices point into the document it was
// decoded from, or into the decoder, and are valid until the decoder's next
// document. A nil slice is a field that is absent, JSON null, or of a type its
// column cannot hold; what it was then stands in Other.
type Record struct {
	// Raw is the record's JSON text, session tokens replaced.
	Raw  []byte
	Text [NumTexts][]byte
	// JSON values are never the word null.
	JSON            [NumJSON][]byte
	ReadOnly        Bool
	ManagementEvent Bool
	// Time is eventTime in microseconds since 1970, UTC.
	Time int64
	// UserIdentity is the raw object, see [ParseIdentity].
	UserIdentity []byte
	// Other is a JSON object of all members that the fields above do not hold as
	// AWS wrote them; nil if there are none. Its members win over the fields when
	// the record is rebuilt.
	Other []byte
	// Family is the log family the record belongs to.
	Family Family
	// Offset is where the record starts in the inflated document, in bytes.
	Offset int64
	// Index counts the records of the document from 0, quarantined ones included.
	Index int
}

const (
	fieldReadOnly = uint(NumTexts) + uint(NumJSON) + iota
	fieldManagementEvent
	fieldEventTime
	fieldUserIdentity
	fieldUnknown
)

// textNames and jsonNames are the AWS names of the fields, in the order of their
// constants.
var (
	textNames = [NumTexts]string{
		"eventID", "eventVersion", "eventCategory", "eventType", "eventSource", "eventName", "awsRegion",
		"recipientAccountId", "requestID", "sharedEventID", "sourceIPAddress", "userAgent", "errorCode",
		"errorMessage", "vpcEndpointId",
	}
	jsonNames = [NumJSON]string{
		"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "resources",
		"tlsDetails", "addendum",
	}
)

// fieldOf tells which field a member of a record is.
func fieldOf(key []byte) uint {
	switch string(key) {
	case "eventID":
		return uint(EventID)
	case "eventVersion":
		return uint(EventVersion)
	case "eventCategory":
		return uint(EventCategory)
	case "eventType":
		return uint(EventType)
	case "eventSource":
		return uint(EventSource)
	case "eventName":
		return uint(EventName)
	case "awsRegion":
		return uint(AWSRegion)
	case "recipientAccountId":
		return uint(RecipientAccountID)
	case "requestID":
		return uint(RequestID)
	case "sharedEventID":
		return uint(SharedEventID)
	case "sourceIPAddress":
		return uint(SourceIPAddress)
	case "userAgent":
		return uint(UserAgent)
	case "errorCode":
		return uint(ErrorCode)
	case "errorMessage":
		return uint(ErrorMessage)
	case "vpcEndpointId":
		return uint(VPCEndpointID)
	case "requestParameters":
		return uint(NumTexts) + uint(RequestParameters)
	case "responseElements":
		return uint(NumTexts) + uint(ResponseElements)
	case "additionalEventData":
		return uint(NumTexts) + uint(AdditionalEventData)
	case "serviceEventDetails":
		return uint(NumTexts) + uint(ServiceEventDetails)
	case "resources":
		return uint(NumTexts) + uint(Resources)
	case "tlsDetails":
		return uint(NumTexts) + uint(TLSDetails)
	case "addendum":
		return uint(NumTexts) + uint(Addendum)
	case "readOnly":
		return fieldReadOnly
	case "managementEvent":
		return fieldManagementEvent
	case "eventTime":
		return fieldEventTime
	case "userIdentity":
		return fieldUserIdentity
	}
	return fieldUnknown
}

// recordReader fills Records from the text of single records.
type recordReader struct {
	texts scratch // unescaped and collected texts of the whole document
	other []byte  // the members of Other of the record at hand
	depth int     // how deep a record may nest
	scan  scanner // suspect if the record at hand may hold a session token
	// normal is set while records come out of [normalise]: the escapes in their keys
	// are needed, so none of these is a field.
	normal bool
}

// flaw is why a single record is quarantined.
type flaw string

const (
	noFlaw          flaw = ""
	flawNotObject   flaw = "not an object"
	flawNotRecord   flaw = "not a CloudTrail record"
	flawNoTime      flaw = "no eventTime"
	flawBadTime     flaw = "eventTime is not a time"
	flawNotUTF8     flaw = "not valid UTF-8"
	flawBrokenInner flaw = "the message holds no valid JSON"
	flawTwice       flaw = "its records stand there twice"
	flawBrokenLine  flaw = "not valid JSON"
)

// read fills rec from raw, which starts with '{' and was not scanned before. It
// returns the index behind the record, or one of the scanner's negative values.
// Only Raw, Offset, Index and Family are left to the caller.
func (p *recordReader) read(raw []byte, at int, rec *Record) (next int, known int) {
	*rec = Record{Time: timeMissing}
	p.other, p.scan.suspect = p.other[:0], false
	var seen uint64
	i := skipSpace(raw, at+1)
	if i < len(raw) && raw[i] == '}' {
		return i + 1, 0
	}
	for {
		key, escapedKey, value := skipKey(raw, i)
		if value < 0 {
			return value, 0
		}
		if escapedKey && !p.normal {
			return scanSurprise, 0
		}
		p.scan.passKey(key, escapedKey)
		end, escaped := p.skipMember(raw, value)
		if end < 0 {
			return end, 0
		}
		field := fieldOf(key)
		if field != fieldUnknown {
			if seen&(1<<field) != 0 {
				return scanSurprise, 0
			}
			seen |= 1 << field
			known++
		}
		p.set(rec, field, key, raw[value:end], escaped)
		var done bool
		if i, done = skipComma(raw, end, '}'); i < 0 {
			return i, 0
		}
		if done {
			if len(p.other) > 0 {
				rec.Other = p.collectOther()
			}
			return i, known
		}
	}
}

// skipMember reads a value and says whether it is a string with an escape.
func (p *recordReader) skipMember(raw []byte, i int) (next int, escaped bool) {
	if i >= len(raw) || raw[i] != '"' {
		return p.scan.skipValue(raw, i, p.depth-1), false
	}
	next, escaped = skipString(raw, i+1)
	if escaped && next > 0 {
		p.scan.passText(raw[i+1 : next-1])
	}
	return next, escaped
}

func (p *recordReader) set(rec *Record, field uint, key, value []byte, escaped bool) {
	switch {
	case field < uint(NumTexts):
		rec.Text[field] = p.text(key, value, escaped)
	case field < fieldReadOnly:
		if isNull(value) {
			p.keep(key, value)
			return
		}
		rec.JSON[field-uint(NumTexts)] = value
	case field == fieldReadOnly:
		rec.ReadOnly = p.boolean(key, value)
	case field == fieldManagementEvent:
		rec.ManagementEvent = p.boolean(key, value)
	case field == fieldEventTime:
		p.time(rec, key, value, escaped)
	case field == fieldUserIdentity && isObject(value):
		rec.UserIdentity = value
	default:
		p.keep(key, value)
	}
}

// text is a flat field's text. What is no string, or cannot be rebuilt from its
// text, is kept in Other too.
func (p *recordReader) text(key, value []byte, escaped bool) []byte {
	if value[0] == '"' {
		if !escaped {
			return value[1 : len(value)-1 : len(value)-1]
		}
		text, exact := stringText(value, &p.texts)
		if !exact {
			p.keep(key, value)
		}
		return text
	}
	p.keep(key, value)
	if value[0] == '-' || value[0]-'0' < 10 {
		return value // a number where AWS writes a string: eventVersion, account ids
	}
	return nil
}

// boolean accepts the words and, keeping what was written, the strings "true"
// and "false".
func (p *recordReader) boolean(key, value []byte) Bool {
	switch string(value) {
	case "true":
		return True
	case "false":
		return False
	}
	p.keep(key, value)
	return parseBool(value)
}

func parseBool(value []byte) Bool {
	switch string(value) {
	case `"true"`, `"True"`, `"TRUE"`:
		return True
	case `"false"`, `"False"`, `"FALSE"`:
		return False
	}
	return Unknown
}

func (p *recordReader) time(rec *Record, key, value []byte, escaped bool) {
	rec.Time = timeMissing
	if !isString(value) {
		p.keep(key, value)
		return
	}
	if !escaped {
		if t, ok := parseCanonicalTime(value[1 : len(value)-1]); ok {
			rec.Time = t
			return
		}
	}
	p.keep(key, value)
	text, _ := stringText(value, &p.texts)
	rec.Time = parseTime(text)
}

// keep adds a member to Other.
func (p *recordReader) keep(key, value []byte) {
	p.other = append(p.other, ',', '"')
	p.other = append(p.other, key...)
	p.other = append(p.other, '"', ':')
	p.other = append(p.other, value...)
}

func (p *recordReader) collectOther() []byte {
	mark := len(p.texts.buf)
	p.texts.buf = append(p.texts.buf, '{')
	p.texts.buf = append(p.texts.buf, p.other[1:]...)
	p.texts.buf = append(p.texts.buf, '}')
	return p.texts.since(mark)
}

// Account is the account that the record was delivered for, and where it does not
// say so, as in old versions, that of the identity (P31). It may be empty.
func (rec *Record) Account() []byte {
	if account := rec.Text[RecipientAccountID]; len(account) > 0 {
		return account
	}
	if account := member(rec.UserIdentity, "accountId"); isString(account) {
		var s scratch
		text, _ := stringText(account, &s)
		return text
	}
	return nil
}

// HasTime reports whether Time is set. It always is in records of the family that
// is use.
func (rec *Record) HasTime() bool { return rec.Time != timeMissing && rec.Time != timeInvalid }

// Valid reports whether the digest says when it ends.
func (f *DigestFile) Valid() bool { return f.End != timeMissing && f.End != timeInvalid }
