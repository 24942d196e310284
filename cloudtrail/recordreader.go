package cloudtrail

import "bytes"

// recordReader fills Records from the text of single records.
type recordReader struct {
	texts scratch // unescaped and collected texts of the whole document
	other []byte  // the members of Other of the record at hand
	depth int     // how deep a record may nest
	scan  scanner // suspect if the record at hand may hold a session token
	// steady is set while the text of the whole document stays where it is; before are
	// then the objects and arrays in the record before, by field. Calls of one session
	// repeat its userIdentity, a third of a record.
	steady bool
	before [fieldUnknown][]byte
	// normal is set while records come out of [normalise]: the escapes in their keys
	// are needed, so none of these is a field.
	normal bool
}

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
		field := fieldOf(key)
		end, escaped := p.skipField(raw, value, field)
		if end < 0 {
			return end, 0
		}
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

// skipField reads the value of a field and says whether it is a string with an
// escape. A value that begins with all of the one before is that value again: text
// behind the last bracket cannot belong to it.
func (p *recordReader) skipField(raw []byte, i int, field uint) (next int, escaped bool) {
	if !p.steady || field < uint(NumTexts) || field == fieldUnknown || i >= len(raw) || raw[i] != '{' && raw[i] != '[' {
		return p.skipMember(raw, i)
	}
	if known := p.before[field]; len(known) > 0 && bytes.HasPrefix(raw[i:], known) {
		return i + len(known), false
	}
	suspect := p.scan.suspect
	p.scan.suspect = false
	if next = p.scan.skipValue(raw, i, p.depth-1); next >= 0 && !p.scan.suspect {
		p.before[field] = raw[i:next]
	}
	p.scan.suspect = p.scan.suspect || suspect
	return next, false
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
