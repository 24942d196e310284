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
	reading := must(r.ledger.db.Query("select name from objects union all select path from files"))
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
