package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
	"roletrail/testdata/cloudtrail/organisation"
)

// asCompact, set in the environment, makes this test binary a program that compacts the
// lake that is its argument, so that a test can kill it.
const asCompact = "ROLETRAIL_TEST_AS_COMPACT"

func compactInSmallFiles(dir string) error {
	lake, err := parquet.WriteLake(dir)
	if err != nil {
		return err
	}
	_, err = pipeline.Compact(context.Background(), lake, pipeline.WithCompactBounds(pipeline.CompactOptions{}, 200, 60, 0))
	return errors.Join(err, lake.Close())
}

// TestKilledCompactions kills compactions at random moments until one comes through, while
// one reader goes by the ledger and another is the engine of the reports. They always see
// every event, and every event once; in the end all rows are what they were.
func TestKilledCompactions(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	whole := lakeOfRuns(t, corpusFiles(t, organisation.Options{Events: 1500, Days: 6, EventsPerFile: 15}), rng)
	want := rowTexts(rowsOfLake(t, whole))
	took := timeOfCompaction(t, whole)
	var killed kills
	wanted := max(15, killsWanted(t, 15)/3) // each takes longer than one of ingest
	seen := &reader{events: len(want)}
	for lakes := 0; lakes < 3 || (killed.all < wanted || killed.between < 3 || killed.writing < 3) && lakes < 30+wanted; lakes++ {
		dir := copyOf(t, whole)
		stop := func() {}
		if lakes < 3 || seen.files < 20 || seen.engine < 3 { // enough of them: readers take most of the time
			stop = seen.readBeside(t, dir)
		}
		for tries := 0; ; tries++ {
			limit := time.Duration(rng.Int64N(int64(took * 2 / 3)))
			if tries == 12 {
				limit = 0 // none
			}
			start := time.Now()
			if compactOrDie(t, dir, limit) {
				if tries == 0 { // how busy the machine is has changed
					took = max(time.Since(start), time.Millisecond)
				}
				break
			}
			killed.look(t, dir, func() bool { return partlyCompacted(t, dir) })
		}
		stop()
		if got := rowTexts(rowsOfLake(t, dir)); !slices.Equal(got, want) {
			t.Fatalf("%d rows, or others, want %d", len(got), len(want))
		}
		requireOrder(t, dir)
		if left := leftInFolders(t, dir); left != 0 {
			t.Errorf("%d files are left over", left)
		}
	}
	t.Logf("%v; read %d times by the ledger, %d times by the engine, %d times a file went away meanwhile", &killed, seen.files, seen.engine, seen.gone)
	if killed.all < wanted || killed.between < 3 || killed.writing < 3 || seen.files < 20 || seen.engine < 3 {
		t.Error("too few kills or readings to say anything")
	}
}

// timeOfCompaction is how long a compaction takes that is not killed.
func timeOfCompaction(t *testing.T, whole string) time.Duration {
	t.Helper()
	dir, start := copyOf(t, whole), time.Now()
	if !compactOrDie(t, dir, 0) {
		t.Fatal("it was killed")
	}
	return time.Since(start)
}

// copyOf copies a lake that nobody has open.
func copyOf(t *testing.T, lake string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lake")
	if err := os.CopyFS(dir, os.DirFS(lake)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// compactOrDie compacts in a process of its own, kills it when the time is over, and
// reports whether it came to its end.
func compactOrDie(t *testing.T, dir string, limit time.Duration) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], dir)
	cmd.Env = append(os.Environ(), asCompact+"=1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if limit > 0 {
		defer time.AfterFunc(limit, func() { cmd.Process.Kill() }).Stop()
	}
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("it failed instead of being killed: %v\n%s", err, stderr.String())
	}
	return err == nil
}

// partlyCompacted reports whether some days of a lake are compacted and others are not.
func partlyCompacted(t *testing.T, dir string) bool {
	t.Helper()
	compacted, files := 0, eventFiles(t, dir)
	for _, f := range files {
		meta, err := parquet.Metadata(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if meta["roletrail.compacted"] != "" {
			compacted++
		}
	}
	return compacted > 0 && compacted < len(files)
}

func namesIn(t *testing.T, dir, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "events", "*", pattern))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// leftInFolders is how many files lie there that do not count.
func leftInFolders(t *testing.T, dir string) int {
	t.Helper()
	return len(namesIn(t, dir, "*")) + len(namesIn(t, dir, ".tmp-*")) - len(eventFiles(t, dir))
}

// reader counts readings of lakes that are being compacted, each of which must see all
// events once.
type reader struct {
	events              int
	files, engine, gone int
}

// readBeside reads a lake again and again until stop is called.
func (r *reader) readBeside(t *testing.T, dir string) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 0; ctx.Err() == nil; n++ {
			read, count := idsOfFiles, &r.files
			if n%10 == 9 {
				read, count = idsOfEngine, &r.engine
			}
			all, distinct, err := read(dir)
			switch {
			case errors.Is(err, fs.ErrNotExist), err != nil && strings.Contains(err.Error(), "the file is gone; run the report again"):
				r.gone++
			case err != nil:
				t.Error(err)
			case all != r.events || distinct != r.events:
				t.Errorf("a reader sees %d events, %d of them different, not %d", all, distinct, r.events)
			default:
				*count++
			}
		}
	}()
	return func() { cancel(); <-done }
}

func idsOfFiles(dir string) (all, distinct int, err error) {
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		return 0, 0, err
	}
	defer lake.Close()
	files, err := lake.Files("events")
	if err != nil {
		return 0, 0, err
	}
	ids := map[string]bool{}
	for _, f := range files {
		err := parquet.ReadText(f.Path, []string{"event_id", "recipient_account_id"}, func(row [][]byte) error {
			all++
			ids[fmt.Sprintf("%s %s", row[0], row[1])] = true
			return nil
		})
		if err != nil {
			return 0, 0, err
		}
	}
	return all, len(ids), nil
}

func idsOfEngine(dir string) (all, distinct int, err error) {
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		return 0, 0, err
	}
	defer lake.Close()
	engine, err := queries.OpenDuckDB(context.Background(), lake, queries.Options{})
	if err != nil {
		return 0, 0, err
	}
	defer engine.Close()
	rows, err := engine.SQL(context.Background(), "select count(*), count(distinct event_id || ' ' || recipient_account_id) from events")
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		all, distinct = int(rows.Row()[0].(int64)), int(rows.Row()[1].(int64))
	}
	return all, distinct, rows.Err()
}
