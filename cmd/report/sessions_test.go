package main

import (
	"strings"
	"testing"

	"roletrail/queries"
)

// TestSessionsSayHowManyAreLeftOut: of sessions that are too many the head says how many
// more there are, and no column of the answer does.
func TestSessionsSayHowManyAreLeftOut(t *testing.T) {
	for found, want := range map[int64]string{2: "", 12: "these are the first 2 rows, 10 more are left out"} {
		answer := gathered{
			columns: []queries.Column{{Name: "role_session_name", Type: "varchar"}, {Name: "found", Type: "bigint"}},
			rows:    [][]any{{"a", found}, {"b", found}},
		}
		engine := newFake()
		engine.answers["session_list"] = answer
		ran := try(t, engine, "", "sessions", "--format", "csv")
		if ran.code != 0 {
			t.Fatalf("exit code %d: %s", ran.code, ran.stderr)
		}
		if got := ran.stderr; strings.Contains(got, "left out") != (want != "") || !strings.Contains(got, want) {
			t.Errorf("found %d: the head is %q, want %q", found, got, want)
		}
		if got := strings.ReplaceAll(ran.stdout, "\r", ""); got != "role_session_name\na\nb\n" {
			t.Errorf("the answer is %q", got)
		}
	}
}
