package parquet

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestDiscard removes what was made and not committed, and nothing that the ledger
// names.
func TestDiscard(t *testing.T) {
	for _, doubtful := range []bool{false, true} {
		dir := t.TempDir()
		l, run := testLake(t, dir)
		kept, made, gone := EventsPath(testDay, [16]byte{1}), EventsPath(testDay, [16]byte{2}), EventsPath(testDay, [16]byte{3})
		actions := CataloguePath(CatalogueActionsSchema)
		commitFile(t, l, run, kept, EventsSchema, 3)
		commitFile(t, l, run, actions, CatalogueActionsSchema, 3)
		must(addFile(l, run, made, EventsSchema, 3))
		l.ledger.doubtful.Store(doubtful)
		if err := l.Discard([]string{kept, made, gone, actions}); err != nil {
			t.Fatal(err)
		}
		if !exists(dir, kept) || exists(dir, made) || !exists(dir, actions) {
			t.Errorf("committed file is there: %v, uncommitted one: %v", exists(dir, kept), exists(dir, made))
		}
		checkFiles(t, l, "events", "2026-08-01")
		log := must(os.Stat(filepath.Join(dir, ledgerName+"-wal"))).Size()
		if doubtful != (log == 0) || l.ledger.doubtful.Load() {
			t.Errorf("doubtful %v: the ledger's log has %d bytes", doubtful, log)
		}
		must(0, l.Close())
	}
}

// TestDiscardOfDoubtfulCommit: after a failed commit files stay while somebody
// reads the ledger as it was before, since its log cannot be emptied.
func TestDiscardOfDoubtfulCommit(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	defer l.Close()
	commitFile(t, l, run, EventsPath(testDay, [16]byte{1}), EventsSchema, 3)
	made := EventsPath(testDay, [16]byte{2})
	must(addFile(l, run, made, EventsSchema, 3))
	must(l.ledger.db.Exec("pragma busy_timeout = 1"))
	r := must(OpenLake(dir))
	reading := must(r.ledger.db.Query("select rest from source_objects union all select path from files"))
	if !reading.Next() {
		t.Fatal("nothing to read")
	}
	l.ledger.doubtful.Store(true)
	err := l.Discard([]string{made})
	if err == nil || !strings.HasSuffix(err.Error(), "its log is being read by another process; the next ingest removes them") || !exists(dir, made) {
		t.Errorf("error is %v, the file is there: %v", err, exists(dir, made))
	}
	must(0, errors.Join(reading.Close(), r.Close()))
	if err := l.Discard([]string{made}); err != nil || exists(dir, made) {
		t.Errorf("error is %v, the file is there: %v", err, exists(dir, made))
	}
}

// TestDiscardFails: one file that cannot be removed does not keep the others, and
// is named.
func TestDiscardFails(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	defer l.Close()
	stays, goes := EventsPath(testDay, [16]byte{1}), EventsPath(testDay, [16]byte{2})
	must(addFile(l, run, stays, EventsSchema, 3))
	must(addFile(l, run, goes, EventsSchema, 3))
	var err error
	synced := false
	withFailpoint(func(step, path string) error {
		synced = synced || step == stepSyncFolder && path == filepath.Dir(l.abs(goes))
		if step == stepDiscard && path == l.abs(stays) {
			return &os.PathError{Op: "remove", Path: path, Err: syscall.EROFS}
		}
		return nil
	}, func() { err = l.Discard([]string{stays, goes}) })
	if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), filepath.Base(stays)) {
		t.Errorf("error is %v", err)
	}
	if !exists(dir, stays) || exists(dir, goes) || !synced {
		t.Errorf("there: %v, %v, synced: %v", exists(dir, stays), exists(dir, goes), synced)
	}
}

// TestLeftOver: a file that was replaced and cannot be removed keeps nothing from
// counting. Readers do not see it, and the next writer removes it.
func TestLeftOver(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	old, taken := SnapshotPath(PoliciesSchema, testDay, "111111111111", [16]byte{1}), SnapshotPath(PoliciesSchema, testDay, "111111111111", [16]byte{2})
	commitFile(t, l, run, old, PoliciesSchema, 3)
	must(0, l.Ledger().Finish(run))
	run = must(l.Ledger().Begin("test"))
	batch := Batch{Files: []FileEntry{must(addFile(l, run, taken, PoliciesSchema, 5))}, Removed: []string{old}}
	var leftOver, err error
	withFailpoint(func(step, path string) error {
		if step == stepDiscard {
			return &os.PathError{Op: "remove", Path: path, Err: syscall.EROFS}
		}
		return nil
	}, func() { leftOver, err = l.Complete(run, batch) })
	if err != nil || !errors.Is(leftOver, syscall.EROFS) || !strings.Contains(leftOver.Error(), l.abs(old)) {
		t.Errorf("left over: %v, error: %v", leftOver, err)
	}
	must(0, l.Close())
	seen := func(who string) {
		t.Helper()
		r := must(OpenLake(dir))
		defer r.Close()
		if files, err := r.Files("iam/policies"); err != nil || len(files) != 1 || files[0].Name != taken {
			t.Errorf("%s the next writer readers see %v, %v", who, files, err)
		}
	}
	seen("before")
	if !exists(dir, old) {
		t.Error("it was removed")
	}
	l = must(CreateLake(dir))
	must(0, l.Close())
	seen("after")
	if exists(dir, old) {
		t.Error("the next writer did not remove it")
	}
}
