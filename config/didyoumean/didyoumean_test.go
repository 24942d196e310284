package didyoumean

import (
	"strings"
	"testing"
)

func TestClosest(t *testing.T) {
	commands := []string{"last-used", "coverage", "role", "sql"}
	for _, tc := range []struct {
		typed, want string
	}{
		{"lastused", "last-used"},
		{"last_used", "last-used"},
		{"LAST-USED", "last-used"},
		{"last-uesd", "last-used"},
		{"cov", "coverage"},
		{"roel", "role"},
		{"roles", "role"},
		{"sqk", "sql"},
		{"q", ""},
		{"banana", ""},
		{"", ""},
		{strings.Repeat("x", 10_000), ""},
	} {
		if got := Closest(tc.typed, commands); got != tc.want {
			t.Errorf("Closest(%q) = %q, want %q", tc.typed, got, tc.want)
		}
	}
}

func TestHint(t *testing.T) {
	if got := Hint("jsn", []string{"table", "csv", "json"}); got != `did you mean "json"?` {
		t.Errorf("Hint = %q", got)
	}
	if got := Hint("parquet", []string{"table", "csv", "json"}); got != "" {
		t.Errorf("Hint = %q, want none", got)
	}
}

func TestEdits(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1},
		{"kitten", "sitting", 3}, {"ca", "abc", 3}, {"äö", "äü", 1},
	} {
		if got := edits([]rune(tc.a), []rune(tc.b)); got != tc.want {
			t.Errorf("edits(%q, %q) = %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}
