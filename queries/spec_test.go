package queries

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func window() Params {
	return Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC), Role: "app"}
}

// emptyLake has no file at all.
func emptyLake(t testing.TB) lakeFiles { return foundFiles(t, t.TempDir()) }

// TestQuestionsMatchTheirSpecs fails when the columns of a .sql part from its
// .yml, and runs every question on an empty lake: no rows and no error.
func TestQuestionsMatchTheirSpecs(t *testing.T) {
	e := openFiles(t, emptyLake(t), Options{})
	if len(Questions()) < 10 {
		t.Fatalf("only %d questions found", len(Questions()))
	}
	for _, name := range Questions() {
		t.Run(name, func(t *testing.T) {
			q, err := findQuestion(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(strings.TrimSpace(q.Description), "One row") {
				t.Errorf("the description does not state the grain: %q", q.Description)
			}
			if n := strings.Count(withoutStrings(q.sql), "?"); n != len(q.Parameters) {
				t.Errorf("%d times ?, but %d parameters", n, len(q.Parameters))
			}
			rows, err := e.Run(context.Background(), name, window())
			got := all(t, rows, err)
			if len(got) > 0 && name != "meta_versions" {
				t.Errorf("an empty lake gave %v", got)
			}
			compareColumns(t, rows.Columns(), q.Columns)
		})
	}
}

func compareColumns(t *testing.T, got []Column, want []specColumn) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("column %q of the .yml is not in the result", want[i].Name)
		case i >= len(want):
			t.Errorf("column %q of the result is not in the .yml", got[i].Name)
		case got[i].Name != want[i].Name || got[i].Type != want[i].Type:
			t.Errorf("column %d is %s %s, the .yml says %s %s", i+1, got[i].Name, got[i].Type, want[i].Name, want[i].Type)
		case !strings.HasSuffix(strings.TrimSpace(want[i].Description), "."):
			t.Errorf("column %q has no description that is a sentence: %q", want[i].Name, want[i].Description)
		}
	}
}

// TestLastUsedColumns pins the contract of design section 3.
func TestLastUsedColumns(t *testing.T) {
	want := "account_id, role_arn, role_name, role_id, state, kind, permission_set, privilege, verdict, reason, last_used, last_action, last_region, last_caller, idle_days, first_used, uses, denied, failed, sessions, callers, last_assumed, iam_last_used, evidence"
	q, err := findQuestion("last_used")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range q.Columns {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("last_used has the columns\n%s\nthe design says\n%s", got, want)
	}
}

// TestSpecTestsHold checks not_null, accepted_values, unique and at_most of every
// question on the answers over random worlds.
func TestSpecTestsHold(t *testing.T) {
	b := batches()[0]
	w := b.grantedWorld(25)
	const capped = "555555555555"
	w.events = append(w.events, event{EventID: "change", EventTime: b.since, EventSource: "iam.amazonaws.com", EventName: "AttachRolePolicy",
		Recipient: &w.roles[0].AccountID, Outcome: "success", Change: ptr("policy_attached"), ChangeRoles: []string{w.roles[0].ARN}, ChangeSeverity: ptr("medium")},
		event{EventID: "deletion", EventTime: b.until.Add(-time.Minute), EventSource: "iam.amazonaws.com", EventName: "DeleteRole",
			Recipient: ptr(capped), Outcome: "success", Change: ptr("role_deleted"), ChangeRoles: []string{"arn:aws:iam::" + capped + ":role/capped"}, ChangeSeverity: ptr("medium")},
		event{EventID: "use", EventTime: b.until.Add(-time.Hour), EventSource: "s3.amazonaws.com", EventName: "ListBuckets", Recipient: ptr(capped), Outcome: "success",
			IAMAction: ptr("s3:ListAllMyBuckets"), RoleARN: ptr("arn:aws:iam::" + capped + ":role/capped"), RoleID: ptr("AROACAPPED")})
	w.roles = append(w.roles, inventoryRole{ARN: "arn:aws:iam::" + capped + ":role/capped", AccountID: capped, Name: "capped", Origin: "inventory", SnapshotDate: w.roles[0].SnapshotDate})
	w.policies = append(w.policies, policyRow{AccountID: capped, Kind: "scp", SnapshotDate: w.roles[0].SnapshotDate})
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	for _, name := range Questions() {
		q, err := findQuestion(name)
		if err != nil {
			t.Fatal(err)
		}
		p := Params{Since: b.since, Until: b.until, GrantAges: true}
		if strings.HasPrefix(name, "role") {
			p.Role = "app"
		}
		if name == "session_events" {
			p.Sessions.Session = someSession(w.events, p)
		}
		rows, err := e.Run(context.Background(), name, p)
		got := all(t, rows, err)
		if len(got) == 0 {
			t.Errorf("%s: no row, so nothing was tested", name)
		}
		for _, complaint := range q.violations(got) {
			t.Errorf("%s: %s", name, complaint)
		}
	}
}

// someSession is the principal id of a session that made a call in the window.
func someSession(events []event, p Params) string {
	for _, e := range events {
		if e.RoleID != nil && e.SessionName != nil && !e.EventTime.Before(p.Since) && e.EventTime.Before(p.Until) {
			return *e.RoleID + ":" + *e.SessionName
		}
	}
	return ""
}

// violations are the broken promises of a .yml, at most one of each.
func (q *question) violations(rows [][]any) []string {
	var out []string
	column := func(name string) int {
		return slices.IndexFunc(q.Columns, func(c specColumn) bool { return c.Name == name })
	}
	for i, c := range q.Columns {
		for _, row := range rows {
			if row[i] == nil && c.NotNull {
				out = append(out, fmt.Sprintf("%s is null in %v", c.Name, row))
				break
			}
			if s, ok := row[i].(string); ok && c.AcceptedValues != nil && !slices.Contains(c.AcceptedValues, s) {
				out = append(out, fmt.Sprintf("%s is %q", c.Name, s))
				break
			}
		}
	}
	seen := map[string]bool{}
	for _, row := range rows {
		key := ""
		for _, name := range q.Tests.Unique {
			key += fmt.Sprintf("%q|", fmt.Sprint(row[column(name)]))
		}
		if key != "" && seen[key] {
			out = append(out, "two rows have "+key)
			break
		}
		seen[key] = true
	}
	for _, pair := range q.Tests.AtMost {
		for _, row := range rows {
			if a, b := row[column(pair[0])], row[column(pair[1])]; exceeds(a, b) {
				out = append(out, fmt.Sprintf("%s %v exceeds %s %v", pair[0], a, pair[1], b))
				break
			}
		}
	}
	return out
}

func exceeds(a, b any) bool {
	switch a := a.(type) {
	case int64:
		return a > b.(int64)
	case time.Time:
		b, ok := b.(time.Time)
		return ok && a.After(b)
	}
	return false
}

// TestSpecTestsBite makes sure violations finds what it looks for.
func TestSpecTestsBite(t *testing.T) {
	q := &question{spec: spec{
		Columns: []specColumn{{Name: "a", NotNull: true, AcceptedValues: []string{"x"}}, {Name: "n"}, {Name: "m"}},
		Tests:   specTests{Unique: []string{"a"}, AtMost: [][2]string{{"n", "m"}}},
	}}
	for want, rows := range map[string][][]any{
		"a is null in [<nil> 1 2]": {{nil, int64(1), int64(2)}},
		`a is "y"`:                 {{"y", int64(1), int64(2)}},
		"n 3 exceeds m 2":          {{"x", int64(3), int64(2)}},
		`two rows have "x"|`:       {{"x", int64(1), int64(2)}, {"x", int64(1), int64(2)}},
	} {
		if got := q.violations(rows); !reflect.DeepEqual(got, []string{want}) {
			t.Errorf("violations are %q, want %q", got, want)
		}
	}
}

// TestViewColumns pins the columns of the views that readers write SQL against.
func TestViewColumns(t *testing.T) {
	e := keepSessions(t, openFiles(t, emptyLake(t), Options{}))
	var b strings.Builder
	for _, v := range viewNames() {
		rows, err := e.SQL(context.Background(), "select * from "+v)
		all(t, rows, err)
		fmt.Fprintf(&b, "%s\n", v)
		for _, c := range rows.Columns() {
			fmt.Fprintf(&b, "    %-26s %s\n", c.Name, c.Type)
		}
	}
	golden := filepath.Join("testdata", "view_columns.golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the views have the columns\n%s\nthe golden file says\n%s(go test -run ViewColumns -update, if that is meant)", b.String(), want)
	}
	rows, err := e.SQL(context.Background(), "show tables")
	got := all(t, rows, err)
	names := slices.Sorted(slices.Values(viewNames()))
	for i, row := range got {
		if i >= len(names) || row[0] != names[i] {
			t.Fatalf("the tables are %v, want %v", got, names)
		}
	}
}

// TestEveryTextIsUsed finds embedded files that nothing runs.
func TestEveryTextIsUsed(t *testing.T) {
	e := &duckEngine{files: lakeFiles{tables: lakeTables()}}
	script, err := e.tableScript()
	if err != nil {
		t.Fatal(err)
	}
	views, err := viewScript()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{
		"duckdb/session.sql": true, "duckdb/macros.sql": true, "duckdb/probe_file.sql": true, "duckdb/schemas.sql": true, "duckdb/columns.sql": true, "duckdb/mixed.sql": true, "duckdb/version.sql": true,
		"duckdb/count_corrections.sql": true, "duckdb/replaced.sql": true, "duckdb/lake_events_corrected.sql": true, "duckdb/loose_events_corrected.sql": true, "duckdb/drop_rollups.sql": true,
		"duckdb/kept.sql": true, "duckdb/progress.sql": true,
	}
	for _, s := range slices.Concat(script, views) {
		used[s.name] = true
	}
	for _, name := range Questions() {
		q, err := findQuestion(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range q.Uses {
			used["duckdb/keep_"+v+".sql"] = true
		}
	}
	for _, v := range lateViews() {
		used["views/"+v+".sql"] = true
	}
	for _, l := range lakeTables() {
		used[l.view], used[l.empty], used[l.bind] = true, true, true
	}
	for _, dir := range []string{"views", "duckdb"} {
		files, err := fs.Glob(texts, dir+"/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !used[f] {
				t.Errorf("%s is never run", f)
			}
		}
	}
}
