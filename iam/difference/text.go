package difference

import "unicode/utf8"

// maxPart is how long a text out of a document gets in what is said of it, in bytes.
const maxPart = 200

// cut shortens a text to at most size bytes, with … where it was cut.
func cut(text string, size int) string {
	if len(text) <= size {
		return text
	}
	end := size - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
