package termtext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for _, tc := range []struct {
		name, in, want string
	}{
		{"plain text stays", "deploy-Ünïcode 日本", "deploy-Ünïcode 日本"},
		{"colour", "\x1b[31mred\x1b[0m", "\uFFFD[31mred\uFFFD[0m"},
		{"window title", "\x1b]0;owned\a", "\uFFFD]0;owned\uFFFD"},
		{"eight bit CSI", "a\u009b31m", "a\uFFFD31m"},
		{"right to left override", "admin\u202egpj", "admin\uFFFDgpj"},
		{"isolates and marks", "\u2066\u2069\u200e\u061c", strings.Repeat("\uFFFD", 4)},
		{"zero width", "ad\u200bmin\ufeff", "ad\uFFFDmin\uFFFD"},
		{"line breaks", "a\r\nb\tc", "a  b c"},
		{"line separator", "a\u2028b", "a\uFFFDb"},
		{"NUL and DEL", "a\x00b\x7f", "a\uFFFDb\uFFFD"},
		{"invalid bytes", "a\xffb", "a\uFFFDb"},
	} {
		if got := Line(tc.in); got != tc.want {
			t.Errorf("%s: Line(%q) = %q, want %q", tc.name, tc.in, got, tc.want)
		}
	}
}

func TestLinesKeepsLineBreaks(t *testing.T) {
	if got, want := Lines("a\nb\x1b\r\n"), "a\nb\uFFFD \n"; got != want {
		t.Errorf("Lines = %q, want %q", got, want)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("\x1b[2J\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Line(%q) is not UTF-8: %q", s, got)
		}
		if i := strings.IndexFunc(got, Unsafe); i >= 0 {
			t.Fatalf("Line(%q) leaves something unsafe at %d: %q", s, i, got)
		}
		if again := Line(got); again != got {
			t.Fatalf("Line is not stable: %q then %q", got, again)
		}
	})
}
