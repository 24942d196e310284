package pipeline_test

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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
		code := m.Run()
		organisationLogs.remove()
		organisationWhole.remove()
		undamaged.remove()
		os.Exit(code)
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

// killsEnv, set in the environment, is how many kills the tests come to that kill processes
// at random moments; make integration sets it.
const killsEnv = "ROLETRAIL_KILLS"

// killsWanted is that number, or few.
func killsWanted(t *testing.T, few int) int {
	t.Helper()
	text := os.Getenv(killsEnv)
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < few {
		t.Fatalf("%s is %q, not a number from %d on", killsEnv, text, few)
	}
	return n
}

// kills counts what killed processes left, by which it can be told where they were.
type kills struct {
	all     int
	before  int   // there was no ledger yet
	between int   // a part was committed
	writing int   // hidden files were being written
	visible int   // files had their names, and were not yet committed or not yet removed
	again   int64 // rows of those, which the next run makes again
}

// look looks at a lake after a kill. partly says whether a part of the work is committed.
func (k *kills) look(t *testing.T, dir string, partly func() bool) {
	t.Helper()
	k.all++
	lake, err := parquet.OpenLake(dir)
	if err != nil || lake.Ledger() == nil { // killed before it was made
		k.before++
		return
	}
	defer lake.Close()
	orphans, err := lake.Orphans()
	if err != nil {
		t.Fatal(err)
	}
	if hidden := namesIn(t, dir, ".tmp-*"); len(hidden) > 0 {
		k.writing++
	}
	for _, path := range orphans {
		if strings.HasPrefix(path, "events/") {
			k.again += int64(len(readRows(t, filepath.Join(dir, path))))
		}
	}
	if len(orphans) > 0 {
		k.visible++
	}
	if partly() {
		k.between++
	}
}

func (k *kills) String() string {
	return fmt.Sprintf("%d killed: %d before there was a lake, %d while files were being written, %d with files that did not count (yet, or any more; %d rows of them were made again), %d with a part committed",
		k.all, k.before, k.writing, k.visible, k.again, k.between)
}

// TestKilledEpochs kills runs of many epochs at random moments until one comes
// through. Some files are delivered twice. Every kill leaves whole epochs, and the lake
// ends as one run of one epoch would have made it.
func TestKilledEpochs(t *testing.T) {
	logs := t.TempDir()
	if err := organisation.Write(logs, organisation.Options{Events: 2000, Days: 4, EventsPerFile: 15, Gzip: true}); err != nil {
		t.Fatal(err)
	}
	redelivered := deliverAgain(t, logs)
	undisturbed := filepath.Join(t.TempDir(), "lake")
	if s := ingest(t, undisturbed, pipeline.Options{}, logs); pipeline.Epochs(s) != 1 || s.Records.Duplicate < int64(redelivered) || s.Records.Written != 2000 {
		t.Fatalf("%d epochs of\n%s", pipeline.Epochs(s), s)
	}
	want := content(t, undisturbed)
	all := totals(t, undisturbed)

	start := time.Now()
	run(t, filepath.Join(t.TempDir(), "lake"), logs, 0)
	took := time.Since(start)
	rng := rand.New(rand.NewPCG(5, 5))
	var killed kills
	said := func() bool {
		return killed.between >= 3 && killed.writing >= 2 && (killed.all < 100 || killed.visible > 0 && killed.again > 0)
	}
	// Where few kills land, on a busy machine, it takes some more.
	for wanted := killsWanted(t, 8); killed.all < wanted || !said() && killed.all < wanted+60; {
		lake := filepath.Join(t.TempDir(), "lake")
		for try := 0; ; try++ {
			var limit time.Duration // none for the last try
			if try < 8 {
				limit = time.Duration(rng.Int64N(int64(took / 2)))
			}
			start := time.Now()
			if run(t, lake, logs, limit) {
				if try == 0 { // how busy the machine is has changed
					took = max(time.Since(start), time.Millisecond)
				}
				break
			}
			killed.look(t, lake, func() bool {
				now := totals(t, lake)
				if now.Written != now.Rows-coverageRows(t, lake) {
					t.Errorf("the ledger has %d records of objects and %d rows of files", now.Written, now.Rows)
				}
				return now.Ingested > 0 && now.Ingested < all.Ingested
			})
		}
		if got := content(t, lake); !slices.Equal(got, want) {
			t.Fatalf("%d events, want %d", len(got), len(want))
		}
		if err := os.RemoveAll(lake); err != nil {
			t.Fatal(err)
		}
	}
	t.Log(&killed)
	if !said() {
		t.Error("too few of them say anything")
	}
}

// deliverAgain copies every tenth log file, as CloudTrail may deliver it, and returns how
// many.
func deliverAgain(t *testing.T, logs string) (n int) {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(logs, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(paths); i += 10 {
		text, err := os.ReadFile(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Dir(paths[i]), "again_"+filepath.Base(paths[i]), text)
		n++
	}
	return n
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
