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

// tokenize splits SQL into words, quoted names (without the quotes) and single
// other characters; strings become one token "'", comments vanish. It need not
// be exact, only never join a name to a bracket that DuckDB would not.
func tokenize(text string) []string {
	var tokens []string
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case strings.HasPrefix(text[i:], "--"):
			i = skipTo(text, i+2, "\n")
		case strings.HasPrefix(text[i:], "/*"):
			i = skipTo(text, i+2, "*/")
		case c == '\'':
			_, i = quoted(text, i, '\'')
			tokens = append(tokens, "'")
		case c == '"':
			var name string
			name, i = quoted(text, i, '"')
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
	}
	return tokens
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

// quoted reads a quoted run that starts at i; doubled quotes stand for one.
func quoted(text string, i int, quote byte) (content string, next int) {
	var b strings.Builder
	for i++; i < len(text); i++ {
		if text[i] != quote {
			b.WriteByte(text[i])
			continue
		}
		if i+1 == len(text) || text[i+1] != quote {
			return b.String(), i + 1
		}
		b.WriteByte(quote)
		i++
	}
	return b.String(), len(text)
}
