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
