package queries

import (
	"fmt"
	"testing"
)

// TestLossOfWatchedRoles: a row about something that a watched role lost is graver and says why; an attempt is not.
func TestLossOfWatchedRoles(t *testing.T) {
	columns := []Column{{Name: "change"}, {Name: "severity"}, {Name: "outcome"}, {Name: "role_arns"}, {Name: "summary"}}
	watched := func(name, _ string) string { return map[string]string{"rescue": "break-glass"}[name] }
	row := func(outcome, role string) ExplainedChange {
		return ExplainedChange{Row: []any{"role_deleted", "medium", outcome, []any{"arn:aws:iam::111111111111:role/" + role}, "DeleteRole"}}
	}
	for _, c := range []struct {
		row  ExplainedChange
		want string
	}{
		{row("success", "rescue"), "high DeleteRole; rescue is break-glass"},
		{row("denied", "rescue"), "medium DeleteRole"},
		{row("success", "app"), "medium DeleteRole"},
	} {
		c.row.lost(columns, watched)
		if got := fmt.Sprint(c.row.Row[1], " ", c.row.Row[4]); got != c.want {
			t.Errorf("%v, want %s", c.row.Row, c.want)
		}
	}
}
