//go:build integration

package queries

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// alsoAll are questions that read rollups, or names of roles, which DuckDB computes once from
// rollups. Views for Trino have no rollups: there these read all events, too.
var alsoAll = []string{
	"accounts", "earlier_use", "last_used", "meta_trust", "meta_unmapped", "role_actions", "role_attempts", "role_days", "role_policies", "role_resources", "roles_like", "session_list", "unexpected", "unused", "unused_summary",
}

// alsoTheWindow are questions that read rollups of the window.
var alsoTheWindow = []string{"use_days"}

// deep is how often a step may read tables, all written out, for Trino to explain it at once.
const deep = 100

// tooDeep are steps that are beyond it: they are written out of tables that are made first.
var tooDeep = map[string]bool{"unexpected acting": true, "unused witnesses": true, "last_used acted": true, "last_used witnesses": true}

// byTables are the days that a question reads of files on DuckDB and of tables on Trino: of view
// assumptions, and in steps that are too deep.
var byTables = map[string]string{"last_used": "all, until its end", "role_callers": "all"}

// examinePruning holds the plans of Trino to the days that the questions read on DuckDB.
func examinePruning(t *testing.T, trino Engine) {
	views := embeddedViews(t)
	for _, question := range Questions() {
		days := map[string]bool{}
		for _, s := range newProgram(inSteps(t, views, question, quarter(question)), nil, (*step).plainName).order {
			if s.shared || !slices.ContainsFunc(s.reads, func(r read) bool { return readsFiles(r) }) {
				continue
			}
			alone := newProgram(s, nil, (*step).plainName)
			clear(alone.kept) // a plan needs no table
			clear(alone.apart)
			if alone.scans > deep {
				if !tooDeep[s.name] {
					t.Errorf("%s reads tables %d times", s.name, alone.scans)
				}
				continue
			}
			text, values := alone.statement(s)
			for _, read := range trinoDays(t, trino, "explain (type io, format json) "+literally(t, text, values)) {
				days[read] = true
			}
		}
		want := map[string]bool{}
		for _, read := range strings.Split(daysRead[question], ", ") {
			want[read] = read != ""
		}
		if slices.Contains(alsoAll, question) {
			want["all"] = true
		}
		if slices.Contains(alsoTheWindow, question) {
			want["the window"] = true
		}
		for _, read := range strings.Split(byTables[question], ", ") {
			delete(want, read)
		}
		// Trino sees that of a window of whole days nothing is asked in part, and reads nothing for it.
		for _, part := range []string{"", "its first and last day", "its last day"} {
			delete(want, part)
		}
		if fmt.Sprint(days) != fmt.Sprint(want) {
			t.Errorf("%s: Trino reads %v, not %v", question, days, want)
		}
	}
}

// readsFiles tells whether a place reads events, directly or by views that only choose from them.
func readsFiles(r read) bool {
	if r.step == nil {
		return r.name == "lake.events" || r.name == "lake.loose_events"
	}
	return r.step.shared && !r.step.costly && slices.ContainsFunc(r.step.reads, readsFiles)
}

// literally puts values in the place of the question marks: EXPLAIN takes none from Trino's client.
func literally(t *testing.T, text string, values []driver.Value) string {
	t.Helper()
	words, ends := tokens(text)
	var b strings.Builder
	from := 0
	for i, word := range words {
		if word != "?" {
			continue
		}
		b.WriteString(text[from : ends[i]-1])
		from = ends[i]
		switch v := values[0].(type) {
		case nil:
			b.WriteString("null")
		case string:
			b.WriteString("'" + strings.ReplaceAll(v, "'", "''") + "'")
		default:
			fmt.Fprint(&b, v)
		}
		values = values[1:]
	}
	return b.String() + text[from:]
}

// trinoDays are the days of the events that a statement reads by Trino's plan, in the words of
// daysRead, for each place at which it reads them.
func trinoDays(t *testing.T, trino Engine, text string) (days []string) {
	t.Helper()
	rows, err := trino.(*catalogued).query(context.Background(), text, nil)
	got := all(t, rows, err)
	type end struct{ Value string }
	var plan struct {
		Tables []struct {
			Table struct {
				SchemaTable struct{ Table string }
			}
			Constraint struct {
				ColumnConstraints []struct {
					ColumnName string
					Domain     struct {
						Ranges []struct{ Low, High end }
					}
				}
			}
		} `json:"inputTableColumnInfos"`
	}
	if err := json.Unmarshal([]byte(got[0][0].(string)), &plan); err != nil {
		t.Fatal(err)
	}
	for _, table := range plan.Tables {
		if table.Table.SchemaTable.Table != "events" {
			continue
		}
		read := "all"
		for _, c := range table.Constraint.ColumnConstraints {
			if r := c.Domain.Ranges; c.ColumnName == "event_date" && len(r) > 0 {
				read = daysBetween(r[0].Low.Value, r[len(r)-1].High.Value, len(r))
			}
		}
		days = append(days, read)
	}
	return days
}

// daysBetween words what lies between two days in one or more pieces; without an end there is
// no first or no last one.
func daysBetween(first, last string, pieces int) string {
	switch {
	case first == "2026-07-01" && last == "2026-09-30" && pieces == 2:
		return "its first and last day"
	case first == "2026-07-01" && last == "2026-09-30":
		return "the window"
	case first == "2026-09-30" && last == "2026-09-30":
		return "its last day"
	case first < "2026-07-01" && last == "2026-09-30":
		return "until its end"
	case first < "2026-07-01" && (last == "" || last > "2026-09-30"):
		return "all"
	}
	return first + " to " + last
}
