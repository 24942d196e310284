package queries

import (
	"slices"
	"testing"
	"time"
)

// TestMoreEventsNeverMoveLastUsedEarlier: what comes into the lake later makes no use
// earlier, none fewer, and no role that was used in the window anything but active. Records that name roles by
// their ARNs alone are left out: whom they count for depends on the other records.
func TestMoreEventsNeverMoveLastUsedEarlier(t *testing.T) {
	b := batches()[0]
	more := b.world(130)
	more.events = slices.DeleteFunc(more.events, func(e event) bool {
		return e.RoleARN != nil && e.RoleID == nil || e.AssumedARN != nil && e.AssumedID == nil
	})
	less := more
	less.events = nil
	for i, e := range more.events {
		if i%2 > 0 {
			less.events = append(less.events, e)
		}
	}
	p := Params{Since: b.since, Until: b.until}
	answer := func(w world) map[string][]any {
		rows := map[string][]any{}
		for _, row := range ask(t, openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{}), "last_used", p) {
			if row[3] != nil { // else it is found by what the logs know of its name
				rows[row[3].(string)] = row
			}
		}
		return rows
	}
	before, after := answer(less), answer(more)
	compared, later := 0, 0
	for key, row := range before {
		now := after[key]
		if now == nil {
			t.Errorf("%s has no row with more events", key)
			continue
		}
		compared++
		then, wasUsed := row[10].(time.Time)
		last, isUsed := now[10].(time.Time)
		switch {
		case wasUsed && (!isUsed || last.Before(then)):
			t.Errorf("%s was last used at %v, and at %v with more events", key, then, now[10])
		case isUsed && (!wasUsed || last.After(then)):
			later++
		}
		if row[16].(int64) > now[16].(int64) {
			t.Errorf("%s had %v uses, and %v with more events", key, row[16], now[16])
		}
		if row[9] == "used inside the window" && now[8] != "active" && now[8] != "service_linked" { // which the ARN tells
			t.Errorf("%s was active, and is %v with more events: %v", key, now[8], now[9])
		}
	}
	if compared < 300 || later < 30 {
		t.Errorf("%d roles were compared, %d of them used later with more events", compared, later)
	}
}
