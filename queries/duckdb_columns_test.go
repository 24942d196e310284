package queries

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLakeOfAnOlderBuild: files without a column that a question or a view needs are
// told of, with the step to take; a newer file beside them mends it.
func TestLakeOfAnOlderBuild(t *testing.T) {
	p := Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
	old := `copy (select 'arn:aws:iam::111111111111:role/deploy' as arn, 'AROADEPLOYEXAMPLE0001' as role_id, '111111111111' as account_id, 'deploy' as name, '/' as path,
		timestamptz '2026-01-01 00:00:00+00' as created_at, timestamptz '2026-01-01 00:00:00+00' as last_used,
		'service' as kind, 'read' as privilege, timestamptz '2026-09-30 00:00:00+00' as snapshot_at) to '`
	dir := t.TempDir()
	folder := filepath.Join(dir, "iam/roles/snapshot_date=2026-09-30")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	w := newWorkshop(t)
	w.exec(old + filepath.Join(folder, "roles-111111111111.parquet") + "' (format parquet)")
	_, err := openDuckDB(context.Background(), foundFiles(t, dir), Options{})
	want := "reading table iam/roles: its files have no column privilege_path, because an older roletrail made them; run ingest iam again: "
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v, want %q", err, want)
	}
	newer := filepath.Join(dir, "iam/roles/snapshot_date=2026-10-01")
	if err := os.MkdirAll(newer, 0o755); err != nil {
		t.Fatal(err)
	}
	w.exec(`copy (select * exclude (snapshot_date) replace (created_at at time zone 'UTC' as created_at, last_used at time zone 'UTC' as last_used, snapshot_at at time zone 'UTC' as snapshot_at)
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

// TestEveryTableHasARenewal: the next step names a command for each table.
func TestEveryTableHasARenewal(t *testing.T) {
	for _, table := range lakeTables() {
		command := map[string]string{"events": "logs", "coverage": "logs", "trails": "trail"}[table.name]
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
