package parquet

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// tempPrefix begins the names of files being written.
const tempPrefix = ".tmp-"

// failpoint is called before each named step of making a file durable and may
// fail it. Tests replace it to crash or to fill the disk at that step; path is
// what the step works on.
var failpoint = func(step, path string) error { return nil }

// Steps of making a file durable, in order, as failpoint sees them.
const (
	stepMkdir      = "make folder"
	stepSyncParent = "sync parent folder"
	stepCreate     = "create temporary file"
	stepWrite      = "write"
	stepSync       = "sync file"
	stepClose      = "close file"
	stepAnnounce   = "announce replacement"
	stepRename     = "rename"
	stepSyncFolder = "sync folder"
	stepDone       = "file is durable"
)

// Written says what was committed.
type Written struct {
	Bytes  int64
	SHA256 [32]byte
}

// File is a file that appears under its name only when it is complete and
// durable. Until Commit it is a hidden temporary file in the same folder. Either
// Commit or Abort must be called; a process that dies before leaves the temporary
// file to the next writer's clean-up.
type File struct {
	path, temp string
	f          *os.File // nil after Commit or Abort
	hash       hash.Hash
	bytes      int64
	err        error // first failed write; Commit refuses
	sealed     bool
	transient  bool // it need not outlive the machine
	announce   func(Written) error
}

// createFile starts a file. announce, if any, is called when the temporary file
// is durable and before it takes its name.
func createFile(path string, announce func(Written) error) (*File, error) {
	folder := filepath.Dir(path)
	if err := mkdirAll(folder); err != nil {
		return nil, err
	}
	random := make([]byte, 12)
	rand.Read(random)
	temp := filepath.Join(folder, tempPrefix+hex.EncodeToString(random))
	if err := failpoint(stepCreate, temp); err != nil {
		return nil, diskError("creating", path, err)
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, diskError("creating", path, err)
	}
	return &File{path: path, temp: temp, f: f, hash: sha256.New(), announce: announce}, nil
}

// Write appends to the file. After an error the file can only be aborted.
func (f *File) Write(p []byte) (int, error) {
	if f.f == nil || f.sealed {
		return 0, fmt.Errorf("writing %q: %w", f.path, os.ErrClosed)
	}
	if f.err == nil {
		f.err = failpoint(stepWrite, f.temp)
	}
	if f.err != nil {
		return 0, diskError("writing", f.path, f.err)
	}
	n, err := f.f.Write(p)
	f.hash.Write(p[:n])
	f.bytes += int64(n)
	if err != nil {
		f.err = err
		return n, diskError("writing", f.path, err)
	}
	return n, nil
}

// Seal makes the file durable while it is still hidden: fsync, close. Nothing can be
// written to it any more; what Commit has left to do takes no time. Sealing twice does
// nothing.
func (f *File) Seal() error {
	if f.f == nil {
		return fmt.Errorf("writing %q: %w", f.path, os.ErrClosed)
	}
	if err := f.seal(); err != nil {
		return diskError("writing", f.path, err)
	}
	return nil
}

func (f *File) seal() error {
	if f.err != nil || f.sealed {
		return f.err
	}
	f.sealed = true
	if !f.transient {
		f.err = step(stepSync, f.temp, func(string) error { return f.f.Sync() })
	}
	if f.err == nil {
		f.err = step(stepClose, f.temp, func(string) error { return f.f.Close() })
	}
	return f.err
}

// Commit makes the file durable and visible under its name: [File.Seal], rename,
// fsync of the folder. On an error before the rename the file is aborted. On an
// error of the last fsync the file may be there or not after a power loss; the
// ledger, which is written later, decides whether it counts.
func (f *File) Commit() (Written, error) {
	if f.f == nil {
		return Written{}, fmt.Errorf("writing %q: %w", f.path, os.ErrClosed)
	}
	w := Written{Bytes: f.bytes}
	f.hash.Sum(w.SHA256[:0])
	if err := f.finish(w); err != nil {
		return Written{}, errors.Join(diskError("writing", f.path, err), f.Abort())
	}
	f.f = nil
	if f.transient {
		return w, nil
	}
	if err := step(stepSyncFolder, filepath.Dir(f.path), syncFolder); err != nil {
		return Written{}, diskError("writing", f.path, err)
	}
	return w, failpoint(stepDone, f.path)
}

func (f *File) finish(w Written) error {
	if err := f.seal(); err != nil {
		return err
	}
	if f.announce != nil {
		if err := step(stepAnnounce, f.path, func(string) error { return f.announce(w) }); err != nil {
			return err
		}
	}
	return step(stepRename, f.path, func(path string) error { return os.Rename(f.temp, path) })
}

// Abort throws the file away. After Commit or Abort it does nothing.
func (f *File) Abort() error {
	if f.f == nil {
		return nil
	}
	closing := f.f.Close()
	if errors.Is(closing, os.ErrClosed) {
		closing = nil
	}
	f.f = nil
	return errors.Join(closing, os.Remove(f.temp))
}

func step(name, path string, do func(path string) error) error {
	if err := failpoint(name, path); err != nil {
		return err
	}
	return do(path)
}

// diskError names the file and, where that can be told, what to do.
func diskError(doing, path string, err error) error {
	if what := remedy(err); what != "" {
		return fmt.Errorf("%s %q: %s: %w", doing, path, what, err)
	}
	return fmt.Errorf("%s %q: %w", doing, path, err)
}

const goesOn = "run the same command again, it goes on where it stopped"

// remedy is what an error of the file system means and what to do about it, or "".
func remedy(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return "no space left on the disk; free some and " + goesOn
	case errors.Is(err, syscall.EFBIG):
		return "no file may get that large here; raise the limit (ulimit -f) and " + goesOn
	case errors.Is(err, syscall.EROFS):
		return "the disk is mounted for reading only; mount it for writing or name another lake with --lake"
	}
	return ""
}

// isTemp reports whether name is one that createFile gives to temporary files.
func isTemp(name string) bool { return strings.HasPrefix(name, tempPrefix) }
