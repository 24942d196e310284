package parquet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
)

func init() { parquet.Scenes["fsck"] = mendAndCrash }

func mendLake(dir string, repair bool) (c *pipeline.Checked, err error) {
	lake, err := parquet.SuspectLake(dir)
	if err != nil {
		return nil, err
	}
	c, err = pipeline.Fsck(context.Background(), lake, pipeline.FsckOptions{Repair: repair, At: time.Now()})
	return c, errors.Join(err, lake.Close())
}

// mendAndCrash mends, and dies without any clean-up at step LAKE_TEST_STEP.
func mendAndCrash(dir string) {
	crashAtStep()
	if _, err := mendLake(dir, true); err != nil {
		panic(err)
	}
}

// damagedLakes are lakes in which much is wrong, and the events that are left of them.
func damagedLakes(t *testing.T) map[string][]string {
	t.Helper()
	whole := lakeToCompact(t)
	ids := eventIDs(t, whole)
	write := func(path, text string) {
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err := errors.Join(err, os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}

	// The ledger is damaged, and a killed compaction left the files before and after it.
	twice, compacted := copyOfLake(t, whole), copyOfLake(t, whole)
	if _, err := compactLake(compacted); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(twice, "events"), os.DirFS(filepath.Join(compacted, "events"))); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(twice, "ledger.sqlite"), "no ledger at all")

	// The ledger is whole, a file is gone, another one is damaged, and there are others.
	less := copyOfLake(t, whole)
	files, err := filepath.Glob(filepath.Join(less, "events", "event_date=2026-07-10", "part-*"))
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	lost := map[string]bool{}
	for _, path := range files[:2] {
		err := parquet.ReadText(path, []string{"event_id"}, func(row [][]byte) error { lost[string(row[0])] = true; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Remove(files[0]), os.Truncate(files[1], 100)); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(less, "events", "notes.txt"), "mine")
	write(filepath.Join(less, "events", "event_date=2026-07-11", ".tmp-0123"), "begun")
	left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return lost[id] })
	if len(left) == 0 || len(left) == len(ids) {
		t.Fatal(left)
	}
	return map[string][]string{twice: ids, less: left}
}

// stepsOfMending are the steps of mending a copy of a lake.
func stepsOfMending(t *testing.T, lake string) (steps []string) {
	t.Helper()
	dir := copyOfLake(t, lake)
	parquet.SetFailpoint(func(step, _ string) error { steps = append(steps, step); return nil })
	defer parquet.SetFailpoint(func(string, string) error { return nil })
	if c, err := mendLake(dir, true); err != nil || c.Findings == 0 {
		t.Fatal(c, err)
	}
	return steps
}

// TestCrashOfMending lets fsck die at its steps. It can be run again, and nothing that
// can be read is gone then.
func TestCrashOfMending(t *testing.T) {
	seen := map[string]bool{}
	for lake, want := range damagedLakes(t) {
		steps := stepsOfMending(t, lake)
		for _, at := range parquet.Tried(steps, 8) {
			step := steps[at]
			seen[step] = true
			t.Run(fmt.Sprint(len(want), " ", at, " ", step), func(t *testing.T) {
				dir := copyOfLake(t, lake)
				diesAtStep(t, at, "fsck", dir)
				mendsToItsEnd(t, dir, want)
			})
		}
	}
	for _, step := range []string{"move aside", "build ledger", "put ledger in place", "commit ledger", "ledger is committed", "remove file that does not count"} {
		if !seen[step] {
			t.Errorf("no crash at step %q", step)
		}
	}
}

// TestFailureOfMending lets steps fail once, as a disk may: the failure is told, and
// fsck can be run again.
func TestFailureOfMending(t *testing.T) {
	for lake, want := range damagedLakes(t) {
		steps := stepsOfMending(t, lake)
		for _, at := range parquet.Tried(steps, 8) {
			t.Run(fmt.Sprint(len(want), " ", at, " ", steps[at]), func(t *testing.T) {
				dir := copyOfLake(t, lake)
				if _, err := failsAtStep(at, func() (*pipeline.Checked, error) { return mendLake(dir, true) }); err != nil {
					t.Fatal(err)
				}
				mendsToItsEnd(t, dir, want)
			})
		}
	}
}

func mendsToItsEnd(t *testing.T, dir string, want []string) {
	t.Helper()
	if _, err := mendLake(dir, true); err != nil {
		t.Fatalf("going on: %v", err)
	}
	if got := eventIDs(t, dir); !slices.Equal(got, want) {
		t.Errorf("a reader sees %d events, want %d", len(got), len(want))
	}
	if c, err := mendLake(dir, false); err != nil || c.Findings > 0 {
		t.Errorf("found after mending: %+v, %v", c, err)
	}
	lake, err := parquet.CreateLake(dir) // as the next ingest does
	if err != nil {
		t.Fatal(err)
	}
	if err := lake.Close(); err != nil {
		t.Error(err)
	}
	if got := eventIDs(t, dir); !slices.Equal(got, want) {
		t.Errorf("after the next writer a reader sees %d events, want %d", len(got), len(want))
	}
}
