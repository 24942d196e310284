package parquet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// mkdirAll makes a folder and its missing parents and syncs the parent of each
// new one, so that the folder is there after a power loss.
func mkdirAll(folder string) error {
	if info, err := os.Stat(folder); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("making folder %q: it is a file", folder)
		}
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return diskError("making folder", folder, err)
	}
	parent := filepath.Dir(folder)
	if parent != folder {
		if err := mkdirAll(parent); err != nil {
			return err
		}
	}
	err := step(stepMkdir, folder, func(path string) error { return os.Mkdir(path, 0o755) })
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return diskError("making folder", folder, err)
	}
	if err := step(stepSyncParent, parent, syncFolder); err != nil {
		return diskError("making folder", folder, err)
	}
	return nil
}

// syncFolder makes renames and new names in a folder durable. Windows cannot
// open folders for that and needs it less.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
