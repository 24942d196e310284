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
	scanSurprise             // valid JSON that the fast path does not handle: an escape in a key
)

const (
	swarLow  = 0x0101010101010101
	swarHigh = 0x8080808080808080
)

// keys says what to do about an escape in an object key. The fast path meets
// none in real logs and so compares keys as they stand; plainKeys makes it give
// up where that could be wrong.
type keys bool

const (
	plainKeys   keys = false
	escapedKeys keys = true
)

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

// stopInString returns the index of the first byte at or behind i that ends a
// run of plain string bytes: a quote, a backslash or a control character.
func stopInString(b []byte, i int) int {
	for i+8 <= len(b) {
		x := binary.LittleEndian.Uint64(b[i:])
		quote := x ^ (swarLow * '"')
		slash := x ^ (swarLow * '\\')
		hit := ((quote - swarLow) &^ quote) | ((slash - swarLow) &^ slash) | ((x - swarLow*0x20) &^ x)
		if hit &= swarHigh; hit != 0 {
			return i + bits.TrailingZeros64(hit)>>3
		}
		i += 8
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= 0x20 {
		i++
	}
	return i
}

// skipString reads a string whose opening quote lies before i and returns the
// index behind its closing quote, and whether it holds an escape.
func skipString(b []byte, i int) (next int, escaped bool) {
	for {
		i = stopInString(b, i)
		if i >= len(b) {
			return scanEnd, escaped
		}
		switch b[i] {
		case '"':
			return i + 1, escaped
		case '\\':
			escaped = true
			if i = skipEscape(b, i+1); i < 0 {
				return i, escaped
			}
		default:
			return scanSyntax, escaped
		}
	}
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
func (k keys) skipKey(b []byte, i int) (key []byte, next int) {
	if i >= len(b) {
		return nil, scanEnd
	}
	if b[i] != '"' {
		return nil, scanSyntax
	}
	end, escaped := skipString(b, i+1)
	if end < 0 {
		return nil, end
	}
	if escaped && k == plainKeys {
		return nil, scanSurprise
	}
	next = skipSpace(b, end)
	if next >= len(b) {
		return nil, scanEnd
	}
	if b[next] != ':' {
		return nil, scanSyntax
	}
	return b[i+1 : end-1], skipSpace(b, next+1)
}

// skipValue reads one JSON value that starts at i. depth is how many more levels
// of nesting are allowed.
func (k keys) skipValue(b []byte, i, depth int) int {
	if i >= len(b) {
		return scanEnd
	}
	switch c := b[i]; {
	case c == '"':
		next, _ := skipString(b, i+1)
		return next
	case c == '{':
		return k.skipObject(b, i+1, depth-1)
	case c == '[':
		return k.skipArray(b, i+1, depth-1)
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

func (k keys) skipObject(b []byte, i, depth int) int {
	if depth < 0 {
		return scanDepth
	}
	i = skipSpace(b, i)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		_, i = k.skipKey(b, i)
		if i < 0 {
			return i
		}
		if i = k.skipValue(b, i, depth); i < 0 {
			return i
		}
		var done bool
		if i, done = skipComma(b, i, '}'); done || i < 0 {
			return i
		}
	}
}

func (k keys) skipArray(b []byte, i, depth int) int {
	if depth < 0 {
		return scanDepth
	}
	i = skipSpace(b, i)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = k.skipValue(b, i, depth); i < 0 {
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
