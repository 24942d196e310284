package parquet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

func init() { parquet.Scenes["compact"] = compactAndCrash }

// lakeToCompact makes a lake of two days with three files each.
func lakeToCompact(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lake")
	for run := range 3 {
		logs := t.TempDir()
		var records []string
		for i := range 10 {
			records = append(records, fmt.Sprintf(`{"eventTime":"2026-07-1%dT11:42:%02dZ","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-0000000000%d%d","recipientAccountId":"111111111111"}`, i%2, run, run, i))
		}
		if err := os.WriteFile(filepath.Join(logs, "a.json"), []byte(`{"Records":[`+strings.Join(records, ",")+`]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pipeline.Ingest(t.Context(), lake, []pipeline.Source{pipeline.Files{Path: logs}}, pipeline.Options{}); err != nil {
			t.Fatal(err)
		}
		if err := lake.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func compactLake(dir string) (*pipeline.Compaction, error) {
	lake, err := parquet.WriteLake(dir)
	if err != nil {
		return nil, err
	}
	c, err := pipeline.Compact(context.Background(), lake, pipeline.CompactOptions{})
	return c, errors.Join(err, lake.Close())
}

// crashAtStep lets this process die without any clean-up at step LAKE_TEST_STEP.
func crashAtStep() {
	at, err := strconv.Atoi(os.Getenv("LAKE_TEST_STEP"))
	if err != nil {
		panic(err)
	}
	var n atomic.Int64 // several writers may come to steps at once
	parquet.SetFailpoint(func(string, string) error {
		if n.Add(1) > int64(at) {
			os.Exit(77)
		}
		return nil
	})
}

// diesAtStep runs a scene as a process that dies at a step.
func diesAtStep(t *testing.T, at int, scene, dir string, settings ...string) {
	t.Helper()
	if died, err := runsToStep(at, scene, dir, settings...); !died {
		t.Fatalf("the child did not crash: %v", err)
	}
}

// runsToStep runs a scene as a process that is to die at a step, and says whether it did.
func runsToStep(at int, scene, dir string, settings ...string) (died bool, err error) {
	err = parquet.Child(scene, dir, append(settings, fmt.Sprint("LAKE_TEST_STEP=", at))...).Run()
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == 77, err
}

// errFewSteps says that what was done had fewer steps than it was to have.
var errFewSteps = errors.New("it came to its end before the step that was to fail")

// failsAtStep lets one step of something fail, as a disk may. It is an error not to tell of it.
func failsAtStep[T any](at int, do func() (T, error)) (T, error) {
	failure := errors.New("the disk says no")
	var n atomic.Int64
	parquet.SetFailpoint(func(string, string) error {
		if n.Add(1) == int64(at+1) {
			return failure
		}
		return nil
	})
	defer parquet.SetFailpoint(func(string, string) error { return nil })
	done, err := do()
	if n.Load() <= int64(at) {
		return done, errFewSteps
	}
	if !errors.Is(err, failure) {
		return done, fmt.Errorf("the failure is not told: %v", err)
	}
	return done, nil
}

// compactAndCrash compacts, and dies without any clean-up at step LAKE_TEST_STEP.
func compactAndCrash(dir string) {
	crashAtStep()
	if _, err := compactLake(dir); err != nil {
		panic(err)
	}
}

// stepsOfCompaction are the steps of compacting the lake of lakeToCompact.
func stepsOfCompaction(t *testing.T, lake string) (steps []string) {
	t.Helper()
	dir := copyOfLake(t, lake)
	parquet.SetFailpoint(func(step, _ string) error { steps = append(steps, step); return nil })
	defer parquet.SetFailpoint(func(string, string) error { return nil })
	if c, err := compactLake(dir); err != nil || c.Files != (pipeline.Change{Before: 6, After: 2}) {
		t.Fatal(c, err)
	}
	for _, step := range []string{"write", "sync file", "rename", "sync folder", "commit ledger", "ledger is committed", "remove file that does not count"} {
		if !slices.Contains(steps, step) {
			t.Fatalf("no step %q in %q", step, steps)
		}
	}
	return steps
}

// TestCrashOfCompaction lets a compaction die at its steps. A reader sees all events
// once, and the next compaction ends what was begun and leaves nothing over.
func TestCrashOfCompaction(t *testing.T) {
	whole := lakeToCompact(t)
	want := eventIDs(t, whole)
	steps := stepsOfCompaction(t, whole)
	for _, at := range parquet.Tried(steps, 8) {
		t.Run(fmt.Sprint(at, " ", steps[at]), func(t *testing.T) {
			dir := copyOfLake(t, whole)
			diesAtStep(t, at, "compact", dir)
			goesOn(t, dir, want)
		})
	}
}

// TestFailureOfCompaction lets steps fail once, as a disk may. The lake is whole
// afterwards, and the next compaction ends what was begun.
func TestFailureOfCompaction(t *testing.T) {
	whole := lakeToCompact(t)
	want := eventIDs(t, whole)
	steps := stepsOfCompaction(t, whole)
	for _, at := range parquet.Tried(steps, 8) {
		t.Run(fmt.Sprint(at, " ", steps[at]), func(t *testing.T) {
			dir := copyOfLake(t, whole)
			c, err := failsAtStep(at, func() (*pipeline.Compaction, error) { return compactLake(dir) })
			if err != nil || !c.Balanced() {
				t.Fatalf("%v\n%s", err, c)
			}
			goesOn(t, dir, want)
		})
	}
}

// goesOn reads the lake, compacts it to its end, and reads it again.
func goesOn(t *testing.T, dir string, want []string) {
	t.Helper()
	if got := eventIDs(t, dir); !slices.Equal(got, want) {
		t.Fatalf("a reader sees %q, want %q", got, want)
	}
	if _, err := compactLake(dir); err != nil {
		t.Fatalf("going on: %v", err)
	}
	if got := eventIDs(t, dir); !slices.Equal(got, want) {
		t.Fatalf("a reader sees %q, want %q", got, want)
	}
	all, err := filepath.Glob(filepath.Join(dir, "events", "*", "*"))
	hidden, tempErr := filepath.Glob(filepath.Join(dir, "events", "*", ".tmp-*"))
	if err := errors.Join(err, tempErr); err != nil || len(all) != 2 || len(hidden) != 0 {
		t.Errorf("two files count, there are %q and %q, %v", all, hidden, err)
	}
}

// eventIDs are the ids of all events that a reader sees, sorted.
func eventIDs(t *testing.T, dir string) (ids []string) {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files("events")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		err := parquet.ReadText(f.Path, []string{"event_id"}, func(row [][]byte) error {
			ids = append(ids, string(row[0]))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(ids)
	return ids
}

func copyOfLake(t *testing.T, lake string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lake")
	if err := os.CopyFS(dir, os.DirFS(lake)); err != nil {
		t.Fatal(err)
	}
	return dir
}
