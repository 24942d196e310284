package alert

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean is a text in one line of at most so many characters. Control characters and those
// that turn the direction of writing, are invisible or no characters at all become question
// marks: a message must look like what it says.
func clean(text string, most int) string {
	// A character takes at most four bytes: what lies beyond is cut in any case.
	cut := false
	if longest := 4 * most; len(text) > longest {
		text, cut = text[:longest], true
	}
	text = strings.ToValidUTF8(text, "?")
	text = strings.Map(func(c rune) rune {
		switch {
		case c == '\n', c == '\t':
			return ' '
		case !unicode.IsPrint(c): // controls, formats as of bidirectional text, private use, surrogates
			return '?'
		}
		return c
	}, text)
	if n := utf8.RuneCountInString(text); n > most || cut {
		text = string([]rune(text)[:min(n, most-1)]) + "…"
	}
	return text
}
