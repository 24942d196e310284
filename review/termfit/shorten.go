package termfit

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Width is what a harmless line takes on a terminal, in columns.
func Width(s string) int { return text.StringWidthWithoutEscSequences(s) }

// Shorten cuts s to a width, with … in place of what is missing. Characters
// that take no room are bounded too: a thousand accents over one letter are
// not a letter.
func Shorten(s string, limit int) string {
	if limit <= 0 || (len(s) <= limit) || (Width(s) <= limit && len([]rune(s)) <= 2*limit) {
		return s
	}
	var b strings.Builder
	used, runes := 0, 0
	for _, r := range s {
		w := text.RuneWidth(r)
		if used+w > limit-Width("…") || runes >= 2*limit {
			break
		}
		b.WriteRune(r)
		used, runes = used+w, runes+1
	}
	return b.String() + "…"
}

// ShortenMiddle cuts s to a width, with … in place of its middle; where there is
// hardly any room, of its end.
func ShortenMiddle(s string, limit int) string {
	if cut := Shorten(s, limit); cut == s || limit < 8 {
		return cut
	}
	tail := ending(s, limit/2)
	return Shorten(s, limit-Width(tail)) + tail
}

// ShortenFront cuts s to a width from the front, with … in place of what is
// missing.
func ShortenFront(s string, limit int) string {
	if whole := Shorten(s, limit); whole == s {
		return s
	}
	return "…" + ending(s, limit-Width("…"))
}

// ending is the end of s that is at most limit wide and, like what Shorten
// leaves, of at most twice as many characters.
func ending(s string, limit int) string {
	runes := []rune(s)
	from := len(runes)
	for used := 0; from > 0 && len(runes)-from < 2*limit; from-- {
		if used += text.RuneWidth(runes[from-1]); used > limit {
			break
		}
	}
	return string(runes[from:])
}
