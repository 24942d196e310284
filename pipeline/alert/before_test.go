package alert

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestBefore: a message says what was told of its role within the hour before, by the same webhook, whatever
// of the role's path the records show; and nothing of others, of later ones and of what was not accepted.
func TestBefore(t *testing.T) {
	s, now := newServer(t, 400), time.Date(2026, 9, 1, 13, 0, 0, 0, time.UTC)
	sender, _, _ := senderTo(t, s, &now)
	change := func(minute int, kind, role string) Change {
		c := trust(minute)
		c.EventTime, c.Change = time.Date(2026, 9, 1, 12, minute, 0, 0, time.UTC), kind
		c.RoleARNs = []string{"arn:aws:iam::111111111111:role/" + role}
		return c
	}
	elsewhere := change(14, "trust_changed", "app")
	elsewhere.RoleARNs = []string{"arn:aws:iam::222222222222:role/app"}
	finding := change(15, "", "app")
	finding.Finding = "new_caller"
	for _, step := range []struct {
		change Change
		want   string // empty: the message has no such line
	}{
		{change(1, "trust_changed", "app"), ""}, // refused
		{change(2, "trust_changed", "app"), ""},
		{change(10, "policy_attached", "team/app"), "one change within an hour, trust changed at 12:02:00 UTC"},
		{change(11, "trust_changed", "other"), ""},
		{elsewhere, ""},
		{finding, "2 changes within an hour, the last policy attached at 12:10:00 UTC"},
		{change(5, "role_updated", "app"), "one change within an hour, trust changed at 12:02:00 UTC"}, // came late
		{change(62, "role_tagged", "app"), "3 changes within an hour, the last policy attached at 12:10:00 UTC"},
		{change(63, "role_tagged", "app"), "3 changes within an hour, the last role tagged at 13:02:00 UTC"},
		{change(200, "role_tagged", "app"), ""},
	} {
		told := len(s.told)
		if err := sender.Send(t.Context(), newBox(step.change)); err != nil {
			t.Fatal(err)
		}
		if step.change.EventTime.Minute() == 1 {
			if len(s.told) != told {
				t.Fatal("the first was not refused")
			}
			continue
		}
		var message slackMessage
		if err := json.Unmarshal([]byte(s.told[told]), &message); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, block := range message.Blocks {
			for _, field := range block.Fields {
				if text, ok := strings.CutPrefix(field.Text, "Before: "); ok {
					got += text
				}
			}
		}
		if got != step.want {
			t.Errorf("%s of %v at %v: %q, want %q", step.change.Change, step.change.RoleARNs, step.change.EventTime, got, step.want)
		}
	}
	if got := sender.before(Webhook{Name: Generic}, change(63, "role_tagged", "app")); got != "" {
		t.Errorf("another webhook was told %q", got)
	}
	for n := range 2 * mostTold {
		sender.remember(sender.Webhooks[0], []Change{change(n%60, "role_tagged", fmt.Sprint("r", n))})
	}
	if len(sender.told) != mostTold || sender.told[0].roles[0] != fmt.Sprint("111111111111/r", mostTold) {
		t.Errorf("%d are kept in mind, from %v on", len(sender.told), sender.told[0])
	}
}
