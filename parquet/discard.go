package parquet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stepDiscard is removing a file that does not count, as failpoint sees it.
const stepDiscard = "remove file that does not count"

// Discard takes data files off the disk, by their paths in the lake, that were made and
// then not committed, or that count no longer, so that engines which know no ledger stop reading them. Files
// that the ledger names stay, missing ones are no error. What could not be removed
// is left to the next writer, see [CreateLake].
func (l *Lake) Discard(paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	named, err := l.committed()
	if err != nil {
		return fmt.Errorf("removing files that do not count: %w; the next ingest removes them", err)
	}
	var errs []error
	folders := map[string]bool{}
	for _, path := range paths {
		if named[path] {
			continue
		}
		err := step(stepDiscard, l.abs(path), os.Remove)
		switch {
		case err == nil:
			folders[filepath.Dir(l.abs(path))] = true
		case !errors.Is(err, fs.ErrNotExist):
			errs = append(errs, fmt.Errorf("removing a file that does not count: %w; the next ingest removes it", err))
		}
	}
	for folder := range folders { // a file that came back after a power loss would not be explained by the ledger
		if err := step(stepSyncFolder, folder, syncFolder); err != nil {
			errs = append(errs, fmt.Errorf("removing files that do not count: %w; the next ingest looks for them again", err))
		}
	}
	return errors.Join(errs...)
}

// committed are the paths of all files that the ledger names, now and after a crash.
func (l *Lake) committed() (map[string]bool, error) {
	if err := l.ledger.certain(); err != nil {
		return nil, err
	}
	tables, err := l.ledger.files()
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	for _, files := range tables {
		for path := range files {
			named[path] = true
		}
	}
	return named, nil
}
