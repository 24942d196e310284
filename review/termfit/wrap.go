package termfit

import "strings"

// maxBytes bounds a line by its length as well, in bytes per column: words of characters
// that take no room would make one without end.
const maxBytes = 8

// Wrap breaks s between words into lines that are at most limit wide; a word that is
// wider is broken within. There is at least one line.
func Wrap(s string, limit int) []string {
	limit = max(limit, 1)
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		joined := word
		if line != "" {
			joined = line + " " + word
		}
		if len(joined) <= maxBytes*limit && Width(joined) <= limit {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		parts := broken(word, limit)
		lines, line = append(lines, parts[:len(parts)-1]...), parts[len(parts)-1]
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// broken cuts a word into parts that are at most limit wide, a character at least, and of
// no more than twice as many characters: some take no room.
func broken(word string, limit int) (parts []string) {
	var b strings.Builder
	used, runes := 0, 0
	for _, r := range word {
		w := Width(string(r))
		if runes > 0 && (used+w > limit || runes >= 2*limit) {
			parts = append(parts, b.String())
			b.Reset()
			used, runes = 0, 0
		}
		b.WriteRune(r)
		used, runes = used+w, runes+1
	}
	return append(parts, b.String())
}
