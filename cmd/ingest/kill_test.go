package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/testdata/cloudtrail/organisation"
)

// TestKilledRunsLoseNothing kills the program at random moments until a run comes
// through. The lake must then hold what one undisturbed run makes.
func TestKilledRunsLoseNothing(t *testing.T) {
	logs := t.TempDir()
	if err := organisation.Write(logs, organisation.Options{Events: 3000, Days: 4, EventsPerFile: 15, Gzip: true}); err != nil {
		t.Fatal(err)
	}
	undisturbed := filepath.Join(t.TempDir(), "lake")
	start := time.Now()
	if out, err := ingestCommand(undisturbed, logs).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(start)
	want := eventsOf(t, undisturbed)

	rng := rand.New(rand.NewPCG(3, 3))
	killed := 0
	for lakes := 0; lakes < 4 || killed < 5 && lakes < 40; lakes++ {
		lake := filepath.Join(t.TempDir(), "lake")
		for try := 0; ; try++ {
			var limit time.Duration // none for the last try
			if try < 8 {
				limit = time.Duration(rng.Int64N(int64(took)))
			}
			start := time.Now()
			if finished(t, ingestCommand(lake, logs), limit) {
				took = max(time.Since(start), time.Millisecond) // how busy the machine is may have changed
				break
			}
			killed++
		}
		if got := eventsOf(t, lake); !slices.Equal(got, want) {
			t.Fatalf("%d events, want %d", len(got), len(want))
		}
	}
	t.Logf("%d runs were killed", killed)
	if killed < 5 {
		t.Errorf("only %d runs were killed", killed)
	}
}

func ingestCommand(lake, logs string) *exec.Cmd {
	return asProgramCommand("logs", "--lake", lake, logs)
}

// asProgramCommand is the program with arguments, as a process of its own.
func asProgramCommand(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	return cmd
}

// finished runs a command, kills it when the time is over, and reports whether it
// came to its end.
func finished(t *testing.T, cmd *exec.Cmd, limit time.Duration) bool {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if limit > 0 {
		timer := time.AfterFunc(limit, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("the run failed instead of being killed: %v\n%s", err, stderr.String())
	}
	return err == nil
}

// eventsOf is every event of a lake without where it came from, sorted.
func eventsOf(t *testing.T, dir string) []string {
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
	var events []string
	for _, f := range files {
		err := parquet.EachRow(f.Path, parquet.EventsSchema, func(row []any) error {
			row[parquet.ColSourceObject], row[parquet.ColRecordIndex] = nil, nil
			events = append(events, fmt.Sprint(row...))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(events)
	return events
}
