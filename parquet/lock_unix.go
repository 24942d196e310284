//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package parquet

import (
	"errors"
	"os"
	"syscall"
)

// openLock opens the lock file itself, never what a link of its name points to.
func openLock(path string, flags int) (*os.File, error) {
	return os.OpenFile(path, flags|syscall.O_NOFOLLOW, 0o644)
}

// tryLock takes an exclusive or a shared lock that ends with the open file.
func tryLock(f *os.File, exclusive bool) (bool, error) {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	for {
		switch err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, err
		}
	}
}
