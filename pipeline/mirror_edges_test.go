package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/parquet"
)

// TestMirrorCountsWhatIsHere: the limit is of all that may be here, and not of what is fetched at a time.
func TestMirrorCountsWhatIsHere(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1, 2)
	m.ingest()
	m.limit = 0
	for _, content := range m.server.Objects("lake", "a/") {
		m.limit += int64(len(content))
	}
	m.want("as much as there may be", 2, 1)
	m.put("b.json", 10, 3)
	m.ingest()
	if err := m.mirror(); err == nil || !strings.Contains(err.Error(), "allow more with --cache-size") {
		t.Errorf("more than there may be: %v", err)
	}
	m.limit *= 3
	m.want("when more may be", 3, 1)
}

// TestMirrorThatDidNotComeToItsEnd, though it had fetched all, is brought to it.
func TestMirrorThatDidNotComeToItsEnd(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1)
	m.ingest()
	m.want("at first", 1, 1)
	lake, err := parquet.CreateLake(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lake.Ledger().Begin("test"); err != nil {
		t.Fatal(err)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	m.want("again", 1, 0)
	lake, err = parquet.OpenLake(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	interrupted, err := lake.Ledger().Interrupted()
	if err := errors.Join(err, lake.Close()); err != nil || interrupted {
		t.Errorf("it is interrupted still: %v, %v", interrupted, err)
	}
}

// TestMirrorOfADamagedCache is made anew, but not while somebody holds it.
func TestMirrorOfADamagedCache(t *testing.T) {
	m := newMirrored(t)
	m.put("a.json", 10, 1, 2)
	m.ingest()
	m.want("at first", 2, 1)
	holder, err := parquet.CreateLake(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	ledger := filepath.Join(m.dir, "ledger.sqlite")
	if err := os.WriteFile(ledger, []byte("this is no ledger"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.mirror(); !errors.Is(err, parquet.ErrLocked) {
		t.Errorf("while it is held: %v", err)
	}
	if _, err := os.Stat(ledger); err != nil {
		t.Errorf("while it is held it was taken away: %v", err)
	}
	_ = holder.Close() // it finds its ledger damaged
	m.want("when it is free", 2, 1)
}
