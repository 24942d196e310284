package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
)

// daysRead says of which days a question reads events, of those that do so themselves and not
// by a view that is computed once for all questions of a report, or from rollups. Columns first_
// and last_ are about the whole lake up to the end of the window.
var daysRead = map[string]string{
	"changes": "the window",
	// A document is what the changes before the window made of it.
	"document_changes": "until its end",
	// So is a role what was made of it, and who used it.
	"earlier_use": "until its end",
	// Who was assumed: by copies of a record, which may lie in two days.
	"accounts":     "all",
	"meta_trust":   "the window",
	"role_callers": "all",
	"roles_like":   "all",
	"unexpected":   "all",
	// That, and beside the rollups days that are asked for in part, and the last use of each role, for its id.
	"last_used": "all, its first and last day, until its end",
	// What an inventory has not seen may be of any day, and so may the rules of a row.
	"meta_changes":  "all",
	"meta_versions": "all",
	// It has first_ and last_ columns, and rollups have no ids of events.
	"role_actions":   "until its end",
	"role_attempts":  "the window",
	"role_days":      "the window",
	"role_resources": "the window",
	"service_uses":   "the window",
	"session_events": "the window",
	"session_list":   "the window",
	// Beside the rollups: until its end only where a role acted that no inventory has.
	"unused":         "its first and last day, the window, until its end",
	"unused_summary": "its last day, the window, until its end",
	// Beside the rollups of the window, days that are asked for in part.
	"use_days": "its first and last day",
}

// TestQuestionsReadTheirDays looks at the plans of DuckDB, made with the values as when
// questions are asked, for the days whose files are left out.
func TestQuestionsReadTheirDays(t *testing.T) {
	var x world
	for _, day := range []time.Time{date(2026, 6, 29), date(2026, 6, 30), date(2026, 7, 1), date(2026, 8, 15), date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)} {
		x.events = append(x.events, event{EventID: day.Format(time.DateOnly), EventTime: day.Add(time.Hour), EventSource: "s3.amazonaws.com", EventName: "GetObject",
			Recipient: ptr("111111111111"), Outcome: "success", IAMAction: ptr("s3:GetObject"), RoleARN: ptr("arn:aws:iam::111111111111:role/a"), RoleID: ptr("AROA1")},
			event{EventID: "a" + day.Format(time.DateOnly), EventTime: day.Add(2 * time.Hour), EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Recipient: ptr("111111111111"),
				Outcome: "success", AssumedARN: ptr("arn:aws:iam::111111111111:role/a"), AssumedID: ptr("AROA1"), CallerKind: ptr("service"), Caller: ptr("lambda.amazonaws.com"),
				PassedARN: ptr("arn:aws:iam::111111111111:role/b"), Change: ptr("role_tagged"), ChangeSeverity: ptr("low")})
	}
	x.roles = []inventoryRole{{ARN: "arn:aws:iam::111111111111:role/a", RoleID: "AROA2", AccountID: "111111111111", Name: "a", Path: "/", SnapshotDate: "2026-09-15"}}
	x.grants = []grantRow{{AccountID: "111111111111", RoleARN: "arn:aws:iam::111111111111:role/a", RoleID: "AROA2", Action: "s3:GetObject", Effect: "allowed", SnapshotDate: "2026-09-15"}}
	w, dir := newWorkshop(t), t.TempDir()
	w.write(dir, x)
	w.exec("create or replace temp table filled as select * from read_parquet('" + dir + "/events/*/*.parquet', hive_types = {'event_date': varchar})")
	w.writeRollups(dir, "true") // so that no event is read because its day is not compact
	e := openFiles(t, foundFiles(t, dir), Options{})
	p := Params{Since: date(2026, 7, 1), Until: date(2026, 10, 1), Role: "a"}
	for _, question := range Questions() {
		q, err := findQuestion(question)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.makeViews(context.Background(), q.sql, q.Uses); err != nil {
			t.Fatal(err)
		}
	}
	for _, question := range Questions() {
		q, err := findQuestion(question)
		if err != nil {
			t.Fatal(err)
		}
		args, err := q.bind(p)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := e.query(context.Background(), "explain (format json) "+q.sql, args)
		var plan []planStep
		if err := json.Unmarshal([]byte(all(t, rows, err)[0][1].(string)), &plan); err != nil {
			t.Fatal(err)
		}
		var scans []string
		for _, step := range plan {
			scans = step.scans(scans)
		}
		slices.Sort(scans)
		if got := strings.Join(slices.Compact(scans), ", "); got != daysRead[question] {
			t.Errorf("%s: DuckDB reads %q, not %q", question, got, daysRead[question])
		}
	}
}

// planStep is a step of a plan as DuckDB explains it.
type planStep struct {
	Info struct {
		Function    string
		FileFilters string `json:"File Filters"`
		Projections any
	} `json:"extra_info"`
	Children []planStep
}

// scans adds which days of the events the steps below read.
func (s *planStep) scans(found []string) []string {
	if s.readsEvents() {
		days, known := daysOf[s.Info.FileFilters]
		if !known {
			days = fmt.Sprintf("%s, its columns %v", s.Info.FileFilters, s.Info.Projections)
		}
		found = append(found, days)
	}
	for i := range s.Children {
		found = s.Children[i].scans(found)
	}
	return found
}

var daysOf = map[string]string{
	"(event_date BETWEEN '2026-07-01'::DATE AND '2026-09-30'::DATE)": "the window",
	"(event_date <= '2026-09-30'::DATE)":                             "until its end",
	"(event_date IN ('2026-07-01'::DATE, '2026-09-30'::DATE))":       "its first and last day",
	"(event_date = '2026-09-30'::DATE)":                              "its last day",
	"":                                                               "all",
}

// readsEvents tells a scan of events by columns that no other table has together.
func (s *planStep) readsEvents() bool {
	if s.Info.Function != "READ_PARQUET" {
		return false
	}
	columns := strings.Fields(strings.Trim(fmt.Sprint(s.Info.Projections), "[]"))
	of := func(schema *parquet.Schema) bool {
		return !slices.ContainsFunc(columns, func(column string) bool { return column != "event_date" && schema.Index(column) < 0 })
	}
	return of(parquet.EventsSchema) && !slices.ContainsFunc(parquet.Rollups(), of)
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
