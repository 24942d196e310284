package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// recordOn is record(id) on another day of July 2026.
func recordOn(day, id int) string {
	return strings.Replace(record(id), "2026-07-10", fmt.Sprintf("2026-07-%02d", day), 1)
}

// TestEpochsEndByWhatIsRead: whatever a run reads or holds ends its epoch, also
// where nothing of it is new.
func TestEpochsEndByWhatIsRead(t *testing.T) {
	const files, perFile = 40, 10
	var size int64
	logs := func(record func(file, n int) string) string {
		dir := t.TempDir()
		size = 0
		for i := range files {
			var records []string
			for n := range perFile {
				records = append(records, record(i, n))
			}
			text := trail(records...)
			size += int64(len(text))
			write(t, dir, fmt.Sprintf("%02d.json", i), text)
		}
		return dir
	}
	good := func(file, n int) string { return record(file*perFile + n) }
	lake := filepath.Join(t.TempDir(), "lake")
	ingest(t, lake, pipeline.Options{}, logs(good))
	other := func(file, n int) string { // of a family that is not use
		return strings.Replace(good(file, n), `"eventVersion"`, `"eventCategory":"Insight","eventVersion"`, 1)
	}
	days := func(file, n int) string { return recordOn(1+n, file*perFile+n) }
	one := pipeline.Options{Workers: 1}
	bad := func(int, int) string { return `{"eventName":"x"}` }
	read, held := pipeline.WithBounds(one, 50, 0, 0, 0), pipeline.WithBounds(one, 0, 2<<10, 0, 0)
	for name, test := range map[string]struct {
		lake        string
		logs        string
		options     pipeline.Options
		least, most int
	}{
		"new":            {"", logs(good), read, 8, 8},
		"moved":          {lake, logs(good), read, 8, 8},
		"other families": {"", logs(other), read, 8, 8},
		"bad records":    {"", logs(bad), read, 8, 8},
		"bytes":          {lake, logs(good), pipeline.WithInflated(one, size/8), 7, 9},
		"held: objects":  {"", logs(good), held, files / 10, files / 5},
		"held: days":     {"", logs(days), held, files / 3, files},
		"all at once":    {"", logs(good), one, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if test.lake == "" {
				test.lake = filepath.Join(t.TempDir(), "lake")
			}
			s := ingest(t, test.lake, test.options, test.logs)
			if got := pipeline.Epochs(s); got < test.least || got > test.most {
				t.Errorf("%d epochs, want %d to %d\n%s", got, test.least, test.most, s)
			}
		})
	}
}

// TestWhatIsHeldIsBounded looks at the heap while made-up objects are read that
// leave nothing but quarantine behind, which is written down as it comes.
func TestWhatIsHeldIsBounded(t *testing.T) {
	dir := t.TempDir()
	const files, bad = 30, 9000
	text := []byte(strings.Repeat(`{"eventName":"x"}`+"\n", bad) + record(0) + "\n")
	for i := range files {
		write(t, dir, fmt.Sprintf("%02d.ndjson", i), text)
	}
	var peak uint64
	done := 0
	options := pipeline.WithBounds(pipeline.Options{Workers: 1, Progress: func(pipeline.Progress) {
		if done++; done%5 == 0 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	}}, 0, 0, 0, 64)
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := ingest(t, filepath.Join(t.TempDir(), "lake"), options, dir)
	if s.Records.Quarantined != files*bad || pipeline.Epochs(s) != 1 {
		t.Fatalf("%d epochs\n%s", pipeline.Epochs(s), s)
	}
	t.Logf("%d epochs, %.1f MiB before, %.1f MiB at most", pipeline.Epochs(s), float64(before.HeapAlloc)/(1<<20), float64(peak)/(1<<20))
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 50<<20 {
		t.Errorf("the heap grew by %d MiB for %d entries of the quarantine", grown>>20, files*bad)
	}
}

// memory is a source of texts by name. A text may be another at each reading; it is
// listed as it is at reading 0.
type memory map[string]func(reading int) (string, error)

func (m memory) List(_ context.Context, fn func(pipeline.Object) error) error {
	for name, read := range m {
		readings := 0
		text, _ := read(0)
		err := fn(pipeline.Object{Name: name, Size: int64(len(text)), Modified: 1, Open: func() (io.ReadCloser, error) {
			readings++
			text, err := read(readings)
			failing := io.Reader(strings.NewReader(text))
			if err != nil {
				failing = io.MultiReader(failing, &broken{err})
			}
			return io.NopCloser(failing), nil
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

type broken struct{ err error }

func (b *broken) Read([]byte) (int, error) { return 0, b.err }

func always(text []byte) func(int) (string, error) {
	return func(int) (string, error) { return string(text), nil }
}

// large makes a trail file that is too large to be decoded in one piece.
func large(records ...string) string {
	return string(trail(records...)) + strings.Repeat(" ", 9<<20)
}

// TestObjectChangesWhileItIsRead: an object that is another one in the second pass
// goes to quarantine and takes nothing with it, not even the events that others
// had delivered too.
func TestObjectChangesWhileItIsRead(t *testing.T) {
	var all, others []string
	for i := range 60 {
		all = append(all, recordOn(1+i%6, i))
	}
	for i := 30; i < 90; i++ { // half of it again
		others = append(others, recordOn(1+i%6, i))
	}
	good := large(all...)
	changes := map[string]struct {
		text   string
		err    error
		reason string
	}{
		"broken":     {text: good[:20_000] + "}" + good[20_000:len(good)-1], reason: "it changed while it was read"},
		"cut":        {text: good[:20_000], reason: "it changed while it was read"},
		"fewer":      {text: large(all[:50]...), reason: "it changed while it was read"},
		"same size":  {text: strings.Replace(good, "GetObject", "PutObject", 1), reason: "it changed while it was read"},
		"grown":      {text: good + " ", reason: "it changed while it was read"},
		"unreadable": {text: good[:20_000], err: &fs.PathError{Op: "read", Path: "x", Err: errors.New("input/output error")}, reason: "read x: input/output error"},
	}
	for name, change := range changes {
		for workers := 1; workers <= 2; workers++ {
			t.Run(fmt.Sprint(name, " ", workers), func(t *testing.T) {
				t.Parallel()
				source := memory{
					"a-first.json": always(trail(record(1000))),
					"b-large.json": func(reading int) (string, error) {
						if reading == 0 || reading%2 == 1 { // listed, or the first pass, also of an epoch that is read again
							return good, nil
						}
						return change.text, change.err
					},
					"c-other.json": always(trail(others...)),
				}
				checkChanged(t, source, workers, change.reason, append([]string{record(1000)}, others...))
			})
		}
	}
}

func checkChanged(t *testing.T, source memory, workers int, reason string, want []string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lake")
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	objects := int64(0)
	options := pipeline.WithBounds(pipeline.Options{Workers: workers, Progress: func(p pipeline.Progress) { objects += p.Objects }}, 0, 0, 2, 7)
	if workers > 1 {
		options.Progress = nil
	}
	s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{source}, options)
	if err != nil {
		t.Fatal(err)
	}
	if s.Objects.Ingested != 2 || s.Objects.Quarantined != 1 || s.Records.Written != int64(len(want)) || s.Records.Duplicate != 0 {
		t.Errorf("wrong balance:\n%s", s)
	}
	if len(s.Quarantine) != 1 || s.Quarantine[0].Reason != reason || filepath.Base(s.Quarantine[0].Object) != "b-large.json" {
		t.Errorf("quarantine: %+v", s.Quarantine)
	}
	if options.Progress != nil && objects != 3 {
		t.Errorf("progress told of %d objects", objects)
	}
	if orphans, err := lake.Orphans(); err != nil || len(orphans) > 0 {
		t.Errorf("orphans %q: %v", orphans, err)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	expect := filepath.Join(t.TempDir(), "lake")
	logs := t.TempDir()
	write(t, logs, "x.json", trail(want...))
	ingest(t, expect, pipeline.Options{}, logs)
	if got := content(t, dir); !slices.Equal(got, content(t, expect)) {
		t.Errorf("the lake holds %d rows, want those of the other objects, %d", len(got), len(want))
	}
}

// dataFiles are the files that an engine without the ledger might read.
func dataFiles(t *testing.T, lake string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(lake, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && (filepath.Ext(path) == ".parquet" || strings.HasPrefix(entry.Name(), ".tmp-")) {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// blockDay makes the lake unable to take events of a day.
func blockDay(t *testing.T, lake string, day int) (path string) {
	t.Helper()
	path = filepath.Join(lake, "events", fmt.Sprintf("event_date=2026-07-%02d", day))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFailedRun lets the lake's side fail in the middle of an epoch, while a small
// and while a large object is read: the error is the lake's, no object is blamed,
// no file of the epoch stays, and what was committed before does.
func TestFailedRun(t *testing.T) {
	var records []string
	for i := range 100 {
		records = append(records, recordOn(1+i/5, i))
	}
	for name, text := range map[string]string{"small": string(trail(records...)), "streamed": large(records...)} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "lake")
			lake, err := parquet.CreateLake(dir)
			if err != nil {
				t.Fatal(err)
			}
			source := memory{"a.json": always(trail(recordOn(2, 1000))), "b.json": always([]byte(text)), "c.json": always([]byte("no JSON"))}
			var block sync.Once
			var blocked string
			options := pipeline.WithBounds(pipeline.Options{Workers: 1, Progress: func(pipeline.Progress) {
				block.Do(func() { blocked = blockDay(t, dir, 19) })
			}}, 1, 0, 3, 10)
			s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{source}, options)
			if want := fmt.Sprintf("making folder %q: it is a file", blocked); err == nil || err.Error() != want {
				t.Errorf("error is %v, want %s", err, want)
			}
			if pipeline.Epochs(s) != 1 || s.Objects.Ingested != 1 || s.Objects.Total != 1 || s.Records.Written != 1 {
				t.Errorf("%d epochs, balance\n%s", pipeline.Epochs(s), s)
			}
			if entries, err := lake.Ledger().Quarantined(10); err != nil || len(entries) > 0 {
				t.Errorf("quarantine: %+v, %v", entries, err)
			}
			if err := os.Remove(blocked); err != nil {
				t.Fatal(err)
			}
			if files := dataFiles(t, dir); len(files) != 2 { // events and coverage of the first epoch
				t.Errorf("the lake holds %d files: %q", len(files), files)
			}
			s, err = pipeline.Ingest(context.Background(), lake, []pipeline.Source{source}, options)
			if err := errors.Join(err, lake.Close()); err != nil {
				t.Fatal(err)
			}
			if s.Records.Written != 100 || s.Objects.Already != 1 || s.Objects.Quarantined != 1 {
				t.Errorf("the next run:\n%s", s)
			}
		})
	}
}

// TestBadStreamLeavesNothing: what the first pass finds bad costs no epoch.
func TestBadStreamLeavesNothing(t *testing.T) {
	text := large(record(1), record(2))
	source := memory{"a.json": always(trail(record(1))), "b.json": always([]byte(text[:800] + strings.Repeat(" ", 9<<20)))}
	lake, err := parquet.CreateLake(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	var progress bytes.Buffer
	s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{source}, pipeline.Options{
		Workers: 1, Progress: func(p pipeline.Progress) { fmt.Fprint(&progress, p.Objects, " ") },
	})
	if err != nil || s.Records.Written != 1 || s.Objects.Quarantined != 1 || progress.String() != "1 1 " {
		t.Errorf("%v, progress %s\n%s", err, progress.String(), s)
	}
}
