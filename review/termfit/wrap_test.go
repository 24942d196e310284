package termfit

import (
	"strings"
	"testing"
	"unicode/utf8"

	"roletrail/review/termtext"
)

func TestWrap(t *testing.T) {
	for _, tc := range []struct {
		text  string
		limit int
		want  string // lines joined by |
	}{
		{"", 10, ""},
		{"one two three", 20, "one two three"},
		{"one two three", 7, "one two|three"},
		{"one  two\tthree", 8, "one two|three"},
		{"a verylongword b", 4, "a|very|long|word|b"},
		{"日本語 文", 4, "日本|語|文"},
		{"日本", 1, "日|本"},
		{"ab", 0, "a|b"},
	} {
		if got := strings.Join(Wrap(tc.text, tc.limit), "|"); got != tc.want {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tc.text, tc.limit, got, tc.want)
		}
	}
}

// FuzzWrap: nothing is lost, and nothing is wider than the limit but for a character that
// takes more by itself.
func FuzzWrap(f *testing.F) {
	f.Add("a verylongword 日本語 e\u0301\u0301\u0301\u0301", 5)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 1 || limit > 200 {
			return
		}
		s = termtext.Line(s)
		lines := Wrap(s, limit)
		if got, want := strings.Join(strings.Fields(strings.Join(lines, "")), ""), strings.Join(strings.Fields(s), ""); got != want {
			t.Fatalf("Wrap(%q, %d) became %q", s, limit, got)
		}
		for _, line := range lines {
			if Width(line) > max(limit, 2) || len(line) > max(maxBytes*limit, utf8.UTFMax) {
				t.Fatalf("Wrap(%q, %d): %q takes %d columns, %d bytes", s, limit, line, Width(line), len(line))
			}
		}
	})
}
