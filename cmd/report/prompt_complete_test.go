package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

var someNames = viewNames{
	"events":   {"event_id", "event_time", "aws_region"},
	"roles":    {"arn", "role_id", "role_name"},
	"role_use": {"role_id", "event_name"},
}

// TestCompletion: ^ is the cursor, | is the end of a line that was typed before.
func TestCompletion(t *testing.T) {
	for _, tc := range []struct {
		typed string
		want  string // the words, with the line around them where there is one word
	}{
		{"select * from ev^", "select * from events^"},
		{"select * FROM r^", "role_use roles"},
		{"select * from lake.ro^", "no word"},
		{"select event_t^ from events", "select event_time^ from events"},
		{"select role_n^ from events", "no word"},
		{"select role_n^", "select role_name^"},
		{"select AWS_r^", "select aws_region^"},
		{"select u.ev^ from role_use as u", "select u.event_name^ from role_use as u"},
		{"select u.ev^ from role_use u join events e on true", "select u.event_name^ from role_use u join events e on true"},
		{"select e.^ from role_use u join events e on true", "event_id event_time aws_region"},
		{"select events.a^ from events", "select events.aws_region^ from events"},
		{"select roles.a^", "select roles.arn^"},
		{"select x.a^", "no word"},
		{"select event_|from events where event_t^", "from events where event_time^"},
		{"select 'from ev^", "no word"},
		{"select 'it''s' as x, event_i^", "select 'it''s' as x, event_id^"},
		{"select \"ev^", "no word"},
		{"select 1 -- ev^", "no word"},
		{"select 1 -- x|, event_t^", ", event_time^"},
		{"select /* ev^", "no word"},
		{"select é, event_t^", "select é, event_time^"},
		{"sel^", "select^"},
		{"select * from events whe^", "when where"},
		{".sch^", ".schema^"},
		{".^", ".examples .help .quit .schema .tables"},
		{".schema ev^", ".schema events^"},
		{".examples pass^", ".examples passed_roles^"},
		{".quit ev^", "no word"},
		{"select 1|.sch^", "no word"},
	} {
		c := &completer{read: func() (viewNames, error) { return someNames, nil }}
		before, line := "", tc.typed
		if at := strings.LastIndex(tc.typed, "|"); at >= 0 {
			before, line = strings.ReplaceAll(tc.typed[:at], "|", "\n")+"\n", tc.typed[at+1:]
		}
		left, right, _ := strings.Cut(line, "^")
		head, words, tail := c.after(before)(left+right, len([]rune(left)))
		got := strings.Join(words, " ")
		switch len(words) {
		case 0:
			got = "no word"
		case 1:
			got = head + words[0] + "^" + tail
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", tc.typed, got, tc.want)
		}
	}
}

// TestCompletionReadsNamesOnce, and not before they are needed; what goes wrong is told once.
func TestCompletionReadsNamesOnce(t *testing.T) {
	asked, problem := 0, error(nil)
	c := &completer{read: func() (viewNames, error) {
		if asked++; problem != nil {
			return nil, problem
		}
		return someNames, nil
	}}
	complete := c.after("")
	complete(".he", 3)
	if asked != 0 {
		t.Error("the names were read for a command")
	}
	problem = errors.New("no lake")
	if _, words, _ := complete("select event_t", 14); len(words) != 0 || !errors.Is(c.takeErr(), problem) || c.takeErr() != nil {
		t.Errorf("%q without names", words)
	}
	problem = nil
	for range 3 {
		complete("select event_t", 14)
	}
	if asked != 2 || c.takeErr() != nil {
		t.Errorf("the names were read %d times", asked)
	}
}

// FuzzCompletion: whatever is typed, what stands around the word stays as it is.
func FuzzCompletion(f *testing.F) {
	f.Add("select event_\n", "from events where 'x' = é", 9)
	f.Fuzz(func(t *testing.T, typed, line string, pos int) {
		line = strings.ToValidUTF8(line, "?")
		if runes := len([]rune(line)); pos < 0 || pos > runes {
			return
		}
		c := &completer{read: func() (viewNames, error) { return someNames, nil }}
		head, words, tail := c.after(typed)(line, pos)
		if !strings.HasPrefix(line, head) || !strings.HasSuffix(line, tail) || len(head)+len(tail) > len(line) {
			t.Fatalf("%q at %d became %q … %q", line, pos, head, tail)
		}
		if slices.Contains(words, "") {
			t.Fatalf("%q at %d: an empty word", line, pos)
		}
	})
}
