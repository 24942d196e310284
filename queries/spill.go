package queries

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	// spillPrefix begins the names of the folders for spilled results, in the system's folder
	// for temporary files.
	spillPrefix = "roletrail-duckdb-"
	// spillLock is the file in such a folder that is locked as long as somebody uses it: the
	// kernel takes the lock off whatever ends the process, so that no number of a process need
	// be believed.
	spillLock = "lock"
	// spillTries is how often a folder is made anew because another process took it for a
	// left one, just when it was made.
	spillTries = 5
)

// spill is a folder for spilled results that is this process's own.
type spill struct {
	dir  string
	lock *os.File
}

// newSpill makes one, and removes those of processes that ended without removing theirs.
func newSpill() (*spill, error) {
	parent := os.TempDir()
	removeLeftSpills(parent)
	for range spillTries {
		dir, err := os.MkdirTemp(parent, spillPrefix)
		if err != nil {
			return nil, fmt.Errorf("making a folder for spilled results: %w", err)
		}
		lock, err := os.OpenFile(filepath.Join(dir, spillLock), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("locking the folder for spilled results: %w", err), os.RemoveAll(dir))
		}
		if lockSpill(lock) && isStill(lock) {
			return &spill{dir, lock}, nil
		}
		lock.Close()
	}
	return nil, fmt.Errorf("making a folder for spilled results: other processes remove it from %q", parent)
}

// isStill reports whether the file is still the one of its name.
func isStill(f *os.File) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(f.Name())
	return err == nil && os.SameFile(here, there)
}

// remove removes the folder; a nil one is none.
func (s *spill) remove() error {
	if s == nil {
		return nil
	}
	return errors.Join(os.RemoveAll(s.dir), s.lock.Close())
}

// removeLeftSpills removes the folders of this user that nobody has locked. Where that fails
// they stay: the next run tries again, and nothing of a report depends on it.
func removeLeftSpills(parent string) {
	root, err := os.OpenRoot(parent) // out of which no link leads
	if err != nil {
		return
	}
	defer root.Close()
	entries, err := os.ReadDir(parent)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), spillPrefix) {
			removeIfLeft(root, entry.Name())
		}
	}
}

// removeIfLeft removes a folder if it is this user's, and its lock can be had. One without a
// lock file may just be made by somebody.
func removeIfLeft(root *os.Root, name string) {
	lockName := filepath.Join(name, spillLock)
	folder, err := root.Lstat(name)
	if err != nil || !folder.IsDir() || !isOwn(folder) {
		return
	}
	file, err := root.Lstat(lockName)
	if err != nil || !file.Mode().IsRegular() { // to open a pipe would wait for its writer
		return
	}
	lock, err := root.OpenFile(lockName, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer lock.Close()
	if opened, err := lock.Stat(); err == nil && os.SameFile(file, opened) && lockSpill(lock) {
		_ = root.RemoveAll(name)
	}
}
