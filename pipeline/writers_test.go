package pipeline_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// TestWritersBesideEachOther lets two processes ingest what overlaps, each until it comes
// through: while one writes the other is told so, in one line, and in the end every event
// is there once. How often they meet is left to the machine; beside this process they surely do.
func TestWritersBesideEachOther(t *testing.T) {
	rounds := max(5, killsWanted(t, 5)/10)
	files := corpusFiles(t, organisation.Options{Events: 1200, Days: 4, EventsPerFile: 15})
	backfill, live := t.TempDir(), t.TempDir()
	place(t, backfill, files[:len(files)*2/3], nil, false)
	place(t, live, files[len(files)/3:], nil, false)
	undisturbed := filepath.Join(t.TempDir(), "lake")
	if s := ingest(t, undisturbed, pipeline.Options{}, backfill, live); s.Records.Written != 1200 || s.Records.Duplicate < 200 {
		t.Fatalf("%s", s)
	}
	want := content(t, undisturbed)

	locked, met := 0, 0
	for range rounds {
		lake := filepath.Join(t.TempDir(), "lake")
		refused := make([]int, 2)
		var wg sync.WaitGroup
		for i, logs := range []string{backfill, live} {
			wg.Go(func() {
				for !came(t, lake, logs) {
					refused[i]++
				}
			})
		}
		wg.Wait()
		if t.Failed() {
			return
		}
		if n := refused[0] + refused[1]; n > 0 {
			locked, met = locked+n, met+1
		}
		refusedBeside(t, lake, live)
		if got := content(t, lake); !slices.Equal(got, want) {
			t.Fatalf("%d events, want %d", len(got), len(want))
		}
	}
	t.Logf("%d rounds: in %d a writer was locked out, %d times", rounds, met, locked)
}

// refusedBeside requires that no process writes to a lake while this one may.
func refusedBeside(t *testing.T, dir, logs string) {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	if came(t, dir, logs) {
		t.Error("a process wrote while another one held the lake")
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
}

// came ingests in a process of its own, and reports whether it could: it may not while
// another one writes.
func came(t *testing.T, lake, logs string) bool {
	cmd := exec.Command(os.Args[0], lake, logs)
	cmd.Env = append(os.Environ(), asIngest+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	said := stderr.String()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true
	case !errors.As(err, &exit) || exit.ExitCode() != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "is writing to it; wait until it ends or stop it\n"):
		t.Errorf("%v\n%s", err, said)
		return true
	}
	return false
}
