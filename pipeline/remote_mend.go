package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"roletrail/parquet"
)

// remoteMending is what there is to mend of a lake on a store.
type remoteMending struct {
	remove    []string        // objects for which nobody waits
	aside     []remoteFile    // objects that are moved aside
	logFiles  []*remoteObject // of which all objects are, so that they count as not read
	forget    []string        // rollups, which the next compaction makes anew
	snapshots []string        // files of snapshots, which count no more with all of their files
	twice     map[string]bool // days that are put together anew
}

// asideFolder is where objects of a lake on a store are moved that cannot be relied on.
const asideFolder = "aside/"

// repair mends what was found.
func (f *remoteFsck) repair(ctx context.Context) error {
	m := &parquet.Mended{Aside: []string{}, Forgotten: len(f.mend.logFiles) > 0, LostSnapshots: len(f.mend.snapshots) > 0}
	if err := f.store.Delete(ctx, f.mend.remove); err != nil {
		return err
	}
	aside := slices.Clone(f.mend.aside)
	for _, of := range f.mend.logFiles { // the coverage first: without it nothing of a log file counts
		aside = append(append(aside, of.coverage), of.events...)
	}
	for _, file := range aside {
		if err := f.moveAside(ctx, m, file); err != nil {
			return err
		}
	}
	if err := f.forget(ctx); err != nil {
		return err
	}
	f.checked.Mended = m
	if len(f.mend.twice) == 0 {
		return nil
	}
	compacted, err := CompactRemote(ctx, f.store, filepath.Join(f.scratch, "lake"), RemoteCompactOptions{
		Keep: f.options.Keep, Limit: math.MaxInt64, Version: f.options.Version, Now: func() time.Time { return f.options.At }, anew: f.mend.twice,
	})
	f.checked.Duplicates = compacted.Rows.Duplicate
	return err
}

// moveAside stores an object where it does not count, and removes it where it lay.
func (f *remoteFsck) moveAside(ctx context.Context, m *parquet.Mended, file remoteFile) error {
	err := downloadTo(ctx, file, f.path())
	if errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	content, err := os.Open(f.path())
	if err != nil {
		return err
	}
	folder := asideFolder + f.options.At.UTC().Format("20060102T150405.000000000Z")
	err = errors.Join(f.store.Put(ctx, path.Join(folder, file.name), content, file.object.Size), content.Close())
	if err == nil {
		err = f.store.Delete(ctx, []string{file.name})
	}
	if err != nil {
		return fmt.Errorf("moving %q aside: %w", file.name, err)
	}
	m.Folder, m.Aside = folder, append(m.Aside, file.name)
	return nil
}

// forget lets files of commits count no longer.
func (f *remoteFsck) forget(ctx context.Context) error {
	if len(f.mend.forget)+len(f.mend.snapshots) == 0 {
		return nil
	}
	next := &remoteCommit{Format: compactFormat, At: f.options.At.UTC(), Program: f.options.Version, Added: []committedFile{}, Removed: slices.Clone(f.mend.forget)}
	for name := range f.counts.files {
		if slices.ContainsFunc(f.mend.snapshots, func(lost string) bool { return parquet.OfOneSnapshot(name, lost) }) {
			next.Removed = append(next.Removed, name)
		}
	}
	next.sort()
	text, err := next.text()
	if err != nil {
		return err
	}
	return claim(ctx, f.store, f.counts, next, text)
}
