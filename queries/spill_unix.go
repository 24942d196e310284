//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package queries

import (
	"io/fs"
	"os"
	"syscall"
)

// lockSpill takes the lock of a file, if nobody has it.
func lockSpill(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// isOwn reports whether a file is this user's.
func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
