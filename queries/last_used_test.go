package queries

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

func ptr[T any](v T) *T { return &v }

// batch is one lake of many worlds and the window it is asked about.
type batch struct {
	seed         uint64
	since, until time.Time
	thin         float64
}

func batches() []batch {
	day := func(s string) time.Time { t, _ := time.Parse(time.RFC3339, s); return t }
	return []batch{
		{1, day("2026-07-01T00:00:00Z"), day("2026-07-11T00:00:00Z"), 0},
		{2, day("2026-07-01T00:00:00Z"), day("2026-07-11T00:00:00Z"), 0.8},
		{3, day("2026-07-01T15:30:00Z"), day("2026-07-11T09:00:00Z"), 0},
	}
}

func (b batch) world(n int) world {
	m := &worldMaker{Rand: rand.New(rand.NewPCG(b.seed, 7)), since: b.since, until: b.until}
	for m.number = range n {
		m.make()
	}
	return m.w
}

// TestLastUsedAgreesWithOracle compares every column of every role over random
// worlds, and fails if a verdict, a state or a reason never came up.
func TestLastUsedAgreesWithOracle(t *testing.T) {
	seen, unnamed, named := map[string]int{}, identities{}, spans{}
	lakes := someLakes(batches())
	worlds := worldsWanted(t, 900, len(lakes))
	for _, b := range lakes {
		w := b.world(worlds)
		b.forget(&w)
		e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
		p := Params{Since: b.since, Until: b.until, ThinCoverage: b.thin}
		used := map[any]bool{}
		for _, row := range compareLastUsed(t, e, w, p, seen) {
			used[row[3]] = row[10] != nil
		}
		unnamed.note(w.roles, identified(w.roles, sightingsOf(w.events)), sightingsOf(w.events), func(r *inventoryRole) bool { return used[r.RoleID] })
		named.note(newOracle(w, p).book)
		p.InventoryDate = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
		compareLastUsed(t, e, w, p, seen)
	}
	if missing := unnamed.missing(); missing != "" {
		t.Errorf("there was no role without an id %s", missing)
	}
	if missing := named.missing(); missing != "" {
		t.Errorf("there was no name %s", missing)
	}
	for _, want := range []string{
		"verdict active", "verdict dormant", "verdict never_used", "verdict denied_only", "verdict service_linked", "verdict unknown",
		"state present", "state deleted", "state unknown",
		"reason used inside the window", "reason assumed, no call logged", "reason assumed inside the window, all its calls there were denied",
		"reason only denied attempts", "reason only denied attempts, which IAM counts as its last use", "reason only denied attempts to assume it",
		"reason last used before the window", "reason last assumed before the window, no call logged",
		"reason no use in the whole lake", "reason no use in the whole lake; IAM saw one before the window",
		"reason the logs know several roles of this name, and the inventory does not say which one it is",
		"no role id", "no ARN", "chain",
	} {
		if seen[want] == 0 {
			t.Errorf("%q never came up in any world", want)
		}
	}
}

func compareLastUsed(t *testing.T, e *duckEngine, w world, p Params, seen map[string]int) [][]any {
	t.Helper()
	rows, err := e.Run(context.Background(), "last_used", p)
	got := all(t, rows, err)
	want := newOracle(w, p).lastUsed()
	columns := rows.Columns()
	if len(got) != len(want) {
		t.Errorf("%d rows, the oracle has %d", len(got), len(want))
	}
	byRole := map[string][][]any{} // of one ARN without an id there may be several
	for _, row := range got {
		byRole[fmt.Sprint(row[1], row[3])] = append(byRole[fmt.Sprint(row[1], row[3])], row)
	}
	bad := 0
	for i, row := range want {
		note(seen, row)
		left := byRole[fmt.Sprint(row[1], row[3])]
		if len(left) == 0 {
			t.Errorf("role %v (%v) is missing", row[1], row[3])
			continue
		}
		g := left[0]
		byRole[fmt.Sprint(row[1], row[3])] = left[1:]
		for c := range columns {
			if !reflect.DeepEqual(g[c], row[c]) {
				if bad++; bad < 6 {
					t.Errorf("role %v (%v): %s is %v, the oracle says %v", row[1], row[3], columns[c].Name, g[c], row[c])
				}
			}
		}
		if i < len(got) && got[i][1] != row[1] && bad == 0 {
			t.Errorf("row %d is role %v, the oracle has %v there", i, got[i][1], row[1])
		}
	}
	return got
}

// note counts what a row shows, so that a test over random worlds can tell what
// it never saw.
func note(seen map[string]int, row []any) {
	seen[fmt.Sprint("verdict ", row[8])]++
	seen[fmt.Sprint("state ", row[4])]++
	seen[fmt.Sprint("reason ", row[9])]++
	if row[3] == nil {
		seen["no role id"]++
	}
	if row[1] == nil {
		seen["no ARN"]++
	}
	if row[13] != nil {
		seen["chain"]++
	}
}
