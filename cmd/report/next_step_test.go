package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
)

// TestErrorsNameTheNextStep: what goes wrong most often is said with the name of the thing, and
// with what to do.
func TestErrorsNameTheNextStep(t *testing.T) {
	dir := t.TempDir()
	absent, file := filepath.Join(dir, "absent"), filepath.Join(dir, "a", "notes.txt")
	other, newer := filepath.Dir(file), filepath.Join(dir, "newer")
	if err := errors.Join(os.Mkdir(other, 0o755), os.WriteFile(file, nil, 0o600), inLake(newer, func(context.Context, *parquet.Lake) error { return nil })); err != nil {
		t.Fatal(err)
	}
	makeNewer(t, filepath.Join(newer, "ledger.sqlite"))
	for _, tc := range []struct{ args, names, next string }{
		{"last-used --lake " + absent, absent, "make one with ingest logs"},
		{"last-used --lake " + other, other, "make one with ingest logs"},
		{"last-used --lake " + file, file, "name the lake's folder with --lake"},
		{"last-used --lake " + newer, newer, "use that one"},
		{"unused --since x", "--since", "a date like 2026-09-30 or an age like 90d"},
		{"unused --quarter 2026", "--quarter", "like 2026Q3"},
		{"coverage --inventory x", "--inventory", "a date like 2026-09-30"},
		{"changes --config " + absent, absent, "leave --config out"},
		{"sql -f " + absent, absent, "name a file with one statement"},
		{"sql -f " + other, other, "name a file with one statement"},
		{"review --quarter 2026Q3 --out " + absent + " --decisions " + absent, absent, "decisions.json that the page of the last review exported"},
		{"review --quarter 2026Q3 --out " + absent + " --decisions " + file, "decisions", "decisions.json that the page of the last review exported"},
		{"review --quarter 2026Q3", "folder", "--out"},
	} {
		if got := saidOfLake(t, strings.Fields(tc.args)...); !strings.Contains(got, tc.names) || !strings.Contains(got, tc.next) {
			t.Errorf("report %s says\n%s, which has no %q or no %q", tc.args, got, tc.names, tc.next)
		}
	}
	for args, next := range map[string]string{
		"role deplyo":                     "did you mean",
		"last-used --account 12":          "twelve digits",
		"last-used --account 98765432109": "twelve digits",
		"unused --account 987654321098":   "the lake knows 111111111111",
	} {
		engine := newFake()
		engine.answers["last_used"] = gathered{columns: engine.answers["last_used"].columns}
		if got := try(t, engine, "", strings.Fields(args)...); !strings.Contains(got.stderr, next) {
			t.Errorf("report %s says\n%s, which has no %q", args, got.stderr, next)
		}
	}
}

// saidOfLake is what the program, which opens a lake, writes to standard error.
func saidOfLake(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	p := &cli.Program{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Now: time.Now}
	run(p, openDuckDB(func(err error) { t.Error(err) }))
	return errs.String()
}

// makeNewer gives a ledger the version that comes after today's. SQLite has it as a big-endian
// number at byte 60.
func makeNewer(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint32(text[60:], binary.BigEndian.Uint32(text[60:])+1)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
