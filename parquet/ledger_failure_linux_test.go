package parquet_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"

	"roletrail/parquet"
)

// ledgerWork is what a program does to a lake, and what a reader sees of it.
type ledgerWork struct {
	lake          string // to begin with; "": there is none
	logs          string
	do            func(dir, logs string) error
	before, after []string                            // events
	unreadable    bool                                // the lake, to begin with
	done          func(t *testing.T, dir string) bool // what else is to be done, if anything
	goesOn        func(t *testing.T, dir string)      // to its end, and everything is as it should be
}

// worksOnLedgers are all kinds of them, by name.
func worksOnLedgers(t *testing.T) map[string]*ledgerWork {
	t.Helper()
	logs, ids := logsOfTwoDays(t)
	works := map[string]*ledgerWork{"ingest into a new lake": {
		logs: logs, do: ingestWork, after: ids,
		goesOn: func(t *testing.T, dir string) { ingestsToItsEnd(t, dir, logs, ids) },
	}}

	// Of three log files one could not be read, and now it can.
	more := t.TempDir()
	lake := filepath.Join(t.TempDir(), "lake")
	put := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(more, os.DirFS(logs)); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(more, "bad.json")
	put(bad, `{"Records":[`)
	if _, err := ingestLogs(lake, more); err != nil {
		t.Fatal(err)
	}
	late := "00000000-0000-4000-8000-000000000050"
	put(bad, `{"Records":[{"eventTime":"2026-07-11T12:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"`+late+`","recipientAccountId":"111111111111"}]}`)
	all := append(slices.Clone(ids), late)
	works["ingest again what was in quarantine"] = &ledgerWork{
		lake: lake, logs: more, do: ingestWork, before: ids, after: all,
		done:   func(t *testing.T, dir string) bool { return len(quarantineOf(t, dir)) == 0 },
		goesOn: func(t *testing.T, dir string) { ingestsToItsEnd(t, dir, more, all) },
	}

	older := copyOfLake(t, lake)
	if err := parquet.MakeOlder(older); err != nil {
		t.Fatal(err)
	}
	works["renew a ledger of the version before"] = &ledgerWork{
		lake: older, do: openAndClose, before: ids, after: ids, done: isRenewed,
		goesOn: func(t *testing.T, dir string) { ingestsToItsEnd(t, dir, more, all) },
	}

	loose := lakeToCompact(t)
	events := eventIDs(t, loose)
	works["compact"] = &ledgerWork{
		lake: loose, do: func(dir, _ string) error { _, err := compactLake(dir); return err }, before: events, after: events,
		done:   func(t *testing.T, dir string) bool { return filesThatCount(t, dir) == 2 },
		goesOn: func(t *testing.T, dir string) { goesOn(t, dir, events) },
	}

	for damaged, left := range damagedLakes(t) {
		works[fmt.Sprintf("mend a lake with %d events", len(left))] = &ledgerWork{
			lake: damaged, do: func(dir, _ string) error { _, err := mendLake(dir, true); return err }, after: left, unreadable: true,
			goesOn: func(t *testing.T, dir string) { mendsToItsEnd(t, dir, left) },
		}
	}
	return works
}

func ingestWork(dir, logs string) error {
	_, err := ingestLogs(dir, logs)
	return err
}

func openAndClose(dir, _ string) error {
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		return err
	}
	return lake.Close()
}

func isRenewed(t *testing.T, dir string) bool {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	return parquet.IsRenewed(lake)
}

func quarantineOf(t *testing.T, dir string) []parquet.QuarantineEntry {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	entries, err := lake.Ledger().Quarantined(-1)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// filesThatCount are how many files of events a reader reads.
func filesThatCount(t *testing.T, dir string) int {
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
	return len(files)
}

// begin is the lake to begin with.
func (w *ledgerWork) begin(t *testing.T) string {
	t.Helper()
	if w.lake == "" {
		return filepath.Join(t.TempDir(), "lake")
	}
	return copyOfLake(t, w.lake)
}

// calls are those that the work makes where none fails.
func (w *ledgerWork) calls(t *testing.T) []string {
	t.Helper()
	dir := w.begin(t)
	beginOnLedgerDisk(noLedgerFailure)
	if err := w.do(dir, w.logs); err != nil {
		t.Fatal(err)
	}
	return callsOnLedgerDisk()
}

// seen is what a reader sees after the work was interrupted: all of it or nothing. It
// reports whether it is all.
func (w *ledgerWork) seen(t *testing.T, dir string) (all bool) {
	t.Helper()
	if w.unreadable {
		return false
	}
	var seen []string
	if lake, err := parquet.OpenLake(dir); err == nil { // else there is none yet
		if err := lake.Close(); err != nil {
			t.Fatal(err)
		}
		seen = eventIDs(t, dir)
	}
	all = slices.Equal(seen, w.after)
	if !all && !slices.Equal(seen, w.before) {
		t.Fatalf("a reader sees %q, neither what was nor all", seen)
	}
	if w.done == nil {
		return all
	}
	done := w.done(t, dir)
	if done != all && !slices.Equal(w.before, w.after) {
		t.Errorf("all events count: %v, and the rest is done: %v", all, done)
	}
	return done
}

// TestEveryCallOfLedgerFails lets calls by which SQLite reads or changes a file fail, once or
// from then on, whatever the lake is being changed for: every call in make integration. The failure is told unless
// everything is committed, a reader sees all of it or nothing, and the next run comes to the
// same end.
func TestEveryCallOfLedgerFails(t *testing.T) {
	layLedgerDisk()
	t.Cleanup(func() { beginOnLedgerDisk(noLedgerFailure) })
	ioError := map[string]int32{"read": 1 << 8, "write": 3 << 8, "sync": 4 << 8, "truncate": 6 << 8, "remove": 10 << 8}
	for name, work := range worksOnLedgers(t) {
		kinds, told, all := map[string]int{}, map[string]int{}, 0
		calls := work.calls(t)
		for _, call := range calls {
			kinds[call]++
		}
		for _, at := range parquet.Tried(calls, 12) {
			call := calls[at]
			failures := map[string]ledgerFailure{"it fails once": {at: at, code: sqlite3.SQLITE_IOERR | ioError[call]}}
			if call != "read" {
				failures["the disk is full and stays so"] = ledgerFailure{at: at, code: sqlite3.SQLITE_FULL, sticks: true}
			}
			for what, failure := range failures {
				t.Run(fmt.Sprint(name, "/", at, " ", call, ": ", what), func(t *testing.T) {
					dir := work.begin(t)
					beginOnLedgerDisk(failure)
					err := work.do(dir, work.logs)
					failed := ledgerDisk.told
					beginOnLedgerDisk(noLedgerFailure)
					if failed == 0 {
						t.Fatal("no call failed")
					}
					whole := work.seen(t, dir)
					switch {
					case err != nil:
						told[call]++
					case !whole && !work.unreadable:
						t.Fatal("it is said to be done, and does not count")
					}
					if whole {
						all++
					}
					work.goesOn(t, dir)
				})
			}
		}
		t.Logf("%s: calls %v, failures that were told %v; everything counted %d times", name, kinds, told, all)
		if kinds["write"] < 10 || kinds["sync"] == 0 || kinds["read"] == 0 || told["write"] == 0 || told["sync"] == 0 || told["read"] == 0 {
			t.Errorf("%s: few calls, or few were told: %v, %v", name, kinds, told)
		}
	}
}

// ledgerCall, in the environment of a child, is the number of the call at which it dies.
const ledgerCall = "LAKE_TEST_LEDGER_CALL"

func init() {
	for name, do := range map[string]func(dir, logs string) error{
		"ingest":  ingestWork,
		"open":    openAndClose,
		"compact": func(dir, _ string) error { _, err := compactLake(dir); return err },
		"fsck":    func(dir, _ string) error { _, err := mendLake(dir, true); return err },
	} {
		parquet.Scenes[name+" on a dying disk"] = func(dir string) {
			at, err := strconv.Atoi(os.Getenv(ledgerCall))
			if err != nil {
				panic(err)
			}
			layLedgerDisk()
			beginOnLedgerDisk(ledgerFailure{at: at, dies: true})
			if err := do(dir, os.Getenv("LAKE_TEST_LOGS")); err != nil {
				panic(err)
			}
		}
	}
}

// TestCrashInLedger lets a process die at calls by which SQLite changes a file, after half of
// it where it is a write: at every call in make integration. A reader sees all of the work or nothing, and the next
// run comes to the same end.
func TestCrashInLedger(t *testing.T) {
	layLedgerDisk()
	t.Cleanup(func() { beginOnLedgerDisk(noLedgerFailure) })
	scenes := map[string]string{"ingest into a new lake": "ingest", "ingest again what was in quarantine": "ingest", "compact": "compact", "renew a ledger of the version before": "open"}
	for name, work := range worksOnLedgers(t) {
		scene := scenes[name]
		if scene == "" {
			scene = "fsck"
		}
		all, none := 0, 0
		calls := work.calls(t)
		for _, at := range parquet.Tried(calls, 8) {
			call := calls[at]
			if call == "read" {
				continue // it leaves what was there
			}
			t.Run(fmt.Sprint(name, "/", at, " ", call), func(t *testing.T) {
				dir := work.begin(t)
				err := parquet.Child(scene+" on a dying disk", dir, fmt.Sprint(ledgerCall, "=", at), "LAKE_TEST_LOGS="+work.logs).Run()
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != 77 {
					t.Fatalf("the child did not crash: %v", err)
				}
				if work.seen(t, dir) {
					all++
				} else {
					none++
				}
				work.goesOn(t, dir)
			})
		}
		t.Logf("%s: everything counted after %d crashes, nothing after %d", name, all, none)
		if !work.unreadable && (all == 0 || none == 0) {
			t.Errorf("%s: the crashes were not different enough", name)
		}
	}
}
