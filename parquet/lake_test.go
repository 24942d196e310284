package parquet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var testDay = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)

// testLake is a lake opened for writing, with a begun run.
func testLake(t *testing.T, dir string) (*Lake, int64) {
	t.Helper()
	l, err := CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	run, err := l.Ledger().Begin("test")
	if err != nil {
		t.Fatal(err)
	}
	return l, run
}

// addFile writes a file of n rows and returns its entry, not yet committed.
func addFile(l *Lake, run int64, path string, s *Schema, n int) (FileEntry, error) {
	f, err := l.Create(path, run)
	if err != nil {
		return FileEntry{}, err
	}
	defer f.Abort()
	w, err := NewWriter(f, s)
	if err != nil {
		return FileEntry{}, err
	}
	rows := randomRows(rand.New(rand.NewPCG(uint64(n), 0)), s, n)
	if err := errors.Join(buildGroup(s, rows).Flush(w), w.Close(nil)); err != nil {
		return FileEntry{}, err
	}
	written, err := f.Commit()
	return written.Entry(path, int64(n)), err
}

func commitFile(t *testing.T, l *Lake, run int64, path string, s *Schema, n int) {
	t.Helper()
	entry, err := addFile(l, run, path, s, n)
	if err == nil {
		err = l.Commit(run, Batch{Files: []FileEntry{entry}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestLake(t *testing.T) {
	for _, name := range []string{"lake", "a?b#c%20d é'\"&x=1", "deep/er"} {
		dir := filepath.Join(t.TempDir(), name)
		l, run := testLake(t, dir)
		commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
		commitFile(t, l, run, EventsPath(testDay.AddDate(0, 0, 1), [16]byte{2}), EventsSchema, 4)
		commitFile(t, l, run, CoveragePath([16]byte{3}), CoverageSchema, 5)
		commitFile(t, l, run, SnapshotPath(RolesSchema, testDay, "111111111111", [16]byte{4}), RolesSchema, 6)

		r, err := OpenLake(dir) // while the writer holds it
		if err != nil {
			t.Fatal(err)
		}
		checkFiles(t, r, "events", "2026-08-01", "2026-08-02")
		checkFiles(t, r, "coverage", "")
		checkFiles(t, r, "iam/roles", "2026-08-01")
		if _, err := r.Files("iam/groups"); err == nil || err.Error() != `reading lake: it has no table "iam/groups"` {
			t.Errorf("unknown table: %v", err)
		}
		if _, err := r.Create(CoveragePath([16]byte{9}), 1); err == nil || !strings.Contains(err.Error(), "it is open for reading only") {
			t.Errorf("reader creates: %v", err)
		}
		if r.Dir() != dir {
			t.Errorf("Dir is %q", r.Dir())
		}
		if err := errors.Join(r.Close(), r.Close(), l.Close(), l.Close()); err != nil {
			t.Error(err)
		}
		if !exists(dir, ledgerName) {
			t.Errorf("the ledger is not in %q", dir)
		}
	}
}

func checkFiles(t *testing.T, l *Lake, table string, partitions ...string) {
	t.Helper()
	files, err := l.Files(table)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Partition)
		if info, err := os.Stat(f.Path); err != nil || info.Size() != f.Bytes {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if !slices.Equal(got, partitions) {
		t.Errorf("partitions of %s are %q, want %q", table, got, partitions)
	}
}

func TestCreateRefuses(t *testing.T) {
	l, run := testLake(t, t.TempDir())
	for _, path := range hostilePaths {
		if f, err := l.Create(path, run); err == nil {
			f.Abort()
			t.Errorf("%q is created", path)
		}
	}
	path := EventsPath(testDay, [16]byte{1})
	commitFile(t, l, run, path, EventsSchema, 3)
	if _, err := addFile(l, run, path, EventsSchema, 4); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("an events file is replaced: %v", err)
	}
	checkFiles(t, l, "events", "2026-08-01")
}

// TestWriteLake: what is no lake stays as it is.
func TestWriteLake(t *testing.T) {
	dir := t.TempDir()
	copied := filepath.Join(t.TempDir(), "copied") // the data without its ledger
	must(0, os.MkdirAll(filepath.Join(copied, "events"), 0o700))
	for path, want := range map[string]string{
		dir: "the folder is no lake", filepath.Join(dir, "none"): "there is no such folder", copied: "it has no ledger.sqlite; ingest fsck --repair mends that",
	} {
		if _, err := WriteLake(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %s", path, err, want)
		}
	}
	if names := append(folderNames(t, dir), folderNames(t, copied)...); !slices.Equal(names, []string{"events"}) {
		t.Errorf("there are now %q", names)
	}
	must(0, must(CreateLake(dir)).Close())
	l := must(WriteLake(dir))
	defer l.Close()
	must(l.Ledger().Begin("test"))
}

func TestForeignFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "notes.txt")
	write(t, file, "x")
	for _, c := range []struct {
		open func(string) (*Lake, error)
		dir  string
		want string
	}{
		{CreateLake, dir, "the folder holds other files; name an empty or a new folder"},
		{CreateLake, file, fmt.Sprintf("making folder %q: it is a file", file)},
		{OpenLake, dir, "the folder is no lake; name one with --lake or make one with ingest logs"},
		{OpenLake, file, "it is a file; name the lake's folder with --lake"},
		{OpenLake, dir + "x", "there is no such folder; name the lake with --lake or make one with ingest logs"},
	} {
		_, err := c.open(c.dir)
		if want := fmt.Sprintf("opening lake %q: %s", c.dir, c.want); err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
	if names := folderNames(t, dir); len(names) != 1 {
		t.Errorf("a refused folder now holds %q", names)
	}
}

// TestLockedFolder: a lake that must not be read is not taken for no lake.
func TestLockedFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("nothing is locked for this user")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Error(err)
		}
	}()
	_, err := OpenLake(dir)
	if want := fmt.Sprintf("opening lake %q: the folder must not be read: see to its permissions", dir); err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

// TestStrayFiles: whatever our writer did not make is an error that names it.
func TestStrayFiles(t *testing.T) {
	for _, c := range []struct {
		table, path string
		make        func(path string) error
	}{
		{"events", "events/event_date=2026-08-01/other.parquet", touch},
		{"events", "events/event_date=2026-08-01/part-0000000000000000000000000000000A.parquet", touch},
		{"events", "events/event_date=2026-08-01/.hidden", touch},
		{"events", "events/event_date=2026-08-01/part-00000000000000000000000000000008.parquet", mkdir},
		{"events", "events/event_date=2026-08-01/part-00000000000000000000000000000007.parquet", link},
		{"events", "events/event_date=2026-08-01/.tmp-dir", mkdir},
		{"events", "events/event_date=2026-02-30", mkdir},
		{"events", "events/part-00000000000000000000000000000009.parquet", touch},
		{"events", "events/event_date=2026-08-03", link},
		{"coverage", "coverage/x", touch},
		{"iam/roles", "iam/roles/snapshot_date=2026-08-01/roles-x.parquet", touch},
	} {
		dir := t.TempDir()
		l, run := testLake(t, dir)
		commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
		commitFile(t, l, run, SnapshotPath(RolesSchema, testDay, "111111111111", [16]byte{4}), RolesSchema, 3)
		must(0, l.Close())
		path := filepath.Join(dir, c.path)
		must(0, os.MkdirAll(filepath.Dir(path), 0o755))
		must(0, c.make(path))
		r := must(OpenLake(dir))
		if _, err := r.Files(c.table); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", path)) {
			t.Errorf("%s: error is %v", c.path, err)
		}
		must(0, r.Close())
	}
}

func touch(path string) error { return os.WriteFile(path, []byte("x"), 0o600) }
func mkdir(path string) error { return os.Mkdir(path, 0o700) }
func link(path string) error  { return os.Symlink("/etc", path) }

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTemporaryFilesAreIgnored(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
	f := must(l.Create(EventsPath(testDay, [16]byte{2}), run))
	defer f.Abort()
	r := must(OpenLake(dir))
	defer r.Close()
	checkFiles(t, r, "events", "2026-08-01")
}

// TestUncommittedFile: a reader leaves out what the writer has not committed yet.
func TestUncommittedFile(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	must(addFile(l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3))
	r := must(OpenLake(dir))
	defer r.Close()
	checkFiles(t, r, "events")
	must(0, l.Close()) // now it is an orphan
	checkFiles(t, r, "events")
}

func TestChangedFile(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	path := EventsPath(testDay, [16]byte{1})
	commitFile(t, l, run, path, EventsSchema, 3)
	abs := filepath.Join(dir, path)
	must(0, os.Truncate(abs, 100))
	if _, err := l.Files("events"); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q was changed or damaged (100 bytes", abs)) {
		t.Errorf("error is %v", err)
	}
	must(0, os.Remove(abs))
	if _, err := l.Files("events"); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q is missing although the ledger names it; ingest fsck --repair", abs)) {
		t.Errorf("error is %v", err)
	}
}

// TestWithoutLedger: a copy of the data alone can be read, not written.
func TestWithoutLedger(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
	must(0, l.Close())
	must(0, os.Remove(filepath.Join(dir, ledgerName)))
	r := must(OpenLake(dir))
	checkFiles(t, r, "events", "2026-08-01")
	must(0, r.Close())
	for _, empty := range []bool{false, true} {
		if empty {
			write(t, filepath.Join(dir, ledgerName), "")
		}
		_, err := CreateLake(dir)
		if err == nil || !strings.Contains(err.Error(), "ledger.sqlite is missing or empty although events/event_date=2026-08-01/part-01000000000000000000000000000000.parquet exists") {
			t.Errorf("error is %v", err)
		}
	}
	if _, err := OpenLake(dir); err == nil {
		t.Error("an empty ledger beside data is accepted by a reader")
	}
}

// TestFilesProperty: whatever is committed, Files gives exactly that.
func TestFilesProperty(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 11))
	dir := t.TempDir()
	l, run := testLake(t, dir)
	want := map[string]bool{}
	var b Batch
	for i := range 60 {
		path := EventsPath(testDay.AddDate(0, 0, rng.IntN(5)), [16]byte{byte(i), byte(rng.IntN(256))})
		b.Files = append(b.Files, must(addFile(l, run, path, CoverageSchema, 1+rng.IntN(3))))
		want[filepath.Join(dir, path)] = true
		if rng.IntN(3) > 0 {
			continue
		}
		must(0, l.Commit(run, b))
		b = Batch{}
		files := must(l.Files("events"))
		if len(files) != len(want) || !slices.IsSortedFunc(files, func(a, b DataFile) int { return strings.Compare(a.Path, b.Path) }) {
			t.Fatalf("%d files, want %d, sorted", len(files), len(want))
		}
		for _, f := range files {
			if !want[f.Path] || !strings.Contains(f.Path, "event_date="+f.Partition+string(filepath.Separator)) {
				t.Fatalf("%+v was not committed", f)
			}
		}
	}
}

// TestLakeThatIsBeingMade: what a process that makes a lake, or was killed in it, has there
// already is no reason to refuse the folder.
func TestLakeThatIsBeingMade(t *testing.T) {
	for _, name := range []string{".tmp-ledger.sqlite", ".tmp-ledger.sqlite-journal", ".tmp-ledger.sqlite-wal"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		lake, err := CreateLake(dir)
		if err != nil {
			t.Errorf("beside %q: %v", name, err)
			continue
		}
		if err := lake.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
