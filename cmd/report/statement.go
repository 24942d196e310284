package main

import "strings"

// splitStatements cuts what was typed so far into the statements that are
// complete, that is ended by a semicolon, and the rest. A semicolon inside a
// text, a quoted name or a comment ends nothing.
func splitStatements(typed string) (complete []string, rest string) {
	start := 0
	for i := 0; i < len(typed); {
		if typed[i] == ';' {
			if statement := strings.TrimSpace(typed[start:i]); statement != "" {
				complete = append(complete, statement)
			}
			i++
			start = i
			continue
		}
		i += tokenLength(typed[i:])
	}
	return complete, typed[start:]
}

// isComplete reports whether nothing is left to be typed.
func isComplete(typed string) bool {
	_, rest := splitStatements(typed)
	return strings.TrimSpace(rest) == ""
}

// oneLine is what was typed over several lines as one that means the same: a
// comment that its line ends becomes one that ends itself. It is not possible
// where a text or a name goes over the end of a line.
func oneLine(typed string) (line string, possible bool) {
	var b strings.Builder
	for typed = strings.TrimSpace(typed); typed != ""; {
		token := typed[:tokenLength(typed)]
		typed = typed[len(token):]
		switch {
		case strings.HasPrefix(token, "--"):
			text := strings.TrimSpace(strings.TrimLeft(token, "-"))
			b.WriteString("/* " + strings.NewReplacer("*/", "* /", "/*", "/ *").Replace(text) + " */ ")
		case strings.HasPrefix(token, "/*") || token == "\n":
			b.WriteString(strings.Join(strings.Split(token, "\n"), " "))
		case strings.Contains(token, "\n"):
			return "", false
		default:
			b.WriteString(token)
		}
	}
	return strings.TrimSpace(b.String()), true
}

// tokenLength is the length of the text, quoted name or comment that s begins
// with, else 1. One that is not closed takes all of s.
func tokenLength(s string) int {
	switch {
	case s[0] == '\'' || s[0] == '"':
		return closed(s, 1, s[:1]) // a doubled quote is two tokens, which is as good
	case strings.HasPrefix(s, "--"):
		return closed(s, 2, "\n")
	case strings.HasPrefix(s, "/*"):
		return closed(s, 2, "*/")
	case strings.HasPrefix(s, "$$"):
		return closed(s, 2, "$$")
	}
	return 1
}

func closed(s string, from int, end string) int {
	if at := strings.Index(s[from:], end); at >= 0 {
		return from + at + len(end)
	}
	return len(s)
}
