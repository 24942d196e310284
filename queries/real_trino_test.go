//go:build integration

package queries

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/parquet"
)

// realTrino is a server that scripts/trino has started.
type realTrino struct {
	url    string // with the name of a user
	folder string // local:// of the server
	s3     string // the server of catalogue s3, or empty
	all    bool   // whether everything is to be asked, however long it takes
}

// findTrino takes the server that scripts/trino names.
func findTrino(t *testing.T) *realTrino {
	t.Helper()
	r := &realTrino{url: os.Getenv("TRINO_URL"), folder: os.Getenv("TRINO_FOLDER"), s3: os.Getenv("TRINO_S3"), all: os.Getenv("TRINO_QUESTIONS") == "all"}
	if r.url == "" || r.folder == "" {
		t.Skip("TRINO_URL and TRINO_FOLDER name no server: scripts/trino/run.sh starts one")
	}
	return r
}

// organisation is a lake of the test organisation, which the program has ingested.
func (r *realTrino) organisation(t *testing.T) string {
	t.Helper()
	lake, of := filepath.Join(r.folder, "organisation"), "../testdata/cloudtrail/"
	if _, err := os.Stat(lake); err == nil {
		return lake
	}
	for _, args := range [][]string{
		{"logs", of + "AWSLogs"},
		{"iam", "--snapshot-date", "2026-10-01", of + "iam/*.json"},
		{"trail", "--snapshot-date", "2026-10-01", of + "trails/*.json"},
	} {
		last := len(args) - 1
		files, err := filepath.Glob(args[last])
		if err != nil {
			t.Fatal(err)
		}
		args = append(append([]string{args[0], "--lake", lake}, args[1:last]...), files...)
		if out, err := exec.Command("../bin/ingest", args...).CombinedOutput(); err != nil {
			t.Fatalf("ingest %q: %v\n%s", args, err, out)
		}
	}
	return lake
}

// open makes the tables and views of deploy/sql in a catalogue, unless they are there, over a lake
// below the folder or on S3, and the schema in which tables may be made.
func (r *realTrino) open(t *testing.T, catalog, lake string) Engine {
	t.Helper()
	o := TrinoOptions{URL: r.url, Catalog: catalog, Schema: "roletrail", Scratch: catalog + ".scratch"}
	server, err := newTrino(o)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	first := "2026-06-01" // of the test organisation's lake, or before: on S3 Trino lists every day from it on
	if !strings.HasPrefix(lake, "s3://") {
		first = "2026-01-01"
		for _, s := range parquet.Schemas() { // S3 has no folders; here a table needs one
			if err := os.MkdirAll(filepath.Join(lake, s.Table), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		lake = "local:///" + filepath.Base(lake)
	}
	place := strings.NewReplacer("s3://BUCKET/LAKE", lake, "2020-01-01", first)
	text := "create schema if not exists scratch;"
	for _, file := range []string{"trino.sql", "views.sql"} {
		content, err := os.ReadFile(filepath.Join(ddlFolder, file))
		if err != nil {
			t.Fatal(err)
		}
		text += place.Replace(string(content))
	}
	for _, statement := range statements(text) {
		if _, err := server.db.Exec(statement); err != nil {
			t.Fatalf("%v\n%s", err, statement)
		}
	}
	e, err := OpenTrino(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if left := r.tables(t, o); len(left) > 0 {
			t.Errorf("left in the scratch schema are %q", left)
		}
	})
	return e
}

// tables are those in the scratch schema.
func (r *realTrino) tables(t *testing.T, o TrinoOptions) (names []string) {
	t.Helper()
	server, err := newTrino(o)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	rows, err := server.query(context.Background(), "show tables from "+o.Scratch, nil)
	for _, row := range all(t, rows, err) {
		names = append(names, row[0].(string))
	}
	return names
}

// statements cuts a text at its semicolons.
func statements(text string) (cut []string) {
	words, ends := tokens(text)
	from := 0
	for i, word := range words {
		if word == ";" {
			cut = append(cut, strings.TrimSpace(text[from:ends[i]-1]))
			from = ends[i]
		}
	}
	return cut
}
