package parquet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Lake is an open lake: for the one writer ([CreateLake]) or one of many readers
// ([OpenLake]).
type Lake struct {
	dir    string
	ledger *Ledger // nil: a reader found none
	lock   *lock   // nil: a reader
}

// CreateLake opens the lake in dir for writing and makes it if dir is missing or
// empty. It holds the lake's lock until Close; a second writer gets an error that
// names the first. What an interrupted run left (temporary files, files that the
// ledger does not name) is removed first: the objects they came from are not in
// the ledger either and will be read again.
func CreateLake(dir string) (*Lake, error) {
	l, err := createLake(dir)
	if err != nil {
		return nil, fmt.Errorf("opening lake %q: %w", dir, err)
	}
	return l, nil
}

// WriteLake opens the lake in dir for writing like [CreateLake], but makes none: a
// folder that is no lake stays as it is.
func WriteLake(dir string) (*Lake, error) {
	err := checkLake(dir)
	if err == nil && !exists(dir, ledgerName) {
		err = fmt.Errorf("it has no %s; %s", ledgerName, restoreAll)
	}
	if err != nil {
		return nil, fmt.Errorf("opening lake %q: %w", dir, err)
	}
	return CreateLake(dir)
}

func createLake(dir string) (_ *Lake, err error) {
	if err := mkdirAll(dir); err != nil {
		return nil, err
	}
	if err := checkForeign(dir); err != nil {
		return nil, err
	}
	l := &Lake{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	if l.lock, err = acquire(dir); err != nil {
		return nil, err
	}
	if l.ledger, err = openLedger(dir, true); err != nil {
		return nil, err
	}
	return l, l.recover()
}

// OpenLake opens the lake in dir for reading, also while somebody writes to it.
func OpenLake(dir string) (*Lake, error) {
	l, err := openLake(dir)
	if err != nil {
		return nil, fmt.Errorf("opening lake %q: %w", dir, err)
	}
	return l, nil
}

// checkLake fails on what is no lake.
func checkLake(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such folder; name the lake with --lake or make one with ingest logs")
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("it is a file; name the lake's folder with --lake")
	}
	if _, err := os.Lstat(filepath.Join(dir, ledgerName)); errors.Is(err, fs.ErrPermission) {
		return errors.New("the folder must not be read: see to its permissions")
	}
	if !slices.ContainsFunc([]string{ledgerName, "events", "iam"}, func(name string) bool { return exists(dir, name) }) {
		return errors.New("the folder is no lake; name one with --lake or make one with ingest logs")
	}
	return nil
}

func openLake(dir string) (_ *Lake, err error) {
	if err := checkLake(dir); err != nil {
		return nil, err
	}
	l := &Lake{dir: dir}
	if !exists(dir, ledgerName) {
		return l, nil // a copy of the data alone can be read
	}
	if l.ledger, err = openLedger(dir, false); err != nil {
		return nil, err
	}
	return l, nil
}

// Dir is the lake's folder as it was given.
func (l *Lake) Dir() string { return l.dir }

// Ledger is the lake's ledger, nil for a reader of a lake without one.
func (l *Lake) Ledger() *Ledger { return l.ledger }

// Close closes the ledger and gives the lock back. Closing twice does nothing.
func (l *Lake) Close() error {
	var errs []error
	if l.ledger != nil {
		errs = append(errs, l.ledger.close())
		l.ledger = nil
	}
	if l.lock != nil {
		errs = append(errs, l.lock.release())
		l.lock = nil
	}
	return errors.Join(errs...)
}

// Create starts a data file. path is one of [EventsPath], [CoveragePath],
// [SnapshotPath], [CataloguePath]; any other is an error. A file of the ledger may
// be replaced only in the catalogue; readers then see either the old or the new one, under the run's id.
// The file counts when a [Batch] with its entry is committed.
func (l *Lake) Create(path string, run int64) (*File, error) {
	t, _, err := place(path)
	if err != nil {
		return nil, fmt.Errorf("creating file in lake %q: %w", l.dir, err)
	}
	if l.lock == nil {
		return nil, fmt.Errorf("creating file in lake %q: it is open for reading only", l.dir)
	}
	announce := func(w Written) error { return l.announce(t, path, run, w) }
	return createFile(filepath.Join(l.dir, filepath.FromSlash(path)), announce)
}

// announce tells the ledger of a file that is about to replace another.
func (l *Lake) announce(t table, path string, run int64, w Written) error {
	if !exists(l.dir, path) {
		return nil
	}
	if !t.replaceable {
		return fmt.Errorf("a file %s exists already", path)
	}
	return l.ledger.announce(path, run, w)
}

func exists(dir, rel string) bool {
	_, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(rel)))
	return err == nil
}

// checkForeign refuses a folder that holds something else than a lake.
func checkForeign(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	// Looked for in the same list: another process may be making the lake at this moment.
	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == ledgerName }) {
		return nil
	}
	ours := []string{lockName, ledgerName + "-wal", ledgerName + "-shm", ledgerName + "-journal", "events", "uses", "session_days", "coverage", "quarantine", "log_files", "iam", "trails", "catalogue", asideName}
	for _, e := range entries {
		isNewLedger := strings.HasPrefix(e.Name(), tempPrefix+ledgerName) // or SQLite's files beside it
		if !isNewLedger && !slices.Contains(ours, e.Name()) {
			return errors.New("the folder holds other files; name an empty or a new folder")
		}
	}
	return nil
}

// requireNoData refuses a lake that has data but no or an empty ledger: a new
// ledger would make all of it orphans.
func requireNoData(dir string) error {
	for _, t := range tables {
		files, err := t.list(dir)
		if err != nil {
			return err
		}
		if len(files) > 0 {
			return fmt.Errorf("%s is missing or empty although %s exists; %s", ledgerName, files[0].path, restoreAll)
		}
	}
	return nil
}
