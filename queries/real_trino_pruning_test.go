//go:build integration

package queries

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// windowed are the steps of questions that read events of the window alone. (Others need to
// know all that came before, as last_used.)
var windowed = map[string]string{
	"changes":        "changes changed",
	"service_uses":   "service_uses",
	"session_events": "session_events",
	"use_days":       "use_days acts",
}

// examinePruning holds the plans of both to the days of the window.
func examinePruning(t *testing.T, duck *duckEngine, trino Engine) {
	views := embeddedViews(t)
	for question, name := range windowed {
		p := newProgram(inSteps(t, views, question, quarter(question)), nil, (*step).plainName)
		text := ""
		for _, s := range p.order {
			if s.name == name {
				alone := newProgram(s, nil, (*step).plainName)
				var values []driver.Value
				text, values = alone.statement(s)
				text = literally(t, text, values)
			}
		}
		if text == "" {
			t.Fatalf("there is no step %s", name)
		}
		if first, last := trinoDays(t, trino, "explain (type io, format json) "+text); first != "2026-07-01" || last != "2026-09-30" {
			t.Errorf("%s: Trino reads the days from %q to %q", question, first, last)
		}
		if question != "session_events" { // the others have their days by a join, by which DuckDB's plan leaves out no file
			continue
		}
		rows, err := duck.query(context.Background(), "explain "+text, nil)
		if plan := fmt.Sprint(all(t, rows, err)); !strings.Contains(plan, " 92/121 ") {
			t.Errorf("DuckDB reads other days than those of the window:\n%s", plan)
		}
	}
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

// trinoDays are the first and last day of the events that a statement of Trino's reads, by its plan.
func trinoDays(t *testing.T, trino Engine, text string) (first, last string) {
	t.Helper()
	rows, err := trino.(*catalogued).query(context.Background(), text, nil)
	got := all(t, rows, err)
	var plan struct {
		Tables []struct {
			Table struct {
				SchemaTable struct{ Table string }
			}
			Constraint struct {
				ColumnConstraints []struct {
					ColumnName string
					Domain     struct {
						Ranges []struct{ Low, High struct{ Value string } }
					}
				}
			}
		} `json:"inputTableColumnInfos"`
	}
	if err := json.Unmarshal([]byte(got[0][0].(string)), &plan); err != nil {
		t.Fatal(err)
	}
	for _, table := range plan.Tables {
		for _, c := range table.Constraint.ColumnConstraints {
			if table.Table.SchemaTable.Table == "events" && c.ColumnName == "event_date" && len(c.Domain.Ranges) > 0 {
				first, last = c.Domain.Ranges[0].Low.Value, c.Domain.Ranges[len(c.Domain.Ranges)-1].High.Value
			}
		}
	}
	return first, last
}
