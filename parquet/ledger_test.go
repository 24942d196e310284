package parquet

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestLedger(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	hostile := "AWSLogs/'; drop table objects; --/\x00\xff\u202e.json.gz"
	sum := sha256.Sum256([]byte("x"))
	must(0, l.Commit(run, Batch{
		Objects: []Object{
			{Name: hostile, Size: 5, ModifiedNs: 1 << 60, Family: "CloudTrail", Status: Ingested, Records: 6, Written: 3, Duplicate: 2, Quarantined: 1},
			{Name: "digest", Size: 1, Status: Skipped, Family: "CloudTrail-Digest", Reason: "not use"},
			{Name: "bad", Size: 2, Status: Quarantined, Reason: "gzip: invalid header"},
		},
		Quarantine: []QuarantineEntry{
			{Object: hostile, Offset: 100, Record: 0, Reason: "no eventTime", Detail: "{}", SHA256: sum},
			{Object: "bad", Record: WholeObject, Reason: "gzip: invalid header", SHA256: sum},
		},
	}))
	checkKnown(t, l, map[string][2]int64{hostile: {5, 1 << 60}, "digest": {1, 0}})
	entries := must(l.Ledger().Quarantined(-1))
	if len(entries) != 2 || entries[0].Record != WholeObject || entries[1].Record != 0 || entries[1].SHA256 != sum || entries[1].Object != hostile || entries[1].Offset != 100 {
		t.Errorf("quarantine is %+v", entries)
	}
	if _, err := time.Parse(time.RFC3339Nano, entries[0].At); err != nil {
		t.Error(err)
	}
	if n := len(must(l.Ledger().Quarantined(1))); n != 1 {
		t.Errorf("%d entries with limit 1", n)
	}
	// The next run can read the bad object: its row and its entries are replaced.
	second := must(l.Ledger().Begin("test"))
	must(0, l.Commit(second, Batch{Objects: []Object{{Name: "bad", Size: 3, Status: Ingested, Records: 4, Written: 4}}}))
	must(0, l.Ledger().Finish(second))
	checkKnown(t, l, map[string][2]int64{hostile: {5, 1 << 60}, "digest": {1, 0}, "bad": {3, 0}})
	want := Totals{Ingested: 2, Skipped: 1, Records: 10, Written: 7, Duplicate: 2, QuarantinedRecords: 1, QuarantineEntries: 1}
	if got := must(l.Ledger().Totals()); got != want {
		t.Errorf("totals are %+v, want %+v", got, want)
	}
}

func checkKnown(t *testing.T, l *Lake, want map[string][2]int64) {
	t.Helper()
	got := map[string][2]int64{}
	must(0, l.Ledger().Known(func(name string, size, modified int64) error {
		got[name] = [2]int64{size, modified}
		return nil
	}))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("known objects are %q, want %q", fmt.Sprint(got), fmt.Sprint(want))
	}
	stop := errors.New("stop")
	if err := l.Ledger().Known(func(string, int64, int64) error { return stop }); err != stop && len(want) > 0 {
		t.Errorf("the caller's error came back as %v", err)
	}
}

// TestPendingCommit: objects that are added while the work goes on count with the rest, or
// not at all, and readers see nothing of them before.
func TestPendingCommit(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	reader := must(OpenLake(dir))
	defer reader.Close()
	one, two, three := Object{Name: "one", Size: 1, Status: Ingested}, Object{Name: "two", Size: 2, Status: Quarantined, Reason: "bad"}, Object{Name: "three", Size: 3, Status: Ingested}
	bad := QuarantineEntry{Object: "two", Record: WholeObject, Reason: "bad"}

	p := must(l.Prepare(run))
	must(0, p.Add([]Object{one, two}, []QuarantineEntry{bad}))
	must(0, p.Undo())
	checkKnown(t, l, map[string][2]int64{})
	if entries := must(l.Ledger().Quarantined(-1)); len(entries) != 0 {
		t.Errorf("what was undone left %+v", entries)
	}

	p = must(l.Prepare(run))
	must(0, p.Add([]Object{one, two}, []QuarantineEntry{bad}))
	checkKnown(t, reader, map[string][2]int64{})
	must(0, p.Add([]Object{three}, nil))
	must(0, p.Commit(Batch{}))
	must(0, p.Undo()) // does nothing
	checkKnown(t, reader, map[string][2]int64{"one": {1, 0}, "three": {3, 0}})
	if entries := must(reader.Ledger().Quarantined(-1)); len(entries) != 1 {
		t.Errorf("quarantine is %+v", entries)
	}

	p = must(l.Prepare(run)) // the bad one can be read now
	two.Status, two.Reason = Ingested, ""
	must(0, p.Add([]Object{two}, nil))
	if err := p.Commit(Batch{Objects: []Object{{Name: "x", Status: Ingested, Records: 1}}}); err == nil {
		t.Error("a mistake in the rest is not told")
	}
	must(0, p.Undo())
	checkKnown(t, reader, map[string][2]int64{"one": {1, 0}, "three": {3, 0}})
	must(0, l.Commit(run, Batch{Objects: []Object{two}}))
	checkKnown(t, reader, map[string][2]int64{"one": {1, 0}, "two": {2, 0}, "three": {3, 0}})
	if entries := must(reader.Ledger().Quarantined(-1)); len(entries) != 0 {
		t.Errorf("quarantine is %+v", entries)
	}
}

// TestCommitIsOneTransaction: a batch with a mistake leaves nothing.
func TestCommitIsOneTransaction(t *testing.T) {
	l, run := testLake(t, t.TempDir())
	good := Object{Name: "good", Status: Ingested}
	for _, c := range []struct {
		name string
		run  int64
		b    Batch
		want string
	}{
		{"balance", run, Batch{Objects: []Object{good, {Name: "x", Status: Ingested, Records: 1}}}, `object "x" has 1 records, not 0 written + 0 duplicate + 0 quarantined`},
		{"path", run, Batch{Objects: []Object{good}, Files: []FileEntry{{Path: "../x"}}}, `"../x" is no path of a lake's data file`},
		{"status", run, Batch{Objects: []Object{good, {Name: "x", Status: "other"}}}, "CHECK constraint failed"},
		{"run", run + 1, Batch{Objects: []Object{good}}, "FOREIGN KEY constraint failed"},
	} {
		if err := l.Commit(c.run, c.b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want %s", c.name, err, c.want)
		}
		checkKnown(t, l, map[string][2]int64{})
	}
}

func TestStatements(t *testing.T) {
	l, _ := testLake(t, t.TempDir())
	names := must(fs.Glob(ledgerSQL, "ledger/*.sql"))
	if len(names) < 15 {
		t.Fatalf("only %d statements", len(names))
	}
	for _, name := range names {
		name := strings.TrimSuffix(filepath.Base(name), ".sql")
		if strings.Contains(name, "schema") && name != "schema_texts" || strings.Contains(name, "older") {
			continue
		}
		stmt, err := l.Ledger().db.Prepare(statement(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		stmt.Close()
	}
}

// TestDamagedLedger: a ledger that is none, cut, of another program or of a newer
// version is an error that names it (guarantee R14), for writers and readers.
func TestDamagedLedger(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
	must(0, l.Close())
	path := filepath.Join(dir, ledgerName)
	whole := must(os.ReadFile(path))
	change := func(at int, b ...byte) []byte {
		out := append([]byte{}, whole...)
		copy(out[at:], b)
		return out
	}
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"text", []byte(strings.Repeat("no database ", 500)), "it is damaged"},
		{"cut", whole[:len(whole)/2], "it is damaged"},
		{"cut in the header", whole[:50], "it is damaged"},
		{"magic", change(0, 'X'), "it is damaged"},
		{"other program", change(68, 0, 0, 0, 1), "it is damaged (it is no ledger of roletrail)"},
		{"newer", change(60, 0, 0, 0, 4), "version 4 was made by a newer roletrail; use that one"},
		{"older", change(60, 0, 0, 0, 1), "an older roletrail made this lake (version 1, not 3), and its files do not go together with new ones; " +
			"move it away, or name another with --lake, and make it anew from the logs, inventories and trails"},
		{"none", change(60, 0, 0, 0, 0), "it is damaged (it has version 0)"},
		{"empty", nil, "ledger.sqlite is missing or empty although"},
	} {
		must(0, os.WriteFile(path, c.content, 0o600))
		for who, open := range map[string]func(string) (*Lake, error){"writer": CreateLake, "reader": OpenLake} {
			_, err := open(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s, %s: error is %v, want %s", c.name, who, err, c.want)
			}
		}
	}
	must(0, os.WriteFile(path, whole, 0o600))
	r := must(OpenLake(dir))
	checkFiles(t, r, "events", "2026-08-01")
	must(0, r.Close())
}

// TestDamagedLedgerProperty: no damage makes a panic or a file outside the lake.
func TestDamagedLedgerProperty(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	for i := range 20 {
		commitFile(t, l, run, EventsPath(testDay, [16]byte{byte(i)}), CoverageSchema, 1)
	}
	must(0, l.Close())
	path := filepath.Join(dir, ledgerName)
	whole := must(os.ReadFile(path))
	rng := rand.New(rand.NewPCG(21, 21))
	refused := 0
	for range 150 {
		damaged := append([]byte{}, whole...)
		for range 1 + rng.IntN(20) {
			damaged[rng.IntN(len(damaged))] = byte(rng.IntN(256))
		}
		must(0, os.WriteFile(path, damaged, 0o600))
		r, err := OpenLake(dir)
		if err != nil {
			refused++
			continue
		}
		if files, err := r.Files("events"); err != nil {
			refused++
		} else {
			for _, f := range files {
				if !strings.HasPrefix(f.Path, dir) {
					t.Fatalf("%q is outside the lake", f.Path)
				}
			}
		}
		r.Close()
	}
	if refused < 20 {
		t.Errorf("only %d of 150 damages were noticed", refused)
	}
}

// TestLedgerFailure: a full disk at the commit is an error that says so.
func TestLedgerFailure(t *testing.T) {
	l, run := testLake(t, t.TempDir())
	db := l.Ledger().db
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("pragma max_page_count = 20"); err != nil {
		t.Fatal(err)
	}
	var b Batch
	for i := range 2000 {
		b.Objects = append(b.Objects, Object{Name: fmt.Sprint(strings.Repeat("x", 100), i), Status: Ingested})
	}
	err := l.Commit(run, b)
	if err == nil || !strings.Contains(err.Error(), "no space left on the disk; free some and run the same command again") {
		t.Errorf("error is %v", err)
	}
	checkKnown(t, l, map[string][2]int64{})
}

// TestLedgerLink: a link in the ledger's place is not followed, and that is said.
func TestLedgerLink(t *testing.T) {
	dir := t.TempDir()
	l, _ := testLake(t, dir)
	must(0, l.Close())
	path := filepath.Join(dir, ledgerName)
	must(0, os.Rename(path, dir+"-ledger"))
	must(0, os.Symlink(dir+"-ledger", path))
	_, write := CreateLake(dir)
	_, read := OpenLake(dir)
	for _, err := range []error{write, read} {
		if err == nil || !strings.Contains(err.Error(), "links in a lake are not followed; put the file itself there") {
			t.Errorf("error is %v", err)
		}
	}
}

func BenchmarkLedgerCommit(b *testing.B) {
	l := must(CreateLake(b.TempDir()))
	defer l.Close()
	run := must(l.Ledger().Begin("test"))
	n := 0
	for b.Loop() {
		var batch Batch
		for range 1000 {
			n++
			batch.Objects = append(batch.Objects, Object{Status: Ingested, Size: 20_000, ModifiedNs: int64(n) << 32, Family: "CloudTrail", Records: 200, Written: 200,
				Name: fmt.Sprintf("AWSLogs/111111111111/CloudTrail/us-east-1/2026/08/01/111111111111_CloudTrail_us-east-1_20260801T%04dZ_%016x.json.gz", n/1000, n)})
		}
		must(0, l.Commit(run, batch))
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/object")
	must(0, l.Ledger().Known(func(string, int64, int64) error { return nil }))
}

// TestPutObjectMakesNoTable: a statement that runs for every object of a run must not
// have SQLite make a table for it, as a list in a check of the schema does.
func TestPutObjectMakesNoTable(t *testing.T) {
	lake := must(CreateLake(filepath.Join(t.TempDir(), "lake")))
	defer lake.Close()
	rows := must(lake.ledger.db.Query("explain "+statement("put_object"), make([]any, 14)...))
	defer rows.Close()
	opcodes := 0
	for rows.Next() {
		var opcode string
		var rest any
		if err := rows.Scan(&rest, &opcode, &rest, &rest, &rest, &rest, &rest, &rest); err != nil {
			t.Fatal(err)
		}
		opcodes++
		if opcode == "OpenEphemeral" {
			t.Error("it opens a table of its own")
		}
	}
	if err := rows.Err(); err != nil || opcodes < 10 {
		t.Errorf("%d opcodes, %v", opcodes, err)
	}
}
