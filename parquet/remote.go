package parquet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Destination is where data files are made: a [Lake], or a [Remote] one.
type Destination interface {
	// Create starts a data file under a path relative to the lake, see [Lake.Create].
	Create(path string, run int64) (*File, error)
	// Scratch makes a file for what does not fit into memory.
	Scratch() (*Scratch, error)
}

// Store is where a lake lies that is no folder, as a bucket.
type Store interface {
	// Put stores content under a name relative to the lake, whole or not at all, unless
	// there is one of this name already, which stays as it is and is no error.
	Put(ctx context.Context, name string, content io.ReadSeeker, size int64) error
	// String names the place, for messages.
	String() string
}

// Remote is a lake on a [Store]. It has no ledger: what is written in it has a name that
// follows from what it was made of, and is never replaced, so that whoever makes the same
// again changes nothing, and nobody must lock anybody out. Files are made in a folder of
// their own on this machine, and stored all at once by [Remote.Store]. It serves one
// writer at a time.
type Remote struct {
	store   Store
	scratch string
}

// CreateRemote opens a lake on a store for writing.
func CreateRemote(store Store) (*Remote, error) {
	scratch, err := os.MkdirTemp("", "roletrail-lake-")
	if err != nil {
		return nil, fmt.Errorf("opening lake %q: making a folder for files on their way: %w", store, err)
	}
	return &Remote{store: store, scratch: scratch}, nil
}

// String names the lake.
func (r *Remote) String() string { return r.store.String() }

// Create implements [Destination]. The file counts when it was stored.
func (r *Remote) Create(path string, _ int64) (*File, error) {
	t, _, err := place(path)
	if err == nil && t.replaceable {
		err = fmt.Errorf("%q is no path of a file that is never replaced", path)
	}
	abs := r.abs(path)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(abs), 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("creating file for lake %q: %w", r, err)
	}
	file, err := createFile(abs, nil)
	if err == nil {
		file.transient = true
	}
	return file, err
}

// Path is where a file that was committed lies on this machine, until it is stored.
func (r *Remote) Path(path string) string { return r.abs(path) }

func (r *Remote) abs(path string) string { return filepath.Join(r.scratch, filepath.FromSlash(path)) }

// Store stores files that were committed: those of paths side by side and then, when they
// are there, the receipt, by which they count. It takes them off this machine.
func (r *Remote) Store(ctx context.Context, paths []string, receipt string) error {
	errs := make([]error, len(paths))
	var storing sync.WaitGroup
	for i, path := range paths {
		storing.Go(func() { errs[i] = r.put(ctx, path) })
	}
	storing.Wait()
	err := errors.Join(errs...)
	if err == nil {
		err = r.put(ctx, receipt)
	}
	return errors.Join(err, r.Clear())
}

func (r *Remote) put(ctx context.Context, path string) error {
	file, err := os.Open(r.abs(path))
	if err != nil {
		return fmt.Errorf("storing %q in lake %q: %w", path, r, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil {
		err = r.store.Put(ctx, path, file, info.Size())
	}
	if err != nil {
		return fmt.Errorf("storing %q in lake %q: %w", path, r, err)
	}
	return nil
}

// Clear throws away what was made and not stored.
func (r *Remote) Clear() error {
	entries, err := os.ReadDir(r.scratch)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(r.scratch, e.Name())))
	}
	if err != nil {
		return fmt.Errorf("removing files on their way to lake %q: %w", r, err)
	}
	return nil
}

// Close removes the folder for files on their way.
func (r *Remote) Close() error {
	if err := os.RemoveAll(r.scratch); err != nil {
		return fmt.Errorf("removing files on their way to lake %q: %w", r, err)
	}
	return nil
}
