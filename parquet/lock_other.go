//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !windows

package parquet

import (
	"errors"
	"os"
	"runtime"
)

func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
}

func tryLock(*os.File) (bool, error) {
	return false, errors.New("file locks are not supported on " + runtime.GOOS)
}
