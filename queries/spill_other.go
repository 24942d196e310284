//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd

package queries

import (
	"io/fs"
	"os"
)

// lockSpill locks nothing where there are no such locks: a folder is used by whoever made it.
func lockSpill(*os.File) bool { return true }

// isOwn is true of no file, so that no folder is removed that somebody may use.
func isOwn(fs.FileInfo) bool { return false }
