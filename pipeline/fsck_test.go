package pipeline_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
	"roletrail/testdata/cloudtrail/organisation"
)

// check examines a lake, mends it if repair is set, and returns the kinds of what was
// found with how often.
func check(t *testing.T, dir string, repair bool) (*pipeline.Checked, map[parquet.FindingKind]int) {
	t.Helper()
	lake, err := parquet.SuspectLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := lake.Close(); err != nil {
			t.Error(err)
		}
	}()
	found := map[parquet.FindingKind]int{}
	c, err := pipeline.Fsck(t.Context(), lake, pipeline.FsckOptions{
		Repair: repair, At: time.Now(), Version: "test",
		Found: func(f parquet.Finding) error {
			found[f.Kind]++
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, found
}

// lakeToDamage is a copy of a lake of three runs with everything in it, the first two of them
// compacted, the logs it was made of, and its answers.
func lakeToDamage(t *testing.T) (dir, logs string, want map[string][]map[string]any) {
	t.Helper()
	return undamaged.copied(t), besideLake(undamaged.dir), undamagedAnswers
}

var (
	undamaged        = &madeLake{fill: makeUndamaged}
	undamagedAnswers map[string][]map[string]any
)

func besideLake(dir string) (logs string) { return filepath.Join(filepath.Dir(dir), "logs") }

func makeUndamaged(t *testing.T, dir string) {
	t.Helper()
	logs := besideLake(dir)
	if err := organisation.Write(logs, organisation.Options{Events: 1000, Days: 8, Roles: 30, EventsPerFile: 25}); err != nil {
		t.Fatal(err)
	}
	accounts, err := filepath.Glob(filepath.Join(logs, "AWSLogs", "*", "*"))
	if err != nil || len(accounts) < 10 {
		t.Fatal(accounts, err)
	}
	ingest(t, dir, pipeline.Options{}, accounts[:5]...)
	ingest(t, dir, pipeline.Options{}, accounts[5:10]...)
	compact(t, dir, pipeline.CompactOptions{})
	ingest(t, dir, pipeline.Options{}, logs)
	takeInventory(t, dir)
	takeTrails(t, dir)
	undamagedAnswers = answers(t, dir)
}

// answers are those of a lake about the quarter.
func answers(t *testing.T, dir string) map[string][]map[string]any {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close() // a reader keeps the log of the ledger
	engine, err := queries.OpenDuckDB(t.Context(), lake, queries.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	answers := map[string][]map[string]any{}
	for _, query := range []string{"last_used", "coverage"} {
		answers[query] = askFor(t, engine, query, quarter, func(map[string]any) bool { return true })
		if len(answers[query]) < 10 {
			t.Fatalf("%s answers nothing", query)
		}
	}
	return answers
}

// requireMended examines a mended lake once more, and ingests the logs again: exactly
// written events were gone. The lake then answers as it did, where want is given.
func requireMended(t *testing.T, dir, logs string, written int64, want map[string][]map[string]any) {
	t.Helper()
	if _, found := check(t, dir, false); len(found) > 0 {
		t.Errorf("found after mending: %v", found)
	}
	if written == 0 {
		requireAnswers(t, dir, want)
	}
	if s := ingest(t, dir, pipeline.Options{}, logs); s.Records.Written != written {
		t.Errorf("%d events were written again, want %d\n%s", s.Records.Written, written, s)
	}
	if want != nil {
		requireAnswers(t, dir, want)
	}
	if s := ingest(t, dir, pipeline.Options{}, logs); s.Records.Total != 0 {
		t.Errorf("logs that are known are read again:\n%s", s)
	}
	if _, found := check(t, dir, false); len(found) > 0 {
		t.Errorf("found in the end: %v", found)
	}
}

func requireAnswers(t *testing.T, dir string, want map[string][]map[string]any) {
	t.Helper()
	for query, got := range answers(t, dir) {
		if !reflect.DeepEqual(got, want[query]) {
			t.Errorf("%s answers otherwise: %d rows, were %d", query, len(got), len(want[query]))
		}
	}
}

// TestFsckOfLedgers damages the ledger in every way it may be. All of them are found, and
// a ledger that is made anew knows every event.
func TestFsckOfLedgers(t *testing.T) {
	whole, logs, want := lakeToDamage(t)
	if _, found := check(t, whole, false); len(found) > 0 {
		t.Fatalf("a whole lake has findings: %v", found)
	}
	ledger := func(dir string) string { return filepath.Join(dir, "ledger.sqlite") }
	change := func(fn func(text []byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			text, err := os.ReadFile(ledger(dir))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(ledger(dir), fn(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		damage func(*testing.T, string)
		kind   parquet.FindingKind
	}{
		"deleted": {func(t *testing.T, dir string) {
			if err := os.Remove(ledger(dir)); err != nil {
				t.Fatal(err)
			}
		}, parquet.LedgerLost},
		"emptied":             {change(func([]byte) []byte { return nil }), parquet.LedgerLost},
		"cut in a page":       {change(func(text []byte) []byte { return text[:len(text)/2+100] }), parquet.LedgerDamaged},
		"cut between pages":   {change(func(text []byte) []byte { return text[:len(text)/8192*4096] }), parquet.LedgerDamaged},
		"a page of zeros":     {change(func(text []byte) []byte { clear(text[3*4096 : 4*4096]); return text }), parquet.LedgerDamaged},
		"first page of zeros": {change(func(text []byte) []byte { clear(text[:4096]); return text }), parquet.LedgerDamaged},
		"a column's name": {change(func(text []byte) []byte {
			return bytes.ReplaceAll(text, []byte("reason text not null"), []byte("reasom text not null")) // it may stand in free room too
		}), parquet.LedgerDamaged},
		"states of log files": {func(t *testing.T, dir string) {
			inLedger(t, dir, "pragma ignore_check_constraints = 1; update source_objects set status = 'skippes', reason = '', at = ''")
		}, parquet.LedgerDamaged},
		"reasons of log files": {func(t *testing.T, dir string) {
			inLedger(t, dir, "pragma ignore_check_constraints = 1; update source_objects set reason = '' where status is null")
		}, parquet.LedgerDamaged},
		"counts of log files": {func(t *testing.T, dir string) {
			inLedger(t, dir, "pragma ignore_check_constraints = 1; update source_objects set written = written + 1 where status is null")
		}, parquet.LedgerDamaged},
		"another database": {change(func(text []byte) []byte { text[68] ^= 1; return text }), parquet.LedgerDamaged}, // the application's id
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyOf(t, whole)
			c.damage(t, dir)
			if lake, err := parquet.WriteLake(dir); err == nil { // a page of objects may not be read when it is opened
				lake.Close()
			}
			if _, found := check(t, dir, false); found[c.kind] != 1 {
				t.Fatalf("found %v, want %s", found, c.kind)
			}
			before := filesBelow(t, dir)
			checked, _ := check(t, dir, true)
			if !checked.Mended.Rebuilt || !checked.Mended.Forgotten {
				t.Errorf("mended %+v", checked.Mended)
			}
			requireNothingGone(t, dir, before)
			if name == "deleted" {
				requireMended(t, dir, logs, 0, want)
				return
			}
			if s := ingest(t, dir, pipeline.Options{}, logs); s.Records.Written != 0 || s.Records.Duplicate < 1000 {
				t.Errorf("events are written again:\n%s", s)
			}
			if _, found := check(t, dir, false); len(found) > 0 {
				t.Errorf("found after mending: %v", found)
			}
		})
	}
}

// TestFsckOfAnOlderLedger puts a copy of the ledger back that knows neither what came
// later nor what compaction replaced.
func TestFsckOfAnOlderLedger(t *testing.T) {
	dir, logs, _ := lakeToDamage(t)
	older, err := os.ReadFile(filepath.Join(dir, "ledger.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	compact(t, dir, pipeline.CompactOptions{})
	more := t.TempDir()
	write(t, more, "later.json", trail(record(900)))
	ingest(t, dir, pipeline.Options{}, more)
	want := answers(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "ledger.sqlite"), older, 0o600); err != nil {
		t.Fatal(err)
	}
	_, found := check(t, dir, false)
	if found[parquet.FileUnknown] < 8 || found[parquet.FileMissing] < 8 {
		t.Errorf("found %v", found)
	}
	before := filesBelow(t, dir)
	checked, _ := check(t, dir, true)
	if checked.Mended.Rebuilt || !checked.Mended.Forgotten || checked.Mended.Named == 0 || len(checked.Mended.Aside) > 0 {
		t.Errorf("mended %+v", checked.Mended)
	}
	requireNothingGone(t, dir, before)
	if s := ingest(t, dir, pipeline.Options{}, more); s.Records.Written != 0 {
		t.Errorf("an event is written again:\n%s", s)
	}
	requireMended(t, dir, logs, 0, want)
}

// TestFsckOfFiles damages data files. Each is found, moved aside and no longer read;
// what is gone with it comes back when the logs are ingested again.
func TestFsckOfFiles(t *testing.T) {
	whole, logs, want := lakeToDamage(t)
	events := content(t, whole)
	for name, c := range map[string]struct {
		damage  func(t *testing.T, dir, path string)
		kind    parquet.FindingKind
		isWhole bool // the file that was chosen is not touched
	}{
		"cut": {func(t *testing.T, _, path string) {
			info, err := os.Stat(path)
			if err == nil {
				err = os.Truncate(path, info.Size()-1)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, parquet.FileChanged, false},
		"a bit in a page": {func(t *testing.T, _, path string) { flipBit(t, path, 700) }, parquet.FileChanged, false},
		"missing": {func(t *testing.T, _, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, parquet.FileMissing, false},
		"a link": {func(t *testing.T, _, path string) {
			to := filepath.Join(t.TempDir(), "elsewhere")
			if err := os.Rename(path, to); err != nil {
				t.Fatal(err)
			}
			symlink(t, to, path)
		}, parquet.FileForeign, false},
		"notes":    {func(t *testing.T, _, path string) { write(t, filepath.Dir(path), "notes.txt", []byte("mine")) }, parquet.FileForeign, true},
		"a folder": {func(t *testing.T, dir, _ string) { write(t, dir, "events/2026/notes.txt", []byte("mine")) }, parquet.FileForeign, true},
		"no Parquet": {func(t *testing.T, _, path string) {
			write(t, filepath.Dir(path), "part-"+strings.Repeat("0", 32)+".parquet", []byte("mine"))
		}, parquet.FileUnreadable, true},
		"of another day": {func(t *testing.T, dir, path string) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, "events/event_date=2001-01-01/part-"+strings.Repeat("0", 32)+".parquet", text)
		}, parquet.FileMisplaced, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyOf(t, whole)
			file := eventFiles(t, dir)[5]
			rows := int64(len(readRows(t, file.Path)))
			c.damage(t, dir, file.Path)
			if c.isWhole {
				rows = 0
			}
			if _, found := check(t, dir, false); found[c.kind] != 1 || len(found)-found[parquet.FileMissing] > 1 {
				t.Fatalf("found %v, want one %s", found, c.kind)
			}
			before := filesBelow(t, dir)
			checked, _ := check(t, dir, true)
			if checked.Mended.Rebuilt || checked.Mended.Forgotten != (rows > 0) || len(checked.Mended.Aside) != 1 && c.kind != parquet.FileMissing {
				t.Errorf("mended %+v", checked.Mended)
			}
			requireNothingGone(t, dir, before)
			if c.isWhole {
				_, found := check(t, dir, false)
				if got := content(t, dir); len(found) > 0 || !slices.Equal(got, events) {
					t.Errorf("found after mending: %v; %d events", found, len(got))
				}
				return
			}
			want := want
			if name != "missing" { // the events tell as much, and a report takes a second
				want = nil
			}
			requireMended(t, dir, logs, rows, want)
			if got := content(t, dir); !slices.Equal(got, events) {
				t.Errorf("the lake has %d events in the end, not %d, or others", len(got), len(events))
			}
		})
	}
}

// TestFsckOfRollups takes events away from beside their rollups: these are found and moved
// aside, also where an earlier repair left them. A rollup that is damaged itself takes no
// event with it.
func TestFsckOfRollups(t *testing.T) {
	whole, logs, want := lakeToDamage(t)
	uses := filepath.FromSlash(filesOf(t, whole, "uses")[0].Name)
	events := filepath.Join("events", filepath.Base(filepath.Dir(uses)), filepath.Base(uses))

	dir := copyOf(t, whole)
	rows := int64(len(readRows(t, filepath.Join(dir, events))))
	if err := os.Remove(filepath.Join(dir, events)); err != nil {
		t.Fatal(err)
	}
	checked, found := check(t, dir, true)
	if found[parquet.RollupAlone] != 2 || found[parquet.FileMissing] != 1 || len(found) != 2 || len(checked.Mended.Aside) != 2 || !checked.Mended.Forgotten {
		t.Errorf("found %v, mended %+v", found, checked.Mended)
	}
	requireMended(t, dir, logs, rows, want)

	dir = copyOf(t, whole)
	forgetFile(t, dir, filepath.ToSlash(events))
	if checked, found = check(t, dir, true); found[parquet.RollupAlone] != 2 || len(found) != 1 || checked.Mended.Forgotten {
		t.Errorf("found %v, mended %+v", found, checked.Mended)
	}

	dir = copyOf(t, whole)
	flipBit(t, filepath.Join(dir, uses), 300)
	if checked, found = check(t, dir, true); found[parquet.FileChanged] != 1 || len(found) != 1 || checked.Mended.Forgotten {
		t.Errorf("found %v, mended %+v", found, checked.Mended)
	}
	requireMended(t, dir, logs, 0, want)
}

// forgetFile takes a file off the disk and out of the ledger.
func forgetFile(t *testing.T, dir, path string) {
	t.Helper()
	lake, err := parquet.WriteLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	run, err := lake.Ledger().Begin("test")
	if err == nil {
		_, err = lake.Complete(run, parquet.Batch{Removed: []string{path}})
	}
	if err := errors.Join(err, lake.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestFsckFindsEveryByte changes single bytes of data files, all of which are found, and
// bytes of the ledger, of which those that are not found change no event.
func TestFsckFindsEveryByte(t *testing.T) {
	files := corpusFiles(t, organisation.Options{Events: 200, Days: 2, EventsPerFile: 20})
	rng := rand.New(rand.NewPCG(15, 15))
	dir := lakeOfRuns(t, files, rng)
	data := dataFiles(t, dir)
	for range 10 * killsWanted(t, 10) {
		path := data[rng.IntN(len(data))]
		undo := changeByte(t, path, rng)
		if _, found := check(t, dir, false); found[parquet.FileChanged] != 1 {
			t.Fatalf("%s: found %v", path, found)
		}
		undo()
	}
	want, ledger, noticed := content(t, dir), filepath.Join(dir, "ledger.sqlite"), 0
	logs := t.TempDir()
	place(t, logs, files, rng, false)
	for range 50 {
		undo := changeByte(t, ledger, rng)
		lake, err := parquet.SuspectLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		examined, err := lake.Examine(t.Context(), nil)
		if err := lake.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || len(examined.Findings) > 0 {
			noticed++
			undo()
			continue
		}
		copied := copyOf(t, dir)
		if s := ingest(t, copied, pipeline.Options{}, logs); s.Records.Written != 0 {
			t.Fatalf("events are written again:\n%s", s)
		}
		if got := content(t, copied); !slices.Equal(got, want) {
			t.Fatal("the lake has other events")
		}
		undo()
	}
	t.Logf("%d of 50 changed bytes of the ledger were found, the others change nothing", noticed)
	if noticed < 3 || noticed == 50 {
		t.Errorf("%d of 50 were found", noticed)
	}
}

// changeByte changes a byte of a file, until undo is called.
func changeByte(t *testing.T, path string, rng *rand.Rand) (undo func()) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(text)
	changed[rng.IntN(len(changed))] ^= byte(1 + rng.IntN(255))
	put := func(text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(changed)
	return func() { put(text) }
}

func flipBit(t *testing.T, path string, at int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || len(text) <= at {
		t.Fatal(len(text), err)
	}
	text[at] ^= 1
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFsckDropsDuplicates: events that stand in a day twice, as a ledger that is made anew
// may have it after a killed compaction, go once.
func TestFsckDropsDuplicates(t *testing.T) {
	files := corpusFiles(t, organisation.Options{Events: 600, Days: 3, EventsPerFile: 20})
	rng := rand.New(rand.NewPCG(16, 16))
	dir := lakeOfRuns(t, files, rng)
	compact(t, dir, pipeline.CompactOptions{})
	want := content(t, dir)
	added := addTwice(t, dir, rng)
	if _, found := check(t, dir, false); found[parquet.EventsTwice] == 0 || added == 0 {
		t.Fatalf("found %v of %d events", found, added)
	}
	if err := os.Remove(filepath.Join(dir, "ledger.sqlite")); err != nil {
		t.Fatal(err)
	}
	checked, _ := check(t, dir, true)
	if checked.Duplicates != added {
		t.Errorf("%d events went, want %d", checked.Duplicates, added)
	}
	if got := content(t, dir); !slices.Equal(got, want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
	if _, found := check(t, dir, false); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// TestFsckOfSnapshots: of an inventory either all tables count or none, and of two of a
// day the one that came later.
func TestFsckOfSnapshots(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	takeInventory(t, dir)
	older := copyOf(t, dir)
	takeInventoryAt(t, dir, time.Date(2026, 10, 1, 5, 0, 0, 0, time.UTC), nil)
	want := filesOfInventory(t, dir)
	if err := os.CopyFS(filepath.Join(dir, "iam"), os.DirFS(filepath.Join(older, "iam"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "ledger.sqlite")); err != nil {
		t.Fatal(err)
	}
	if _, found := check(t, dir, true); found[parquet.FileReplaced] != len(want) {
		t.Errorf("found %v, want %d replaced", found, len(want))
	}
	if got := filesOfInventory(t, dir); !slices.Equal(got, want) {
		t.Errorf("%q count, want %q", got, want)
	}
	flipBit(t, filepath.Join(dir, want[0]), 60)
	checked, found := check(t, dir, true)
	if found[parquet.FileChanged] != 1 || found[parquet.FileIncomplete] != len(parquet.InventoryTables())-1 || !checked.Mended.LostSnapshots || checked.Mended.Forgotten {
		t.Errorf("found %v, mended %+v", found, checked.Mended)
	}
	if got := filesOfInventory(t, dir); len(got) != len(want)-len(parquet.InventoryTables()) {
		t.Errorf("%q count", got)
	}
}

func filesOfInventory(t *testing.T, dir string) (names []string) {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.FilesOf(parquet.InventoryTables()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range files {
		for _, f := range of {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}

// filesBelow counts the contents of all files of a lake but the ledger's, the lock and what
// was being written.
func filesBelow(t *testing.T, dir string) map[[32]byte]int {
	t.Helper()
	sums := map[[32]byte]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == ".lock" || strings.HasPrefix(d.Name(), ".tmp-") || strings.HasSuffix(d.Name(), "-shm") || strings.HasSuffix(d.Name(), "-wal") {
			return err
		}
		text, err := os.ReadFile(path)
		sums[sha256.Sum256(text)]++
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// requireNothingGone requires that what was in a lake is still in it or aside, but for a
// ledger that was mended in its place.
func requireNothingGone(t *testing.T, dir string, before map[[32]byte]int) {
	t.Helper()
	after, gone := filesBelow(t, dir), 0
	for sum, n := range before {
		gone += max(0, n-after[sum])
	}
	if gone > 1 {
		t.Error(fmt.Errorf("%d files are gone", gone))
	}
}
