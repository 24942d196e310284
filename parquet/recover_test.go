package parquet

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// crashScript is what the child does on a lake until it dies: two runs of files
// and objects. In the second a snapshot of two tables takes the place of the first's, and
// a file of the catalogue is replaced.
func crashScript(dir string) error {
	for i := range 2 {
		l, err := CreateLake(dir)
		if err != nil {
			return err
		}
		run, err := l.Ledger().Begin("test")
		if err != nil {
			return err
		}
		if err := crashRun(l, run, i); err != nil {
			return err
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	return nil
}

func crashRun(l *Lake, run int64, i int) error {
	name := fmt.Sprint("object ", i)
	known := false
	err := l.Ledger().Known(func(n string, _, _ int64) error { known = known || n == name; return nil })
	if err != nil || known {
		return err
	}
	var b Batch
	for _, f := range []struct {
		path string
		s    *Schema
		rows int
	}{
		{EventsPath(testDay, [16]byte{byte(i)}), EventsSchema, 3},
		{SnapshotPath(RolesSchema, testDay, "111111111111", [16]byte{byte(i)}), RolesSchema, 5 + i},
		{SnapshotPath(PoliciesSchema, testDay, "111111111111", [16]byte{byte(i)}), PoliciesSchema, 5 + i},
		{CataloguePath(CatalogueActionsSchema), CatalogueActionsSchema, 7 + i},
	} {
		entry, err := addFile(l, run, f.path, f.s, f.rows)
		if err != nil {
			return err
		}
		b.Files = append(b.Files, entry)
	}
	files, err := l.FilesOf("iam/roles", "iam/policies")
	if err != nil {
		return err
	}
	for _, f := range slices.Concat(files["iam/roles"], files["iam/policies"]) {
		b.Removed = append(b.Removed, f.Name)
	}
	b.Objects = []Object{{Name: name, Status: Ingested, Records: 3, Written: 3}}
	leftOver, err := l.Complete(run, b)
	return errors.Join(leftOver, err)
}

// childCrash runs the script and dies without any clean-up at step LAKE_TEST_STEP.
func childCrash(dir string) {
	at, err := strconv.Atoi(os.Getenv("LAKE_TEST_STEP"))
	if err != nil {
		panic(err)
	}
	n := 0
	failpoint = func(step, _ string) error {
		if n++; n > at {
			os.Exit(77)
		}
		return nil
	}
	if err := crashScript(dir); err != nil {
		panic(err)
	}
}

// TestCrashEverywhere lets a child die at the steps of the commit protocol (guarantee R2), at
// every one in make integration. Afterwards a reader sees only whole files, a new run removes
// what was left, and the script brings the lake to the same end.
func TestCrashEverywhere(t *testing.T) {
	var steps []string
	withFailpoint(func(step, _ string) error { steps = append(steps, step); return nil }, func() {
		must(0, crashScript(t.TempDir()))
	})
	if len(steps) < 30 {
		t.Errorf("the script has only %d steps", len(steps))
	}
	for _, at := range Tried(steps, 4) {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "lake")
			err := child("crash", dir, fmt.Sprint("LAKE_TEST_STEP=", at)).Run()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 77 {
				t.Fatalf("the child did not crash: %v", err)
			}
			checkOneSnapshot(t, at, dir)
			if err := crashScript(dir); err != nil {
				t.Fatalf("going on: %v", err)
			}
			checkCrashed(t, at, dir)
		})
	}
}

// checkCrashed checks the lake after the script: every file whole and known.
func checkCrashed(t *testing.T, at int, dir string) {
	t.Helper()
	l, err := OpenLake(dir)
	if err != nil {
		t.Fatalf("step %d: %v", at, err)
	}
	defer l.Close()
	for table, want := range map[string]struct {
		files, rows int
		schema      *Schema
	}{
		"events": {2, 6, EventsSchema}, "iam/roles": {1, 6, RolesSchema}, "iam/policies": {1, 6, PoliciesSchema},
		"catalogue/actions": {1, 8, CatalogueActionsSchema},
	} {
		files, err := l.Files(table)
		if err != nil {
			t.Fatalf("step %d: %v", at, err)
		}
		rows := countRows(t, files, want.schema)
		if len(files) != want.files || rows != want.rows {
			t.Errorf("step %d: %s has %d files and %d rows, want %d and %d", at, table, len(files), rows, want.files, want.rows)
		}
	}
	if totals := must(l.Ledger().Totals()); totals.Ingested != 2 || totals.Files != 5 || totals.Rows != 26 {
		t.Errorf("step %d: totals are %+v", at, totals)
	}
	if orphans := must(l.Orphans()); len(orphans) > 0 {
		t.Errorf("step %d: left are %q", at, orphans)
	}
	left := 0
	must(0, filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if isTemp(d.Name()) {
			left++
		}
		return err
	}))
	if left > 0 {
		t.Errorf("step %d: %d temporary files are left", at, left)
	}
}

// checkOneSnapshot checks what a reader sees between a crash and the next writer: both
// tables of one snapshot, the old one or the new one.
func checkOneSnapshot(t *testing.T, at int, dir string) {
	t.Helper()
	l, err := OpenLake(dir)
	if err != nil {
		return // there is no lake yet
	}
	defer l.Close()
	files, err := l.FilesOf("iam/roles", "iam/policies")
	if err != nil {
		t.Fatalf("step %d: %v", at, err)
	}
	roles, policies := countRows(t, files["iam/roles"], RolesSchema), countRows(t, files["iam/policies"], PoliciesSchema)
	if roles != policies || roles != 0 && roles != 5 && roles != 6 {
		t.Errorf("step %d: %d roles of one snapshot and %d policies of another", at, roles, policies)
	}
}

func countRows(t *testing.T, files []DataFile, s *Schema) (rows int) {
	t.Helper()
	for _, f := range files {
		got, _, err := ReadRows(f.Path, s)
		if err != nil {
			t.Fatal(err)
		}
		rows += len(got)
	}
	return rows
}

// TestSettle: after a crash in the middle of a replacement either file counts.
func TestSettle(t *testing.T) {
	for _, renamed := range []bool{false, true} {
		dir := t.TempDir()
		l, run := testLake(t, dir)
		path := CataloguePath(CatalogueActionsSchema)
		commitFile(t, l, run, path, CatalogueActionsSchema, 5)
		old := must(os.ReadFile(filepath.Join(dir, path)))
		must(addFile(l, run, path, CatalogueActionsSchema, 9)) // announced, not committed
		if !renamed {
			write(t, filepath.Join(dir, path), string(old))
		}
		r := must(OpenLake(dir))
		checkFiles(t, r, "catalogue/actions", "")
		must(0, r.Close())
		must(0, l.Close())

		l = must(CreateLake(dir))
		checkFiles(t, l, "catalogue/actions", "")
		want := int64(5)
		if renamed {
			want = 9
		}
		if totals := must(l.Ledger().Totals()); totals.Rows != want {
			t.Errorf("renamed %v: %d rows, want %d", renamed, totals.Rows, want)
		}
		if left := must(l.Ledger().announced()); len(left) != 0 {
			t.Errorf("announcements left: %v", left)
		}
		must(0, l.Close())
	}
}

func TestOrphans(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
	orphan := EventsPath(testDay, [16]byte{2})
	must(addFile(l, run, orphan, EventsSchema, 3))
	if got := must(l.Orphans()); len(got) != 1 || got[0] != orphan {
		t.Errorf("orphans are %q", got)
	}
	must(0, l.Close())
	l = must(CreateLake(dir))
	defer l.Close()
	if got := must(l.Orphans()); len(got) != 0 || exists(dir, orphan) {
		t.Errorf("orphans are %q", got)
	}
	checkFiles(t, l, "events", "2026-08-01")
}

// TestOlderLedger: a ledger that was restored from a backup does not know the files
// that came after it. They must not be taken for leftovers.
func TestOlderLedger(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
	must(0, l.Ledger().Finish(run))
	must(0, l.Close())
	backup := must(os.ReadFile(filepath.Join(dir, ledgerName)))

	l = must(CreateLake(dir))
	run = must(l.Ledger().Begin("test"))
	later := EventsPath(testDay, [16]byte{2})
	commitFile(t, l, run, later, EventsSchema, 3)
	must(0, l.Ledger().Finish(run))
	must(0, l.Close())

	must(0, os.WriteFile(filepath.Join(dir, ledgerName), backup, 0o600))
	_, err := CreateLake(dir)
	if err == nil || !strings.Contains(err.Error(), `1 data files are not in the ledger, "`+later+`" among them`) {
		t.Errorf("error is %v", err)
	}
	if !exists(dir, later) {
		t.Error("the file was removed")
	}
	r := must(OpenLake(dir))
	defer r.Close()
	if files, err := r.Files("events"); err == nil || !strings.Contains(err.Error(), `1 data files are not in the ledger, "`+later+`" among them`) {
		t.Errorf("a reader answers from %d of 2 files, error %v", len(files), err)
	}
}
