package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSQLIntoAFile: the answer is in the file, in every format, whole or not at all, whatever
// the file is called.
func TestSQLIntoAFile(t *testing.T) {
	for format, begins := range map[string]string{"table": "one\n", "csv": "one\n1\n", "json": `{"meta":{}`, "ndjson": `{"one":1}`, "md": "| one |", "xlsx": "PK\x03\x04", "parquet": "PAR1"} {
		out := filepath.Join(t.TempDir(), "it's; drop table x.--'."+format)
		got := try(t, newFake(), "", "sql", "select 1 as one", "--format", format, "--out", out)
		text, err := os.ReadFile(out)
		if err != nil || got.code != 0 || got.stdout != "" || !strings.HasPrefix(string(text), begins) {
			t.Errorf("%s: %+v, %v, %.40q", format, got, err, text)
		}
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "answer.parquet")
	if got := try(t, newFake(), "", "sql", "select x", "--format", "parquet", "--out", out); got.code != 1 {
		t.Errorf("a wrong statement: %+v", got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("a wrong statement left %v, %v", left, err)
	}
	if got := try(t, newFake(), "", "sql", "select 1 as one", "--out", filepath.Join(dir, "nowhere", "a.csv")); got.code != 1 || !strings.Contains(got.stderr, "nowhere") {
		t.Errorf("a folder that is not there: %+v", got)
	}
}
