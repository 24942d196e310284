package rolechange

import (
	"bytes"
	"encoding/json"

	"roletrail/cloudtrail"
)

// maxJSON is the largest field of a record that is read, in bytes. CloudTrail leaves
// out what is above 100 KB (P20); escapes may make the text a few times as long.
const maxJSON = 512 << 10

// at finds the first of the paths of a field that the record has; nil if it has none.
func (r *reading) at(f field) json.RawMessage {
	for _, p := range r.event.fields[f] {
		value := r.column(p.in).Member(p.steps[0])
		for _, name := range p.steps[1:] {
			value = cloudtrail.Member(value, name)
		}
		if value != nil {
			return value
		}
	}
	return nil
}

// column is a JSON column of the record, which is taken apart when it is asked for first: several
// fields stand in one. What is too large has no members.
func (r *reading) column(in cloudtrail.JSON) *cloudtrail.Object {
	of := &r.columns[0]
	if in == cloudtrail.ResponseElements {
		of = &r.columns[1]
	}
	if !of.isRead {
		raw := r.rec.JSON[in]
		if len(raw) > maxJSON {
			raw = nil
		}
		of.isRead = true
		of.Read(raw)
	}
	return &of.Object
}

// text is a field that is a text; empty if the record has none.
func (r *reading) text(f field) string {
	s, _ := textOf(r.at(f))
	return s
}

// textOf is the text of a JSON value, if it is one.
func textOf(value json.RawMessage) (s string, ok bool) {
	switch {
	case len(value) < 2 || value[0] != '"':
		return "", false
	case bytes.IndexByte(value, '\\') < 0:
		return string(value[1 : len(value)-1]), true
	}
	return unescaped(value)
}

func unescaped(value json.RawMessage) (s string, ok bool) { return s, json.Unmarshal(value, &s) == nil }

// textsOf are the texts of a JSON list of them; none if the value is none.
func textsOf(value json.RawMessage) (texts []string) {
	if json.Unmarshal(value, &texts) != nil {
		return nil
	}
	return texts
}
