package termtext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mark stands where a character was taken out, so that a name with a hidden
// character does not look like the name without it.
const Mark = '\uFFFD'

// Line makes s one harmless line: line breaks and tabs become a space, every
// other character that Unsafe names becomes Mark, as do invalid bytes.
func Line(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case Unsafe(r):
			return Mark
		}
		return r
	}, s)
}

// Lines is Line for text that may have several lines.
func Lines(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r' || r == '\t':
			return ' '
		case Unsafe(r):
			return Mark
		}
		return r
	}, s)
}

// Unsafe reports whether a terminal could act upon r instead of showing it: the
// C0 and C1 controls (ESC and DEL among them), the bidirectional controls, line
// and paragraph separators, and characters that take no room and so can hide
// in a name.
func Unsafe(r rune) bool {
	switch {
	case r == utf8.RuneError:
		return false // is what it would become
	case unicode.IsControl(r):
		return true
	case unicode.Is(unicode.Bidi_Control, r):
		return true
	case r == '\u2028' || r == '\u2029':
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r)
}
