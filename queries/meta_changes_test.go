package queries

import (
	"regexp"
	"strings"
	"testing"

	actions "roletrail/iam/action"
	"roletrail/iam/inventory"
)

// TestChangesAreThoseThatAreReplayed: meta_changes counts the events that the inventory
// is dated by, no others.
func TestChangesAreThoseThatAreReplayed(t *testing.T) {
	q, err := findQuestion("meta_changes")
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]bool{}
	for _, match := range regexp.MustCompile(`'([A-Z][A-Za-z]+)'`).FindAllStringSubmatch(q.sql, -1) {
		counted[match[1]] = true
		if !inventory.Replays(match[1]) {
			t.Errorf("%s is counted and not replayed", match[1])
		}
	}
	replayed := 0
	for _, name := range actions.Embedded().Names() {
		if event, ours := strings.CutPrefix(name, "iam:"); ours && inventory.Replays(event) {
			if replayed++; !counted[event] {
				t.Errorf("%s is replayed and not counted", event)
			}
		}
	}
	if replayed < 19 {
		t.Errorf("only %d events are replayed", replayed)
	}
}
