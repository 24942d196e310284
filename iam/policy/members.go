package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// member is one element of a JSON list, or one key of an object with its value.
type member struct {
	key   string // of an object, unquoted
	value json.RawMessage
}

// split takes a JSON list or object apart, one level deep, in its order and with
// keys that stand there twice. raw is valid JSON: only brackets and strings need
// to be told apart.
func split(raw json.RawMessage) []member {
	var out []member
	var key string
	isObject := raw[0] == '{'
	depth, start := 0, 1
	flush := func(end int) {
		if value := trim(raw[start:end]); len(value) > 0 {
			out = append(out, member{key: key, value: value})
		}
		key, start = "", end+1
	}
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			i += stringEnd(raw[i:])
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				flush(i)
			}
		case c == ',' && depth == 1:
			flush(i)
		case c == ':' && depth == 1 && isObject:
			key, start = unquote(trim(raw[start:i])), i+1
		}
	}
	return out
}

// stringEnd is the offset of the quote that ends the string raw begins with.
func stringEnd(raw []byte) int {
	for i := 1; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(raw)
}

// unquote reads a JSON string; it is valid JSON, so nothing can go wrong. Most hold
// nothing that needs decoding.
func unquote(raw json.RawMessage) string {
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

// object returns the members of an object. A key that stands there twice is an
// error: AWS refuses it, and readers of JSON differ on which of the two counts.
// Keys are the same in any case of A to Z if fold is true.
func object(raw json.RawMessage, fold bool) ([]member, error) {
	if raw[0] != '{' {
		return nil, fmt.Errorf("%q where an object is expected", clip(raw))
	}
	members := split(raw)
	seen := make(map[string]bool, len(members))
	for _, m := range members {
		key := m.key
		if fold {
			key = lower(key)
		}
		if seen[key] {
			return nil, fmt.Errorf("key %q stands there twice", clip([]byte(m.key)))
		}
		seen[key] = true
	}
	return members, nil
}

// elements returns the elements of a list, or a single value as a list of one.
// Absent and null are the empty list.
func elements(raw json.RawMessage) []json.RawMessage {
	if isNull(raw) {
		return nil
	}
	if raw[0] != '[' {
		return []json.RawMessage{raw}
	}
	var out []json.RawMessage
	for _, m := range split(raw) {
		out = append(out, m.value)
	}
	return out
}

func isNull(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null"
}

// trim takes white space of JSON off both ends.
func trim(raw json.RawMessage) json.RawMessage {
	for len(raw) > 0 && isSpace(raw[0]) {
		raw = raw[1:]
	}
	for len(raw) > 0 && isSpace(raw[len(raw)-1]) {
		raw = raw[:len(raw)-1]
	}
	return raw
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
