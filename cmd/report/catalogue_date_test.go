package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
)

// staleEngine answers as the fake does, by a catalogue that is too old for the window, and
// has no rows for what the fake has no answer to.
type staleEngine struct{ *fakeEngine }

func (e staleEngine) Meta(ctx context.Context, p queries.Params) (queries.Meta, error) {
	m, err := e.fakeEngine.Meta(ctx, p)
	m.Catalogue = &queries.MetaCatalogue{Date: time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC), Source: "refreshed"}
	return m, err
}

func (e staleEngine) Run(ctx context.Context, name string, p queries.Params) (queries.Rows, error) {
	if _, known := e.answers[name]; !known {
		return review.HeldRows(columns("account_id:varchar", "role_arn:varchar"), nil), nil
	}
	return e.fakeEngine.Run(ctx, name, p)
}

// TestEveryReportNamesTheCatalogue: the date of the catalogue of actions, and that it is too
// old, stand in the head of every report: above its table, beside its rows where these are for
// programs, and its date in the meta of JSON.
func TestEveryReportNamesTheCatalogue(t *testing.T) {
	for _, report := range []string{
		"last-used", "unused", "unused --role deploy", "unused --summary", "unexpected", "changes", "coverage", "coverage --gaps",
		"role deploy", "sessions",
	} {
		args := append(strings.Fields(report), "--quarter", "2026Q3", "--format")
		asTable, asRows := try(t, staleEngine{newFake()}, "", append(args, "table", "--wide")...), try(t, staleEngine{newFake()}, "", append(args, "csv")...)
		for form, head := range map[string]string{"table": asTable.stdout, "csv": asRows.stderr} {
			if asTable.code != cli.ExitDone || asRows.code != cli.ExitDone {
				t.Fatalf("%s: %+v, %+v", report, asTable, asRows)
			}
			for _, want := range []string{"catalogue: 2026-07-02 (refreshed)\n", "warning: the catalogue of actions is 91 days older than the window's end"} {
				if !strings.Contains("\n"+head, "\n"+want) {
					t.Errorf("%s as %s: %q is not in its head:\n%s", report, form, want, head)
				}
			}
		}
		if asJSON := try(t, staleEngine{newFake()}, "", append(args, "json")...); !strings.Contains(asJSON.stdout, `"catalogue":{"date":"2026-07-02T00:00:00Z","source":"refreshed"}`) {
			t.Errorf("%s: the meta does not name the catalogue: %+v", report, asJSON)
		}
	}
}
