package parquet

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

func openLock(path string, flags int) (*os.File, error) { return os.OpenFile(path, flags, 0o644) }

// tryLock locks one byte far behind the pid, so that others can still read it.
func tryLock(f *os.File, exclusive bool) (bool, error) {
	flags := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if exclusive {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{Offset: 1 << 20})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
