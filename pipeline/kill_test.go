package pipeline_test

import (
	"context"
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
	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// asIngest, set in the environment, makes this test binary a program that ingests
// with small epochs, so that a test can kill it. Its arguments are lake and logs.
const asIngest = "ROLETRAIL_TEST_AS_SMALL_EPOCHS"

func TestMain(m *testing.M) {
	var err error
	switch {
	case os.Getenv(asIngest) != "":
		err = ingestInSmallEpochs(os.Args[1], os.Args[2])
	case os.Getenv(asInventory) != "":
		err = takeOneInventory(os.Args[1], os.Args[2])
	case os.Getenv(asCompact) != "":
		err = compactInSmallFiles(os.Args[1])
	case os.Getenv(asTrails) != "":
		err = replaceTrailsForEver(os.Args[1])
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ingestInSmallEpochs(dir, logs string) error {
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		return err
	}
	options := pipeline.WithBounds(pipeline.Options{Workers: 2}, 200, 0, 4, 40)
	if _, err = pipeline.Ingest(context.Background(), lake, []pipeline.Source{pipeline.Files{Path: logs}}, options); err != nil {
		return err
	}
	return lake.Close()
}

// TestKilledEpochs kills runs of many epochs at random moments until one comes
// through. Every kill leaves whole epochs, and the lake ends as one run of one epoch
// would have made it.
func TestKilledEpochs(t *testing.T) {
	logs := t.TempDir()
	if err := organisation.Write(logs, organisation.Options{Events: 3000, Days: 4, EventsPerFile: 15, Gzip: true}); err != nil {
		t.Fatal(err)
	}
	undisturbed := filepath.Join(t.TempDir(), "lake")
	if s := ingest(t, undisturbed, pipeline.Options{}, logs); pipeline.Epochs(s) != 1 {
		t.Fatalf("%d epochs", pipeline.Epochs(s))
	}
	want := content(t, undisturbed)
	all := totals(t, undisturbed)

	start := time.Now()
	run(t, filepath.Join(t.TempDir(), "lake"), logs, 0)
	took := time.Since(start)
	rng := rand.New(rand.NewPCG(5, 5))
	killed, between := 0, 0
	for range 3 {
		lake := filepath.Join(t.TempDir(), "lake")
		for try := 0; ; try++ {
			var limit time.Duration // none for the last try
			if try < 5 {
				limit = took/8 + time.Duration(rng.Int64N(int64(took/2)))
			}
			if run(t, lake, logs, limit) {
				break
			}
			killed++
			if now := totals(t, lake); now.Ingested > 0 && now.Ingested < all.Ingested {
				between++
				if now.Written != now.Rows-coverageRows(t, lake) {
					t.Errorf("the ledger has %d records of objects and %d rows of files", now.Written, now.Rows)
				}
			}
		}
		if got := content(t, lake); !slices.Equal(got, want) {
			t.Fatalf("%d events, want %d", len(got), len(want))
		}
	}
	t.Logf("%d runs were killed, %d of them between two epochs", killed, between)
	if between < 3 {
		t.Errorf("only %d of %d killed runs had committed some epochs and not all", between, killed)
	}
}

// run ingests in a process of its own, kills it when the time is over, and reports
// whether it came to its end.
func run(t *testing.T, lake, logs string, limit time.Duration) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], lake, logs)
	cmd.Env = append(os.Environ(), asIngest+"=1")
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

func totals(t *testing.T, dir string) parquet.Totals {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	if lake.Ledger() == nil { // killed before it was made
		return parquet.Totals{}
	}
	totals, err := lake.Ledger().Totals()
	if err != nil {
		t.Fatal(err)
	}
	return totals
}

func coverageRows(t *testing.T, dir string) (rows int64) {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files("coverage")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		read, _, err := parquet.ReadRows(f.Path, parquet.CoverageSchema)
		if err != nil {
			t.Fatal(err)
		}
		rows += int64(len(read))
	}
	return rows
}
