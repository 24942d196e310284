package queries

import (
	"regexp"
	"strings"
	"testing"

	actions "roletrail/iam/action"
	"roletrail/iam/inventory"
)

// TestChangesAreThoseThatAreReplayed: meta_changes counts the events that are replayed,
// and of them apart those that the inventory is dated by; no others.
func TestChangesAreThoseThatAreReplayed(t *testing.T) {
	q, err := findQuestion("meta_changes")
	if err != nil {
		t.Fatal(err)
	}
	dating, others, found := strings.Cut(q.sql, "-- These do not.")
	if !found {
		t.Fatal("the text does not say which events date no grant")
	}
	name, counted := regexp.MustCompile(`'([A-Z][A-Za-z]+)'`), map[string]bool{}
	for part, dates := range map[string]bool{dating: true, others: false} {
		for _, match := range name.FindAllStringSubmatch(part, -1) {
			counted[match[1]] = true
			if !inventory.Replays(match[1]) || inventory.Dates(match[1]) != dates {
				t.Errorf("%s is counted; it is replayed: %v, dates grants: %v, not %v", match[1], inventory.Replays(match[1]), inventory.Dates(match[1]), dates)
			}
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
