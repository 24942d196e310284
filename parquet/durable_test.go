package parquet

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// withFailpoint runs do while every step is reported to fn.
func withFailpoint(fn func(step, path string) error, do func()) {
	old := failpoint
	failpoint = fn
	defer func() { failpoint = old }()
	do()
}

// TestSeal: a sealed file is durable and hidden, takes nothing more, and can still be
// committed or thrown away.
func TestSeal(t *testing.T) {
	for _, commit := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "file")
		f := must(createFile(path, nil))
		must(f.Write([]byte("hello")))
		must(0, errors.Join(f.Seal(), f.Seal()))
		if _, err := f.Write([]byte("more")); !errors.Is(err, os.ErrClosed) {
			t.Errorf("written after Seal: %v", err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("the file is visible before Commit")
		}
		if !commit {
			must(0, f.Abort())
			if names := folderNames(t, filepath.Dir(path)); len(names) > 0 {
				t.Errorf("the folder holds %q", names)
			}
			continue
		}
		if w := must(f.Commit()); w.Bytes != 5 || string(must(os.ReadFile(path))) != "hello" {
			t.Errorf("committed %+v", w)
		}
	}
}

func TestCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "file")
	var steps []string
	withFailpoint(func(step, _ string) error { steps = append(steps, step); return nil }, func() {
		f := must(createFile(path, nil))
		for _, part := range []string{"hello ", "world"} {
			must(f.Write([]byte(part)))
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("the file is visible before Commit")
		}
		w := must(f.Commit())
		if w.Bytes != 11 || w.SHA256 != sha256.Sum256([]byte("hello world")) {
			t.Errorf("committed %+v", w)
		}
	})
	want := []string{stepMkdir, stepSyncParent, stepMkdir, stepSyncParent, stepCreate, stepWrite, stepWrite, stepSync, stepClose, stepRename, stepSyncFolder, stepDone}
	if !slices.Equal(steps, want) {
		t.Errorf("steps are %q, want %q", steps, want)
	}
	if got := string(must(os.ReadFile(path))); got != "hello world" {
		t.Errorf("content is %q", got)
	}
	info := must(os.Stat(path))
	if info.Mode().Perm() != 0o644 {
		t.Errorf("mode is %v", info.Mode())
	}
	if names := folderNames(t, filepath.Dir(path)); !slices.Equal(names, []string{"file"}) {
		t.Errorf("the folder holds %q", names)
	}
}

func TestAbort(t *testing.T) {
	folder := t.TempDir()
	f := must(createFile(filepath.Join(folder, "file"), nil))
	must(f.Write([]byte("x")))
	if len(folderNames(t, folder)) != 1 {
		t.Error("no temporary file while writing")
	}
	for range 2 {
		if err := f.Abort(); err != nil {
			t.Error(err)
		}
	}
	if names := folderNames(t, folder); len(names) != 0 {
		t.Errorf("the folder holds %q after Abort", names)
	}
	if _, err := f.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write after Abort: %v", err)
	}
	if _, err := f.Commit(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Commit after Abort: %v", err)
	}
}

// TestFullDisk fails every step once with a full disk: an error that says so, and
// nothing is left behind.
func TestFullDisk(t *testing.T) {
	for _, failing := range []string{stepMkdir, stepSyncParent, stepCreate, stepWrite, stepSync, stepClose, stepRename, stepSyncFolder} {
		folder := t.TempDir()
		path := filepath.Join(folder, "sub", "file")
		var err error
		withFailpoint(func(step, path string) error {
			if step == failing {
				return &os.PathError{Op: "test", Path: path, Err: syscall.ENOSPC}
			}
			return nil
		}, func() { err = writeWhole(path) })
		if err == nil || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no space left on the disk; free some") {
			t.Errorf("%s: error is %v", failing, err)
		}
		if names := folderNames(t, filepath.Join(folder, "sub")); len(names) != 0 && failing != stepSyncFolder {
			t.Errorf("%s: the folder holds %q", failing, names)
		}
	}
}

// TestDiskErrors: what the system says is not yet what its reader can do.
func TestDiskErrors(t *testing.T) {
	for code, want := range map[syscall.Errno]string{
		syscall.EDQUOT: `writing "f": no space left on the disk; free some and run the same command again`,
		syscall.EFBIG:  `writing "f": no file may get that large here; raise the limit (ulimit -f)`,
		syscall.EROFS:  `writing "f": the disk is mounted for reading only; mount it for writing or name another lake with --lake`,
		syscall.EIO:    `writing "f": write g: `,
	} {
		err := diskError("writing", "f", &os.PathError{Op: "write", Path: "g", Err: code})
		if !errors.Is(err, code) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got  %v\nwant %s…", err, want)
		}
	}
}

func writeWhole(path string) error {
	f, err := createFile(path, nil)
	if err != nil {
		return err
	}
	if _, err := f.Write([]byte("x")); err != nil {
		return errors.Join(err, f.Abort())
	}
	_, err = f.Commit()
	return err
}

// TestRefuseAfterFailedWrite: a file with a failed write never gets its name.
func TestRefuseAfterFailedWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f := must(createFile(path, nil))
	withFailpoint(func(step, _ string) error {
		if step == stepWrite {
			return syscall.EIO
		}
		return nil
	}, func() { f.Write([]byte("lost")) })
	if _, err := f.Write([]byte("more")); !errors.Is(err, syscall.EIO) {
		t.Errorf("a later write: %v", err)
	}
	if _, err := f.Commit(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Commit: %v", err)
	}
	if names := folderNames(t, filepath.Dir(path)); len(names) != 0 {
		t.Errorf("the folder holds %q", names)
	}
}

// folderNames are the names in a folder; a missing one has none.
func folderNames(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
