package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// TestRepairedLedgerLearns: what a ledger remembered that is lost, one that was made anew from the files
// of the lake learns of them, documents and habits.
func TestRepairedLedgerLearns(t *testing.T) {
	logs, dir := accessLogs{dir: t.TempDir()}, filepath.Join(t.TempDir(), "lake")
	logs.trusts(t, unordinaryDay.AddDate(0, 0, -19), "alice", "111111111111")
	logs.ordinaryDays(t)
	takeInventoryAt(t, dir, unordinaryDay.AddDate(0, 0, -30), nil)
	options := explaining(unordinaryDay.Add(-time.Hour))
	ingest(t, dir, options, logs.dir)
	ledger, err := filepath.Glob(filepath.Join(dir, "ledger.sqlite*"))
	if err != nil || len(ledger) == 0 {
		t.Fatal(ledger, err)
	}
	for _, name := range ledger {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	lake, err := parquet.SuspectLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := pipeline.Fsck(t.Context(), lake, pipeline.FsckOptions{Repair: true, At: time.Now(), Version: "test"})
	if err != nil || checked.Mended == nil || !checked.Mended.Rebuilt {
		t.Fatalf("%+v, %v", checked, err)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	news := accessLogs{dir: t.TempDir(), events: 1000}
	news.unordinaryDay(t)
	news.trusts(t, unordinaryDay.Add(time.Hour), "alice", "*")
	options.Unusual = watchesRescue()
	ingest(t, dir, options, news.dir)
	if found := foundIn(t, openToWrite(t, dir)); len(found) == 0 {
		t.Fatal("nothing is found")
	} else if slices.Sort(found); !slices.Equal(found, unordinary) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(unordinary, "\n"))
	}
	var changes []string
	for _, c := range toldOf(t, dir) {
		if c.Change != "" {
			changes = append(changes, c.Severity+" "+c.Summary)
		}
	}
	if want := "critical UpdateAssumeRolePolicy: lets in anybody; no longer lets in account 111111111111"; len(changes) != 1 || changes[0] != want {
		t.Errorf("told %q, want %q", changes, want)
	}
}
