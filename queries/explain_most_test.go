package queries

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// TestOfManyChangesTheGravestStay compares what stays of too many changes with the rows of all
// of them, chosen one severity after the other.
func TestOfManyChangesTheGravestStay(t *testing.T) {
	b := batches()[2]
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), changesWorld(b, 40, 300)), Options{})
	p := Params{Since: b.since, Until: b.until}
	all, err := ExplainChanges(context.Background(), e, p, nil, 0)
	if err != nil || all.LeftOut != 0 {
		t.Fatal(all.LeftOut, err)
	}
	at := slices.IndexFunc(all.Columns, func(c Column) bool { return c.Name == "severity" })
	for _, most := range []int{1, 7, 40, len(all.Rows) - 1, len(all.Rows), len(all.Rows) + 1} {
		some, err := ExplainChanges(context.Background(), e, p, nil, most)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		for _, severity := range Severities() {
			for _, row := range all.Rows {
				if row.Row[at] == severity && len(want) < most {
					want[fmt.Sprint(row.Row)] = true
				}
			}
		}
		var rows []string
		for _, row := range all.Rows {
			if want[fmt.Sprint(row.Row)] {
				rows = append(rows, fmt.Sprint(row.Row))
			}
		}
		for i, row := range some.Rows {
			if i >= len(rows) || fmt.Sprint(row.Row) != rows[i] {
				t.Errorf("of %d changes the %d to stay have at %d %v", len(all.Rows), most, i, row.Row)
				break
			}
		}
		if len(some.Rows) != len(rows) || some.LeftOut != len(all.Rows)-len(rows) {
			t.Errorf("of %d changes %d stay and %d are left out, want %d to stay", len(all.Rows), len(some.Rows), some.LeftOut, len(rows))
		}
	}
	if len(all.Rows) < 100 {
		t.Errorf("only %d changes", len(all.Rows))
	}
}
