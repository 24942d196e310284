package queries

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLakeOfAnOlderBuild: files without a column that a question or a view needs are
// told of, with the step to take; a newer file beside them mends it.
func TestLakeOfAnOlderBuild(t *testing.T) {
	p := Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	old := `copy (select 'arn:aws:iam::111111111111:role/deploy' as arn, 'AROADEPLOYEXAMPLE0001' as role_id, '111111111111' as account_id, 'deploy' as name, '/' as path,
		timestamp '2026-01-01 00:00:00' as created_at, timestamp '2026-01-01 00:00:00' as last_used,
		'service' as kind, 'read' as privilege, timestamp '2026-09-30 00:00:00' as snapshot_at) to '`
	dir := t.TempDir()
	folder := filepath.Join(dir, "iam/roles/snapshot_date=2026-09-30")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	w := newWorkshop(t)
	w.exec(old + filepath.Join(folder, "roles-111111111111.parquet") + "' (format parquet)")
	_, err := openDuckDB(context.Background(), foundFiles(t, dir), Options{})
	want := "reading table iam/roles: its files have no column attached_policies, because an older roletrail made them; run ingest iam again: "
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want %q", err, want)
	}
	newer := filepath.Join(dir, "iam/roles/snapshot_date=2026-10-01")
	if err := os.MkdirAll(newer, 0o755); err != nil {
		t.Fatal(err)
	}
	w.exec(`copy (select * exclude (snapshot_date)
		from (from lake.roles union all by name select 'arn:aws:iam::111111111111:role/deploy' as arn, 'AROADEPLOYEXAMPLE0001' as role_id, '111111111111' as account_id,
		timestamp '2026-10-01 00:00:00' as snapshot_at)) to '` + filepath.Join(newer, "roles-111111111111.parquet") + "' (format parquet)")
	e := openFiles(t, foundFiles(t, dir), Options{})
	if _, err := e.SQL(context.Background(), "select no_such_column from roles"); err == nil || strings.Contains(err.Error(), "older") {
		t.Errorf("a statement's own mistake is %v", err)
	}
	rows, err := e.Run(context.Background(), "last_used", p)
	if got := all(t, rows, err); len(got) != 1 {
		t.Errorf("with a newer file beside it there are %d rows", len(got))
	}
}

// TestTimesOfAnOlderBuild: a file in which any times have a zone is refused, in every
// table that has times, beside a newer file and alone.
func TestTimesOfAnOlderBuild(t *testing.T) {
	w := newWorkshop(t)
	for table, times := range map[string][]string{
		"events": {"event_time", "session_created_at"}, "coverage": {"first_event", "last_event"}, "iam/roles": {"created_at", "last_used", "snapshot_at"},
		"iam/role_permissions": {"granted_at", "snapshot_at"}, "iam/role_trust": {"snapshot_at"}, "iam/role_trust_conditions": {"snapshot_at"},
		"iam/policies": {"created_at", "snapshot_at"}, "trails": {"snapshot_at"},
	} {
		for _, column := range times {
			dir := t.TempDir()
			folder := filepath.Join(dir, table, map[string]string{"events": "event_date=2026-07-01", "coverage": ""}[table])
			if folder == filepath.Join(dir, table) && table != "coverage" {
				folder = filepath.Join(folder, "snapshot_date=2026-07-01")
			}
			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			view := "lake." + filepath.Base(table)
			newer, older := filepath.Join(folder, "newer.parquet"), filepath.Join(folder, "older.parquet")
			w.exec("copy (select columns(c -> c not in ('event_date', 'snapshot_date') or '" + table + "' = 'coverage') from " + view + ") to '" + newer + "' (format parquet)")
			if column == times[0] { // newer files alone are taken
				openFiles(t, foundFiles(t, dir), Options{}).Close()
			}
			w.exec("copy (select * replace (" + column + " at time zone 'UTC' as " + column + ") from '" + newer + "') to '" + older + "' (format parquet)")
			want := "reading table " + table + ": an older roletrail made \"" + older + "\", with another type of times; run ingest logs, ingest iam and ingest trail again, into a new lake"
			for _, beside := range []bool{true, false} {
				if _, err := openDuckDB(context.Background(), foundFiles(t, dir), Options{}); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s of %s, beside a newer file: %v: the error is %v, want %q", column, table, beside, err, want)
				}
				if beside {
					if err := os.Remove(newer); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// TestEveryTableHasARenewal: the next step names a command for each table.
func TestEveryTableHasARenewal(t *testing.T) {
	for _, table := range lakeTables() {
		if table.part {
			continue
		}
		command := map[string]string{"events": "logs", "uses": "compact", "session_days": "compact", "coverage": "logs", "trails": "trail"}[table.name]
		if command == "" {
			command, _, _ = strings.Cut(table.name, "/")
		}
		if got := renewal(table.name); !strings.HasPrefix(got, "run ingest "+command+" again") {
			t.Errorf("%s: %s", table.name, got)
		}
		if len(wantedColumns(table)) < 3 {
			t.Errorf("%s wants the columns %v", table.name, wantedColumns(table))
		}
	}
}

// TestTablesDiffer: no two tables have the same columns, or opening would not notice files
// of different versions.
func TestTablesDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, table := range lakeTables() {
		if table.part {
			continue
		}
		columns := wantedColumns(table)
		slices.Sort(columns)
		if other := seen[strings.Join(columns, " ")]; other != "" {
			t.Errorf("%s and %s have the columns %v", other, table.name, columns)
		}
		seen[strings.Join(columns, " ")] = table.name
	}
}
