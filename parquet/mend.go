package parquet

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
)

// asideName is the folder of a lake into which doubtful files are moved.
const asideName = "aside"

// Steps of mending a lake, as failpoint sees them.
const (
	stepAside       = "move aside"
	stepBuildLedger = "build ledger"
	stepPlaceLedger = "put ledger in place"
)

// Mended is what mending did.
type Mended struct {
	Rebuilt   bool     `json:"ledger_rebuilt"` // from the files
	Named     int      `json:"files_named"`    // that the ledger had not, or had wrongly
	Aside     []string `json:"moved_aside"`    // paths in the lake, as they were
	Folder    string   `json:"aside_folder"`   // where those are now, in the lake; "" if there are none
	Forgotten bool     `json:"logs_forgotten"` // log files count as not read, since events of them may be gone
	// LostSnapshots: inventories, trails or the catalogue lack what they had.
	LostSnapshots bool `json:"snapshots_lost"`
}

// Mend makes the ledger say what is so: whole files count, doubtful ones are moved into
// a folder of the lake and do not. Nothing of which the ledger knows, and nothing that
// can be read, is removed. A run that is killed in between leaves a lake that can be
// examined and mended again. at names the folder.
func (s *Suspect) Mend(e *Examination, version string, at time.Time) (m *Mended, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("mending lake %q: %w; run the same command again, it goes on where it stopped", s.dir, err)
		}
	}()
	m = &Mended{Rebuilt: !e.book.usable, Forgotten: e.lost || !e.book.usable, LostSnapshots: e.lostSnapshots}
	folder := path.Join(asideName, at.UTC().Format("20060102T150405.000000000Z"))
	for _, name := range e.temps {
		if err := step(stepDiscard, s.abs(name), os.Remove); err != nil {
			return nil, err
		}
	}
	aside := e.aside
	if !e.book.usable {
		for _, suffix := range []string{"-wal", "-shm", "-journal", ""} { // a log must never meet another ledger
			if exists(s.dir, ledgerName+suffix) {
				aside = append(aside, ledgerName+suffix)
			}
		}
	}
	for _, name := range aside {
		if err := s.moveAside(folder, name); err != nil {
			return nil, err
		}
		m.Aside, m.Folder = append(m.Aside, name), folder
	}
	if !e.book.usable {
		if err := s.buildLedger(e, version); err != nil {
			return nil, err
		}
		m.Named = len(e.counting)
	}
	ledger, err := openLedger(s.dir, true)
	if err != nil {
		return nil, err
	}
	s.lake = &Lake{dir: s.dir, ledger: ledger, lock: s.lock}
	if e.book.usable && len(e.Findings) > 0 {
		m.Named, err = ledger.correct(e, version)
	}
	return m, err
}

// Lake is the lake, open for writing, once it is mended. It is closed by Close.
func (s *Suspect) Lake() *Lake { return s.lake }

// moveAside moves a file, a link or a folder of the lake.
func (s *Suspect) moveAside(folder, name string) error {
	to := s.abs(path.Join(folder, name))
	if err := mkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	err := step(stepAside, s.abs(name), func(from string) error { return os.Rename(from, to) })
	if err != nil {
		return fmt.Errorf("moving %q aside: %w", s.abs(name), err)
	}
	return errors.Join(step(stepSyncFolder, filepath.Dir(to), syncFolder), step(stepSyncFolder, filepath.Dir(s.abs(name)), syncFolder))
}

// buildLedger makes a ledger of the files that count and puts it in the place of the one
// that was. It knows no object: those that are ingested again are read again, and their
// events are known.
func (s *Suspect) buildLedger(e *Examination, version string) error {
	temp, err := filepath.Abs(s.abs(tempPrefix + ledgerName))
	if err != nil {
		return err
	}
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := os.Remove(temp + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := failpoint(stepBuildLedger, temp); err != nil {
		return err
	}
	l, _, err := connect(temp, ledgerDSN(temp, true, false))
	if err != nil {
		return err
	}
	err = l.create()
	if err == nil {
		_, err = l.correct(e, version)
	}
	if err := errors.Join(err, l.close()); err != nil { // which empties the log and removes it
		return err
	}
	err = step(stepPlaceLedger, s.abs(ledgerName), func(to string) error { return os.Rename(temp, to) })
	if err != nil {
		return err
	}
	return step(stepSyncFolder, s.dir, syncFolder)
}

// correct lets exactly the files count that an examination found to, in one transaction
// with the run that does it: it never looks like one that did not come to its end.
func (l *Ledger) correct(e *Examination, version string) (named int, err error) {
	var batch Batch
	for path, f := range e.counting {
		if was := e.book.files[path]; was.Rows != f.entry.Rows || was.Bytes != f.entry.Bytes || was.SHA256 != f.entry.SHA256 {
			batch.Files = append(batch.Files, f.entry)
		}
	}
	for path := range e.book.files {
		if e.counting[path] == nil {
			batch.Removed = append(batch.Removed, path)
		}
	}
	if err := failpoint(stepCommit, l.path); err != nil {
		return 0, ledgerError(l.path, err)
	}
	err = l.transaction(func(tx *sql.Tx) error {
		result, err := tx.Exec(statement("begin"), now(), version)
		if err != nil {
			return err
		}
		run, err := result.LastInsertId()
		if err != nil {
			return err
		}
		// A replacement that was announced is settled by this; of a file that is removed
		// its announcement must go first.
		if err := each(tx, "drop_replacing", batch.Removed, func(path string) []any { return []any{path} }); err != nil {
			return err
		}
		if err := batch.putFiles(tx, run); err != nil {
			return err
		}
		if e.lost {
			if _, err := tx.Exec(statement("forget_objects")); err != nil {
				return err
			}
		}
		_, err = tx.Exec(statement("finish"), run, now())
		return err
	})
	if err != nil {
		return 0, err
	}
	return len(batch.Files), failpoint(stepCommitted, l.path)
}
