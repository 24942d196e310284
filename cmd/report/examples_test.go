package main

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	_ "github.com/marcboeker/go-duckdb/v2" // DuckDB as its own shell has it

	"roletrail/parquet"
	"roletrail/queries"
)

// TestExamples: every example has rows of the test organisation, and so it has in a DuckDB of
// somebody else that read what --print-init writes.
func TestExamples(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a lake")
	if err := os.CopyFS(dir, os.DirFS(wholeLake(t))); err != nil {
		t.Fatal(err)
	}
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	var script bytes.Buffer
	if err := queries.WriteInit(context.Background(), &script, lake); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1) // variables belong to a connection
	if _, err := other.Exec(script.String()); err != nil {
		t.Fatalf("DuckDB does not take the views: %v", err)
	}
	engine := organisationEngine(t) // over the same lake
	examples, err := queries.Examples()
	if err != nil || len(examples) < 12 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	for i, e := range examples {
		if !regexp.MustCompile(`^[A-Z].*\?`).MatchString(e.Asks) || strings.HasSuffix(e.SQL, ";") {
			t.Errorf("%s asks %q", e.Name, e.Asks)
		}
		rows, err := engine.SQL(context.Background(), e.SQL)
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		g, err := gatherRows(rows)
		if err != nil || len(g.rows) == 0 {
			t.Errorf("%s: %d rows, %v", e.Name, len(g.rows), err)
		}
		if i%4 > 0 {
			continue // planning takes both the same time again
		}
		if n, err := countRows(other, e.SQL); err != nil || n != len(g.rows) {
			t.Errorf("%s: %d rows in the other DuckDB, not %d: %v", e.Name, n, len(g.rows), err)
		}
	}
	askDashboards(t, engine)
}

// askDashboards asks what the dashboard for Athena and Trino asks, with the quarter of the organisation in
// the place of Grafana's time: each query has rows.
func askDashboards(t *testing.T, engine queries.Engine) {
	files, err := filepath.Glob("../../dashboards/grafana/queries/*.sql")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d queries, %v", len(files), err)
	}
	quarter := strings.NewReplacer(
		"$__dateFilter(event_date)", "event_date between date '2026-07-01' and date '2026-09-30'",
		"$__timeFilter(event_time)", "event_time between timestamp '2026-07-01 00:00:00' and timestamp '2026-10-01 00:00:00'",
	)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := engine.SQL(context.Background(), quarter.Replace(string(text)))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if g, err := gatherRows(rows); err != nil || len(g.rows) == 0 {
			t.Errorf("%s: %d rows, %v", file, len(g.rows), err)
		}
	}
}

func countRows(db *sql.DB, text string) (n int, err error) {
	rows, err := db.Query(text)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}
