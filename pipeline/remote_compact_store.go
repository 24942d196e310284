package pipeline

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"roletrail/parquet"
)

// replace stores what a batch was made into, and lets it count in the place of what it was made of.
func (c *remoteCompaction) replace(ctx context.Context, m *mirror, made []mirrored) error {
	next, err := c.days(m)
	if err != nil {
		return err
	}
	began := c.options.Now()
	err = sideBySide(len(next.Added), func(i int) error { return storeFile(ctx, c.store, c.dir, &next.Added[i]) })
	if err == nil {
		err = c.storeTables(ctx, m, made, next)
	}
	if err != nil {
		return err
	}
	return c.commit(ctx, next, began)
}

// days is the commit of what the days are in the folder now.
func (c *remoteCompaction) days(m *mirror) (next *remoteCommit, err error) {
	lake, err := parquet.OpenLake(c.dir)
	if err != nil {
		return nil, err
	}
	here, err := lake.Entries(dayTables()...)
	if err := errors.Join(err, lake.Close()); err != nil {
		return nil, err
	}
	next = &remoteCommit{Format: compactFormat, At: c.options.Now().UTC(), Program: c.options.Version, Added: []committedFile{}, Removed: []string{}}
	for _, f := range m.compact {
		if _, stays := here[f.name]; !stays {
			next.Removed = append(next.Removed, f.name)
		}
		delete(here, f.name)
	}
	for _, path := range slices.Sorted(maps.Keys(here)) {
		next.Added = append(next.Added, entryToCommit(here[path]))
	}
	return next, nil
}

func entryToCommit(e parquet.FileEntry) committedFile {
	return committedFile{Path: e.Path, Rows: e.Rows, Bytes: e.Bytes, SHA256: hex.EncodeToString(e.SHA256[:])}
}

// storeFile stores a file of a lake in a folder that does not count yet.
func storeFile(ctx context.Context, store RemoteStore, dir string, f *committedFile) error {
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(f.Path)))
	if err == nil {
		err = store.Put(ctx, f.object(), file, f.Bytes)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return fmt.Errorf("storing %q: %w", f.object(), err)
	}
	return nil
}

const (
	// manyFiles is how many files a table without days has before its small ones become one, and
	// smallFile how many rows such a one has at most.
	manyFiles = 32
	smallFile = 128 << 10
)

// storeTables stores what the log files cover, and which they are, in a file each.
func (c *remoteCompaction) storeTables(ctx context.Context, m *mirror, made []mirrored, next *remoteCommit) (err error) {
	if len(made) == 0 {
		return nil
	}
	lake, err := parquet.CreateRemote(c.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	coverage, err := m.coveragePaths()
	if err != nil {
		return err
	}
	err = c.storeTable(ctx, lake, parquet.CoveragePath(compactID()), parquet.CoverageSchema, next, func(t *table) error { return t.addFiles(coverage, parquet.CoverageSchema) })
	if err != nil {
		return err
	}
	err = c.storeTable(ctx, lake, parquet.LogFilesPath(compactID()), parquet.LogFilesSchema, next, func(t *table) error { return t.addLogFiles(made) })
	for i := range next.Added {
		if next.Added[i].isLogFiles() {
			next.Added[i].Since = next.At
		}
	}
	return err
}

func (f *committedFile) isLogFiles() bool {
	return filepath.Dir(f.Path) == parquet.LogFilesSchema.Table
}

// coveragePaths are the files here of what log files cover.
func (m *mirror) coveragePaths() (paths []string, err error) {
	lake, err := parquet.OpenLake(m.dir)
	if err != nil {
		return nil, err
	}
	files, err := lake.Files(parquet.CoverageSchema.Table)
	for _, f := range files {
		paths = append(paths, f.Path)
	}
	return paths, errors.Join(err, lake.Close())
}

// storeTable stores a file of a table, with what the small ones have of which there are many.
func (c *remoteCompaction) storeTable(ctx context.Context, lake *parquet.Remote, path string, schema *parquet.Schema, next *remoteCommit, add func(*table) error) error {
	t, err := newTable(lake, 0, path, schema)
	if err != nil {
		return err
	}
	err = c.addSmall(ctx, t, schema, next)
	if err == nil {
		err = add(t)
	}
	if err != nil {
		return errors.Join(err, t.abort())
	}
	entry, err := t.commit()
	if err == nil {
		next.Added = append(next.Added, entryToCommit(entry))
		err = lake.Store(ctx, nil, path)
	}
	return err
}

// addSmall adds the rows of the small files of a table, if it has many files, and takes them out of what counts.
func (c *remoteCompaction) addSmall(ctx context.Context, t *table, schema *parquet.Schema, next *remoteCommit) (err error) {
	files := c.counts.ofTable(schema.Table)
	if len(files) < manyFiles {
		return nil
	}
	small := slices.DeleteFunc(files, func(f committedFile) bool { return f.Rows > smallFile })
	aside, err := os.MkdirTemp("", "roletrail-compact-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	paths := make([]string, len(small))
	err = sideBySide(len(small), func(i int) error {
		paths[i] = filepath.Join(aside, fmt.Sprint(i))
		return downloadTo(ctx, small[i].on(ctx, c.store), paths[i])
	})
	if err != nil {
		return err
	}
	for _, f := range small {
		next.Removed = append(next.Removed, f.Path)
	}
	return t.addFiles(paths, schema)
}

// addFiles adds the rows of files.
func (t *table) addFiles(paths []string, schema *parquet.Schema) error {
	for _, path := range paths {
		if err := parquet.EachRow(path, schema, func(row []any) error { return t.add(row...) }); err != nil {
			return err
		}
	}
	return nil
}

// addLogFiles adds rows of [parquet.LogFilesSchema].
func (t *table) addLogFiles(made []mirrored) error {
	for _, g := range made {
		id, f := g.of.id(), g.made
		err := t.add(hex.EncodeToString(id[:]), f.Name, textOrNull(f.Tag), f.Size, f.Family, f.Status, textOrNull(f.Reason), f.Records, f.Written, f.Duplicate, f.Quarantined)
		if err != nil {
			return err
		}
	}
	return nil
}

// wholeBytes is how large a commit may be that says all that counts, if it need not, in bytes; and
// manyDeltas how many commits are read before it must.
const (
	wholeBytes = 8 << 20
	manyDeltas = 32
)

// commit lets a batch count. Of commits about something else it does not matter that they came
// before; another compaction may have put the same log files together, or the same events.
func (c *remoteCompaction) commit(ctx context.Context, next *remoteCommit, began time.Time) error {
	upon := c.counts.compaction()
	for try := 1; ; try++ {
		one, text, err := c.whole(next)
		if err != nil {
			return err
		}
		if took := c.options.Now().Sub(began); took > abandoned/2 {
			return fmt.Errorf("storing it took %v, after which another compaction may take the objects for left over; run it again", took.Round(time.Second))
		}
		err = claim(ctx, c.store, c.counts, one, text)
		if !errors.Is(err, errOvertaken) || try == changeTries {
			return err
		}
		if c.counts, err = readCommits(ctx, c.store); err != nil {
			return err
		}
		if c.counts.compaction() != upon {
			return errOvertaken
		}
	}
}

// whole makes of a commit one that says all that counts, unless that is large.
func (c *remoteCompaction) whole(next *remoteCommit) (*remoteCommit, []byte, error) {
	after := &committed{last: c.counts.last, deltas: c.counts.deltas, files: maps.Clone(c.counts.files), replaced: maps.Clone(c.counts.replaced)}
	if err := after.apply(next); err != nil {
		return nil, nil, err
	}
	one := &remoteCommit{Format: next.Format, At: next.At, Program: next.Program, Whole: true, Removed: []string{}, Added: slices.Collect(maps.Values(after.files))}
	for path, at := range after.replaced {
		if !c.gone[path] {
			one.Replaced = append(one.Replaced, replacedFile{path, at})
		}
	}
	one.sort()
	text, err := one.text()
	if err != nil || len(text) <= c.options.wholeBytes || after.deltas > manyDeltas && len(text) <= commitSize {
		return one, text, err
	}
	next.sort()
	text, err = next.text()
	return next, text, err
}
