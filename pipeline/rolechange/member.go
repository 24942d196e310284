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
		value := r.rec.JSON[p.in]
		if len(value) > maxJSON {
			continue
		}
		for _, name := range p.steps {
			value = cloudtrail.Member(value, name)
		}
		if value != nil {
			return value
		}
	}
	return nil
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
	return s, json.Unmarshal(value, &s) == nil
}
