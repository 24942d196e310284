package review

import (
	"strings"
	"testing"
)

func someChanges(text string) []Change {
	return []Change{{
		Title: "2026-09-15 11:04  critical  UpdateAssumeRolePolicy  " + text, Severity: "critical",
		Facts: []string{"by " + text}, Reasons: []string{"lets in " + text},
		Lines: []DiffLine{{'…', "2 lines"}, {' ', `  "Version": "2012-10-17",`}, {'-', `  "Sid": "` + text + `"`}, {'+', `  "Sid": "b"`}},
	}, {Title: "2026-09-15 11:05  low  TagRole", Severity: "low"}}
}

// TestWriteChanges shows changes to people: with colours, without, and in Markdown.
func TestWriteChanges(t *testing.T) {
	for _, c := range []struct {
		format Format
		colour bool
		want   string
	}{
		{Table, false, `2026-09-15 11:04  critical  UpdateAssumeRolePolicy  a
  by a
  lets in a
  … 2 lines
     "Version": "2012-10-17",
  -  "Sid": "a"
  +  "Sid": "b"

2026-09-15 11:05  low  TagRole
`},
		{Table, true, "\x1b[1m\x1b[31m2026-09-15 11:04  critical  UpdateAssumeRolePolicy  a\x1b[0m\n\x1b[2m  by a\x1b[0m\n  lets in a\n" +
			"  … 2 lines\n     \"Version\": \"2012-10-17\",\n\x1b[31m  -  \"Sid\": \"a\"\x1b[0m\n\x1b[32m  +  \"Sid\": \"b\"\x1b[0m\n\n\x1b[1m2026-09-15 11:05  low  TagRole\x1b[0m\n"},
		{Markdown, true, "## 2026-09-15 11:04  critical  UpdateAssumeRolePolicy  a\n\n- by a\n- lets in a\n\n```diff\n… 2 lines\n   \"Version\": \"2012-10-17\",\n-  \"Sid\": \"a\"\n+  \"Sid\": \"b\"\n```\n\n## 2026-09-15 11:05  low  TagRole\n\n"},
	} {
		var b strings.Builder
		if err := WriteChanges(&b, c.format, nil, someChanges("a"), Options{Colour: c.colour}); err != nil || b.String() != c.want {
			t.Errorf("%s, colour %v: %v\n%s\nwant\n%s", c.format, c.colour, err, b.String(), c.want)
		}
	}
}

// TestWriteHostileChanges: texts out of a log add no line and nothing that a terminal acts
// upon, and end no block of Markdown.
func TestWriteHostileChanges(t *testing.T) {
	for _, text := range []string{"\x1b[31mred", "a\nb", "\u202egpj", "\r\n```\n# title", "<!channel>", strings.Repeat("x", 100_000), "\u009b2J", "a\x00b"} {
		for _, format := range []Format{Table, Markdown} {
			var b, plain strings.Builder
			if err := WriteChanges(&b, format, nil, someChanges(text), Options{}); err != nil {
				t.Fatal(err)
			}
			if err := WriteChanges(&plain, format, nil, someChanges("a"), Options{}); err != nil {
				t.Fatal(err)
			}
			if got, want := strings.Count(b.String(), "\n"), strings.Count(plain.String(), "\n"); got != want {
				t.Errorf("%s of %.20q has %d lines, want %d", format, text, got, want)
			}
			if strings.ContainsAny(b.String(), "\x1b\x00\r\u202e\u009b") || len(b.String()) > 80_000 {
				t.Errorf("%s of %.20q: %.300q", format, text, b.String())
			}
		}
	}
}
