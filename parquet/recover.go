package parquet

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/parquet/file"
)

// restoreAll is the next step where a part of the lake does not fit the others.
const restoreAll = "ingest fsck --repair mends that, or restore the whole lake from one backup"

// recover undoes what an interrupted writer left. It must run under the lock.
func (l *Lake) recover() error {
	if err := l.removeTemps(); err != nil {
		return err
	}
	if err := l.settle(); err != nil {
		return err
	}
	orphans, err := l.Orphans()
	if err != nil {
		return err
	}
	if len(orphans) == 0 {
		return nil
	}
	if interrupted, err := l.ledger.interrupted(); err != nil {
		return err
	} else if !interrupted {
		return olderLedger(len(orphans), orphans[0])
	}
	for _, path := range orphans {
		if err := os.Remove(l.abs(path)); err != nil {
			return fmt.Errorf("removing a file of an interrupted run: %w", err)
		}
	}
	return nil
}

// olderLedger says that files which the ledger does not name are not left over: it
// is older than they are.
func olderLedger(files int, one string) error {
	return fmt.Errorf("%d data files are not in the ledger, %q among them, although its last run came to its end: "+
		"the ledger is older than the lake, or they were put there; %s", files, one, restoreAll)
}

func (l *Lake) abs(path string) string { return filepath.Join(l.dir, filepath.FromSlash(path)) }

// Orphans are the data files, as paths relative to the lake, that the ledger does
// not name. A run that was interrupted between the rename of a file and its
// commit leaves them, or between the commit and taking off the disk what it removed.
func (l *Lake) Orphans() (paths []string, err error) {
	named, err := l.ledger.files()
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		files, err := t.list(l.dir)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if _, ok := named[t.name][f.path]; !ok {
				paths = append(paths, f.path)
			}
		}
	}
	return paths, nil
}

// removeTemps removes the temporary files of interrupted writers. Links are
// neither followed nor removed.
func (l *Lake) removeTemps() error {
	for _, t := range tables {
		err := filepath.WalkDir(l.abs(t.folder), func(path string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return err
			case isTemp(d.Name()) && d.Type().IsRegular():
				return os.Remove(path)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("removing files of an interrupted run: %w", err)
		}
	}
	return nil
}

// settle decides about files that were announced as replacements when the writer
// was interrupted: whichever of both lies there counts.
func (l *Lake) settle() error {
	announced, err := l.ledger.announced()
	if err != nil {
		return err
	}
	for _, a := range announced {
		if _, _, err := place(a.path); err != nil {
			return damagedLedger(l.ledger.path, err)
		}
		took, err := l.replaced(a)
		if err != nil {
			return fmt.Errorf("checking a replaced file: %w", err)
		}
		if err := l.ledger.settle(a.path, took); err != nil {
			return err
		}
	}
	return nil
}

// replaced is the announced file if it lies in its place, else nil.
func (l *Lake) replaced(a announcement) (*FileEntry, error) {
	entry, err := sumFile(l.abs(a.path))
	if errors.Is(err, fs.ErrNotExist) || err == nil && entry.SHA256 != a.sha256 {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	err = readFile(l.abs(a.path), func(r *file.Reader) error {
		entry.Rows = r.NumRows()
		return nil
	})
	return &entry, err
}

// sumFile is size and checksum of a file.
func sumFile(path string) (entry FileEntry, err error) {
	f, err := os.Open(path)
	if err != nil {
		return entry, err
	}
	defer f.Close()
	h := sha256.New()
	if entry.Bytes, err = io.Copy(h, f); err != nil {
		return entry, err
	}
	h.Sum(entry.SHA256[:0])
	return entry, nil
}
