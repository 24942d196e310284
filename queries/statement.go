package queries

import (
	"fmt"
	"slices"
	"strings"
)

// sideEffects are the functions that change the engine although the statement
// around them reads, or run text that nobody has looked at. Files are out of
// reach anyway (duckdb/lock.sql); this keeps one statement from spoiling the
// session for the next.
var sideEffects = []string{
	"enable_logging", "disable_logging", "truncate_duckdb_logs", "write_log",
	"checkpoint", "force_checkpoint", "query", "query_table", "sniff_csv",
}

// checkFunctions refuses a statement that calls one of the sideEffects.
func checkFunctions(text string) error {
	tokens := tokenize(text)
	for i, t := range tokens {
		if i+1 < len(tokens) && tokens[i+1] == "(" && slices.Contains(sideEffects, strings.ToLower(t)) {
			return fmt.Errorf("running the statement: function %s() is not allowed here, it does more than read", t)
		}
	}
	return nil
}

// afterExplain cuts EXPLAIN, ANALYZE and a list of options in brackets off the
// front of a statement.
func afterExplain(text string) (string, bool) {
	tokens, ends := tokens(text)
	next := 0
	word := func(w string) bool {
		if next < len(tokens) && strings.EqualFold(tokens[next], w) {
			next++
			return true
		}
		return false
	}
	if !word("explain") {
		return "", false
	}
	word("analyze")
	if word("(") && next < len(tokens) && isExplainOption(tokens[next]) {
		for next < len(tokens) && !word(")") {
			next++
		}
	} else if next > 0 && tokens[next-1] == "(" {
		next-- // the bracket belongs to the query
	}
	return text[ends[next-1]:], true
}

func isExplainOption(word string) bool {
	return strings.EqualFold(word, "format") || strings.EqualFold(word, "analyze")
}

func tokenize(text string) []string {
	list, _ := tokens(text)
	return list
}

// tokens splits SQL into words, quoted names (without the quotes) and single
// other characters; strings become one token "'", comments vanish; ends are the
// offsets behind the tokens. It need not be exact, only never take a call for
// text: so it knows E'…' with its backslashes and $tag$…$tag$.
func tokens(text string) (tokens []string, ends []int) {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case strings.HasPrefix(text[i:], "--"):
			i = skipTo(text, i+2, "\n")
		case strings.HasPrefix(text[i:], "/*"):
			i = skipTo(text, i+2, "*/")
		case c == '\'':
			escapes := len(tokens) > 0 && ends[len(ends)-1] == i && strings.EqualFold(tokens[len(tokens)-1], "e")
			_, i = quoted(text, i, '\'', escapes)
			tokens = append(tokens, "'")
		case c == '$' && dollarTag(text[i:]) != "":
			tag := dollarTag(text[i:])
			i = skipTo(text, i+len(tag), tag)
			tokens = append(tokens, "'")
		case c == '"':
			var name string
			name, i = quoted(text, i, '"', false)
			tokens = append(tokens, name)
		case wordByte(c):
			start := i
			for i < len(text) && wordByte(text[i]) {
				i++
			}
			tokens = append(tokens, text[start:i])
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
			i++
		default:
			tokens = append(tokens, text[i:i+1])
			i++
		}
		for len(ends) < len(tokens) {
			ends = append(ends, i)
		}
	}
	return tokens, ends
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func skipTo(text string, from int, end string) int {
	if n := strings.Index(text[from:], end); n >= 0 {
		return from + n + len(end)
	}
	return len(text)
}

// dollarTag is the $tag$ that text starts with, or empty.
func dollarTag(text string) string {
	for i := 1; i < len(text); i++ {
		if text[i] == '$' {
			return text[:i+1]
		}
		if !wordByte(text[i]) || i == 1 && text[i] >= '0' && text[i] <= '9' {
			return ""
		}
	}
	return ""
}

// quoted reads a quoted run that starts at i; doubled quotes stand for one, and
// with escapes so do backslash and what follows it.
func quoted(text string, i int, quote byte, escapes bool) (content string, next int) {
	var b strings.Builder
	for i++; i < len(text); i++ {
		switch {
		case escapes && text[i] == '\\' && i+1 < len(text):
			i++
		case text[i] != quote:
		case i+1 == len(text) || text[i+1] != quote:
			return b.String(), i + 1
		default:
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String(), len(text)
}
