package cloudtrail

import (
	"bytes"
	"regexp"
)

// Redacted stands where a session token stood (P34).
const Redacted = "REDACTED"

// mayHoldToken is the quick question that spares most records the slow one: is
// there a sessionToken, as AWS writes it? Names in another case, or with escapes,
// come to the slow path and are asked there. It looks for the T, which is rare.
func mayHoldToken(raw []byte) bool {
	const before, after = "ession", "Token"
	for i := 0; ; i++ {
		next := bytes.IndexByte(raw[i:], 'T')
		if next < 0 {
			return false
		}
		i += next
		if i >= len(before) && len(raw)-i >= len(after) &&
			string(raw[i-len(before):i]) == before && string(raw[i:i+len(after)]) == after {
			return true
		}
	}
}

// tokenInText finds session tokens in JSON that is itself the text of a JSON
// string, at any depth of quoting.
var tokenInText = regexp.MustCompile(`(?i)(session_?token\\*"\s*:\s*\\*")((?:[^"\\]|\\+/)+)`)

// redact replaces every session token in a record: the values of all members
// called sessionToken, and those in JSON texts within strings. changed is false if
// there was none.
func redact(raw []byte) (out []byte, changed bool) {
	r := redactor{out: make([]byte, 0, len(raw))}
	r.value(raw)
	return r.out, r.changed
}

type redactor struct {
	out     []byte
	changed bool
}

func (r *redactor) value(raw []byte) {
	switch raw[0] {
	case '{':
		r.object(raw)
	case '[':
		r.array(raw)
	case '"':
		r.text(raw)
	default:
		r.out = append(r.out, raw...)
	}
}

func (r *redactor) object(raw []byte) {
	r.out = append(r.out, '{')
	first := true
	i := skipSpace(raw, 1)
	for raw[i] != '}' {
		if !first {
			r.out = append(r.out, ',')
		}
		first = false
		key, at := escapedKeys.skipKey(raw, i)
		end := escapedKeys.skipValue(raw, at, maxDepth)
		r.out = append(append(append(r.out, '"'), key...), '"', ':')
		r.member(plainKey(key), raw[at:end])
		i = skipSpace(raw, end)
		if raw[i] == ',' {
			i = skipSpace(raw, i+1)
		}
	}
	r.out = append(r.out, '}')
}

func (r *redactor) member(key, value []byte) {
	if isTokenName(key) && !isNull(value) {
		r.out = append(append(append(r.out, '"'), Redacted...), '"')
		r.changed = r.changed || string(value) != `"`+Redacted+`"`
		return
	}
	r.value(value)
}

func isTokenName(key []byte) bool {
	return bytes.EqualFold(key, []byte("sessionToken")) || bytes.EqualFold(key, []byte("session_token"))
}

func (r *redactor) array(raw []byte) {
	r.out = append(r.out, '[')
	first := true
	eachElement(raw, func(value []byte) bool {
		if !first {
			r.out = append(r.out, ',')
		}
		first = false
		r.value(value)
		return true
	})
	r.out = append(r.out, ']')
}

func (r *redactor) text(raw []byte) {
	if bytes.IndexByte(raw, '\\') < 0 || !tokenInText.Match(raw) { // JSON within a string has escaped quotes
		r.out = append(r.out, raw...)
		return
	}
	r.out = append(r.out, tokenInText.ReplaceAll(raw, []byte("${1}"+Redacted))...)
	r.changed = true
}
