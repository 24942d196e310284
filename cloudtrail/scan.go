package cloudtrail

import (
	"encoding/binary"
	"math/bits"
)

// The scanner walks JSON text without copying it. Its functions take an index
// and return the index behind what they read, or one of these negative values.
const (
	scanEnd      = -1 - iota // the text ends too early
	scanSyntax               // not JSON
	scanDepth                // nested deeper than the limit
	scanSurprise             // valid JSON that the fast path leaves to encoding/json
)

const (
	swarLow  = 0x0101010101010101
	swarHigh = 0x8080808080808080
)

// scanner skips JSON values. On its way it looks at every object key and at every
// text that may hold JSON of its own, so that only the few records with a session
// token have to be searched for it.
type scanner struct {
	// suspect is set once something was passed over that may be a session token.
	// It is never false for one that [redact] would replace.
	suspect bool
}

// skipSpace returns the index of the first byte at or behind i that is not JSON
// white space; it may be len(b).
func skipSpace(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ' ', '\n', '\r', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

// stops marks the bytes of a word that end a run of plain string bytes: quotes,
// backslashes and control characters. The lowest mark is exact, those above it need
// not be. Flipping a bit puts the quote behind the control characters, so that one
// comparison finds both.
func stops(x uint64) uint64 {
	low := x ^ (swarLow * ('"' ^ 0x20))
	slash := x ^ (swarLow * '\\')
	return ((low-swarLow*0x21)&^low | (slash-swarLow)&^slash) & swarHigh
}

// skipString reads a string whose opening quote lies before i and returns the
// index behind its closing quote, and whether it holds an escape. Most strings hold
// none, and are not near the end of the text.
func skipString(b []byte, i int) (next int, escaped bool) {
	rest := b[i:]
	for len(rest) >= 8 {
		hit := stops(binary.LittleEndian.Uint64(rest))
		if hit == 0 {
			rest = rest[8:]
			continue
		}
		end := len(b) - len(rest) + bits.TrailingZeros64(hit)>>3
		if b[end] == '"' {
			return end + 1, false
		}
		return skipEscaped(b, end)
	}
	return skipEscaped(b, len(b)-len(rest))
}

// skipEscaped reads on in a string as skipString does, byte by byte from a stop on.
func skipEscaped(b []byte, i int) (next int, escaped bool) {
	for i < len(b) {
		switch c := b[i]; {
		case c == '"':
			return i + 1, escaped
		case c == '\\':
			escaped = true
			if i = skipEscape(b, i+1); i < 0 {
				return i, escaped
			}
			i = skipPlain(b, i)
		case c < 0x20:
			return scanSyntax, escaped
		default:
			i++
		}
	}
	return scanEnd, escaped
}

// skipPlain reads the words of plain string bytes that follow.
func skipPlain(b []byte, i int) int {
	rest := b[i:]
	for len(rest) >= 8 {
		if hit := stops(binary.LittleEndian.Uint64(rest)); hit != 0 {
			return len(b) - len(rest) + bits.TrailingZeros64(hit)>>3
		}
		rest = rest[8:]
	}
	return len(b) - len(rest)
}

// skipEscape reads what follows a backslash.
func skipEscape(b []byte, i int) int {
	if i >= len(b) {
		return scanEnd
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1
	case 'u':
		for j := i + 1; j < i+5; j++ {
			if j >= len(b) {
				return scanEnd
			}
			if !isHex(b[j]) {
				return scanSyntax
			}
		}
		return i + 5
	}
	return scanSyntax
}

func isHex(c byte) bool {
	return c-'0' < 10 || c|0x20-'a' < 6
}

// skipKey reads an object key and the colon behind it. The key is returned
// without its quotes, escapes as they are.
func skipKey(b []byte, i int) (key []byte, escaped bool, next int) {
	if i >= len(b) {
		return nil, false, scanEnd
	}
	if b[i] != '"' {
		return nil, false, scanSyntax
	}
	end, escaped := skipString(b, i+1)
	if end < 0 {
		return nil, false, end
	}
	key = b[i+1 : end-1]
	if end+1 < len(b) && b[end] == ':' && b[end+1] > ' ' { // as AWS writes it
		return key, escaped, end + 1
	}
	next = skipSpace(b, end)
	if next >= len(b) {
		return nil, false, scanEnd
	}
	if b[next] != ':' {
		return nil, false, scanSyntax
	}
	return key, escaped, skipSpace(b, next+1)
}

// skipValue reads one JSON value that starts at i. depth is how many more levels
// of nesting are allowed.
func (s *scanner) skipValue(b []byte, i, depth int) int {
	if i >= len(b) {
		return scanEnd
	}
	switch c := b[i]; {
	case c == '"':
		next, escaped := skipString(b, i+1)
		if escaped && next > 0 {
			s.passText(b[i+1 : next-1])
		}
		return next
	case c == '{':
		return s.skipObject(b, i+1, depth-1)
	case c == '[':
		return s.skipArray(b, i+1, depth-1)
	case c == 't':
		return skipWord(b, i, "true")
	case c == 'f':
		return skipWord(b, i, "false")
	case c == 'n':
		return skipWord(b, i, "null")
	case c == '-' || c-'0' < 10:
		return skipNumber(b, i)
	}
	return scanSyntax
}

func (s *scanner) skipObject(b []byte, i, depth int) int {
	if depth < 0 {
		return scanDepth
	}
	i = skipSpace(b, i)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		key, escaped, value := skipKey(b, i)
		if value < 0 {
			return value
		}
		s.passKey(key, escaped)
		if i = s.skipValue(b, value, depth); i < 0 {
			return i
		}
		var done bool
		if i, done = skipComma(b, i, '}'); done || i < 0 {
			return i
		}
	}
}

func (s *scanner) skipArray(b []byte, i, depth int) int {
	if depth < 0 {
		return scanDepth
	}
	i = skipSpace(b, i)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = s.skipValue(b, i, depth); i < 0 {
			return i
		}
		var done bool
		if i, done = skipComma(b, i, ']'); done || i < 0 {
			return i
		}
	}
}

// skipComma reads what stands between two members: a comma, or the closing
// bracket, after which done is true.
func skipComma(b []byte, i int, closing byte) (next int, done bool) {
	if i+1 < len(b) && b[i] == ',' && b[i+1] > ' ' { // as AWS writes it
		return i + 1, false
	}
	i = skipSpace(b, i)
	if i >= len(b) {
		return scanEnd, false
	}
	switch b[i] {
	case ',':
		return skipSpace(b, i+1), false
	case closing:
		return i + 1, true
	}
	return scanSyntax, false
}

func skipWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) {
		if string(b[i:]) == word[:len(b)-i] {
			return scanEnd
		}
		return scanSyntax
	}
	if string(b[i:i+len(word)]) != word {
		return scanSyntax
	}
	return i + len(word)
}

// skipNumber follows the grammar of RFC 8259. A number at the very end of the
// text is complete: whoever reads from a window must not let one end there.
func skipNumber(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return scanEnd
	case b[i] == '0':
		i++
	case b[i]-'1' < 9:
		i = skipDigits(b, i)
	default:
		return scanSyntax
	}
	if i < len(b) && b[i] == '.' {
		j := skipDigits(b, i+1)
		if j == i+1 {
			return endOrSyntax(b, j)
		}
		i = j
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		j := skipDigits(b, i)
		if j == i {
			return endOrSyntax(b, j)
		}
		i = j
	}
	return i
}

func skipDigits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	return i
}

func endOrSyntax(b []byte, i int) int {
	if i >= len(b) {
		return scanEnd
	}
	return scanSyntax
}
