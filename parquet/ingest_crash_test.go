package parquet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

func init() { parquet.Scenes["ingest"] = ingestAndCrash }

// logsOfTwoDays are two log files with an event of theirs and one that both have, of each of
// two days.
func logsOfTwoDays(t *testing.T) (logs string, ids []string) {
	t.Helper()
	logs = t.TempDir()
	for file := range 2 {
		records := ""
		for i, id := range []int{10 + file, 20 + file, 30, 40} {
			record := fmt.Sprintf(`{"eventTime":"2026-07-1%dT11:42:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-0000000000%d","recipientAccountId":"111111111111"}`, i%2, id)
			if i > 0 {
				records += ","
			}
			records += record
			ids = append(ids, fmt.Sprintf("00000000-0000-4000-8000-0000000000%d", id))
		}
		if err := os.WriteFile(filepath.Join(logs, fmt.Sprint(file, ".json")), []byte(`{"Records":[`+records+`]}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(ids)
	return logs, slices.Compact(ids)
}

func ingestLogs(dir, logs string) (*pipeline.Summary, error) {
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		return nil, err
	}
	s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{pipeline.Files{Path: logs}}, pipeline.Options{Workers: 1})
	return s, errors.Join(err, lake.Close())
}

// ingestAndCrash ingests LAKE_TEST_LOGS, and dies without any clean-up at step LAKE_TEST_STEP.
func ingestAndCrash(dir string) {
	crashAtStep()
	if _, err := ingestLogs(dir, os.Getenv("LAKE_TEST_LOGS")); err != nil {
		panic(err)
	}
}

// stepsOfIngest are the steps of making a lake of logs: their number depends on which of two writers
// makes a folder, so that these are the fewest of some runs.
func stepsOfIngest(t *testing.T, logs string) (steps []string) {
	t.Helper()
	defer parquet.SetFailpoint(func(string, string) error { return nil })
	for range 5 {
		var mu sync.Mutex
		var seen []string
		parquet.SetFailpoint(func(step, _ string) error {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, step)
			return nil
		})
		if s, err := ingestLogs(filepath.Join(t.TempDir(), "lake"), logs); err != nil || s.Records.Written != 6 || s.Records.Duplicate != 2 {
			t.Fatal(s, err)
		}
		if steps == nil || len(seen) < len(steps) {
			steps = seen
		}
	}
	for _, step := range []string{"make folder", "sync parent folder", "create temporary file", "write", "sync file", "close file", "rename", "sync folder",
		"file is durable", "commit ledger", "ledger is committed"} {
		if !slices.Contains(steps, step) {
			t.Fatalf("no step %q in %q", step, steps)
		}
	}
	return steps
}

// TestCrashOfIngest lets ingest die before its steps, and so after them. A reader
// sees all events or none, and the next run brings each of them in once.
func TestCrashOfIngest(t *testing.T) {
	logs, want := logsOfTwoDays(t)
	all, none, again := 0, 0, 0
	steps := stepsOfIngest(t, logs)
	for _, at := range parquet.Tried(steps, 3) {
		t.Run(fmt.Sprint(at, " ", steps[at]), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "lake")
			if died, err := runsToStep(at, "ingest", dir, "LAKE_TEST_LOGS="+logs); !died {
				if err != nil {
					t.Fatal(err)
				}
				dir = filepath.Join(t.TempDir(), "lake") // it came to its end in fewer steps than those runs
				diesAtStep(t, at, "ingest", dir, "LAKE_TEST_LOGS="+logs)
			}
			var seen []string
			if lake, err := parquet.OpenLake(dir); err == nil { // else there is none yet
				if err := lake.Close(); err != nil {
					t.Fatal(err)
				}
				seen = eventIDs(t, dir)
			}
			switch {
			case slices.Equal(seen, want):
				all++
			case len(seen) == 0:
				none++
			default:
				t.Fatalf("a reader sees %q, want %q or none", seen, want)
			}
			s := ingestsToItsEnd(t, dir, logs, want)
			if s.Objects.Already == 0 {
				again++
			} else if len(seen) == 0 {
				t.Errorf("logs of which no event counts are known:\n%s", s)
			}
		})
	}
	if all == 0 || none == 0 || again != none {
		t.Errorf("%d times all events counted, %d times none; %d times they were read again", all, none, again)
	}
}

// TestFailureOfIngest lets steps fail once, as a disk may. The failure is told, a
// reader sees all events or none, and the next run brings each in once.
func TestFailureOfIngest(t *testing.T) {
	logs, want := logsOfTwoDays(t)
	steps := stepsOfIngest(t, logs)
	for _, at := range parquet.Tried(steps, 3) {
		t.Run(fmt.Sprint(at, " ", steps[at]), func(t *testing.T) {
			var dir string
			fail := func() (*pipeline.Summary, error) {
				dir = filepath.Join(t.TempDir(), "lake")
				return failsAtStep(at, func() (*pipeline.Summary, error) { return ingestLogs(dir, logs) })
			}
			s, err := fail()
			if errors.Is(err, errFewSteps) { // in fewer steps than those runs
				s, err = fail()
			}
			if err != nil {
				t.Fatal(err)
			}
			if s != nil && !s.Balanced() {
				t.Errorf("the balance does not hold:\n%s", s)
			}
			ingestsToItsEnd(t, dir, logs, want)
		})
	}
}

func ingestsToItsEnd(t *testing.T, dir, logs string, want []string) *pipeline.Summary {
	t.Helper()
	s, err := ingestLogs(dir, logs)
	if err != nil {
		t.Fatalf("going on: %v", err)
	}
	if got := eventIDs(t, dir); !slices.Equal(got, want) {
		t.Fatalf("a reader sees %q, want %q", got, want)
	}
	if c, err := mendLake(dir, false); err != nil || c.Findings > 0 {
		t.Errorf("fsck finds %+v, %v", c, err)
	}
	return s
}
