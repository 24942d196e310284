package cloudtrail

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// scratch is where texts go that cannot stay in the document's own bytes:
// unescaped strings, redacted records, collected members. Slices handed out stay
// valid until reset, also when the buffer grows.
type scratch struct{ buf []byte }

func (s *scratch) reset() { s.buf = s.buf[:0] }

// since returns what was appended from mark on, cut off from later appends.
func (s *scratch) since(mark int) []byte { return s.buf[mark:len(s.buf):len(s.buf)] }

// trimSpace cuts off JSON white space at both ends.
func trimSpace(text []byte) []byte { return bytes.Trim(text, " \n\r\t") }

// appendQuoted writes text as a JSON string with no more escapes than it needs, so
// that equal texts become equal strings.
func appendQuoted(out, text []byte) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	from := 0
	for i, c := range text {
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		out = append(out, text[from:i]...)
		if c >= 0x20 {
			out = append(out, '\\', c)
		} else {
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		from = i + 1
	}
	return append(append(out, text[from:]...), '"')
}

// equalFold compares with lower-case ASCII, ignoring case.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// containsFold looks for lower-case ASCII, ignoring case.
func containsFold(b []byte, lower string) bool {
	for i := 0; i+len(lower) <= len(b); i++ {
		if b[i]|0x20 == lower[0] && equalFold(b[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}

// isNull reports whether a raw value is the word null.
func isNull(raw []byte) bool { return len(raw) == 4 && raw[0] == 'n' }

// isObject, isArray and isString tell a raw value's kind by its first byte.
func isObject(raw []byte) bool { return len(raw) > 1 && raw[0] == '{' }
func isArray(raw []byte) bool  { return len(raw) > 1 && raw[0] == '[' }
func isString(raw []byte) bool { return len(raw) > 1 && raw[0] == '"' }

// stringText returns the text of a raw JSON string, without its quotes and
// escapes. exact is false if the text cannot be turned back into an equal JSON
// string, which is so for unpaired surrogates.
func stringText(raw []byte, s *scratch) (text []byte, exact bool) {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner, true
	}
	mark := len(s.buf)
	exact = true
	for i := 0; i < len(inner); {
		c := inner[i]
		if c != '\\' {
			s.buf = append(s.buf, c)
			i++
			continue
		}
		c = inner[i+1]
		i += 2
		if c != 'u' {
			s.buf = append(s.buf, unescaped(c))
			continue
		}
		r := hexRune(inner[i:])
		i += 4
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if i+6 <= len(inner) && inner[i] == '\\' && inner[i+1] == 'u' {
				low = hexRune(inner[i+2:])
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				i += 6
			} else {
				exact = false
			}
		}
		s.buf = utf8.AppendRune(s.buf, r)
	}
	return s.since(mark), exact
}

func unescaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

func hexRune(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		r <<= 4
		if c <= '9' {
			r |= rune(c - '0')
		} else {
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}

// member returns the raw value of an object's member, nil if raw is no object or
// has none of that name. Of several it returns the last, as encoding/json does.
// The text must have been scanned before: broken text ends the search.
func member(raw []byte, name string) []byte {
	var found []byte
	eachMember(raw, func(key, value []byte) bool {
		if string(key) == name {
			found = value
		}
		return true
	})
	return found
}

// plainKey returns a key without its escapes.
func plainKey(key []byte) []byte {
	var s scratch
	text, _ := stringText(append(append([]byte{'"'}, key...), '"'), &s)
	return text
}

// eachMember calls fn for the members of an object in the order of the text until
// fn returns false. It reports whether the object was read to its end, so false
// also stands for text that is no object.
func eachMember(raw []byte, fn func(key, value []byte) bool) bool {
	var s scanner
	i := skipSpace(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return false
	}
	i = skipSpace(raw, i+1)
	if i < len(raw) && raw[i] == '}' {
		return true
	}
	for {
		key, escaped, at := skipKey(raw, i)
		if at < 0 {
			return false
		}
		if escaped {
			key = plainKey(key)
		}
		end := s.skipValue(raw, at, maxDepth)
		if end < 0 || !fn(key, raw[at:end:end]) {
			return false
		}
		var done bool
		if i, done = skipComma(raw, end, '}'); done || i < 0 {
			return done
		}
	}
}

// eachElement calls fn for the elements of an array until fn returns false.
func eachElement(raw []byte, fn func(value []byte) bool) {
	var s scanner
	i := skipSpace(raw, 0)
	if i >= len(raw) || raw[i] != '[' {
		return
	}
	i = skipSpace(raw, i+1)
	if i < len(raw) && raw[i] == ']' {
		return
	}
	for {
		end := s.skipValue(raw, i, maxDepth)
		if end < 0 || !fn(raw[i:end]) {
			return
		}
		var done bool
		if i, done = skipComma(raw, end, ']'); done || i < 0 {
			return
		}
	}
}

// maxDepth bounds the recursion over text that was already scanned within the
// configured limit, which cannot be higher than this.
const maxDepth = 1000
