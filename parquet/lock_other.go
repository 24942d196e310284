//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !windows

package parquet

import (
	"errors"
	"os"
	"runtime"
)

func openLock(path string, flags int) (*os.File, error) { return os.OpenFile(path, flags, 0o644) }

func tryLock(*os.File, bool) (bool, error) {
	return false, errors.New("file locks are not supported on " + runtime.GOOS)
}
