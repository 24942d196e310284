package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"roletrail/parquet"
)

// compactNumber is, in the ids of files that compactions of a lake on a store make, where those of
// log files have the number of the file, which does not become so large.
const compactNumber = 0xfffe

// compactID is the id of a new one.
func compactID() [16]byte {
	id := newID()
	binary.BigEndian.PutUint16(id[objectHash:], compactNumber)
	return id
}

func isCompactID(id [16]byte) bool { return binary.BigEndian.Uint16(id[objectHash:]) == compactNumber }

// isCompactFile reports whether a path in a lake is that of a file that a compaction on a store made.
func isCompactFile(path string) bool {
	id, ok := partID(path)
	table, _, _ := strings.Cut(path, "/")
	return ok && isCompactID(id) && slices.Contains(compactTables(), table) && parquet.IsDataFile(path)
}

// compactTables are those that compactions have files in.
func compactTables() []string { return append(dayTables(), "coverage", "log_files") }

// dayTables are those of them that have a folder for each day.
func dayTables() []string {
	tables := []string{parquet.EventsSchema.Table}
	for _, s := range parquet.Rollups() {
		tables = append(tables, s.Table)
	}
	return tables
}

// compaction tells the files of compactions that count from any others; 0 if there are none.
func (c *committed) compaction() int64 {
	var paths []string
	for path := range c.files {
		if isCompactFile(path) {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		return 0
	}
	slices.Sort(paths)
	return stateOf(paths...)
}

// ofTable are the files of a table that count, by their paths.
func (c *committed) ofTable(table string) []committedFile {
	return slices.DeleteFunc(c.inOrder(), func(f committedFile) bool { return !strings.HasPrefix(f.Path, table+"/") })
}

// inOrder are all files that count, by their paths.
func (c *committed) inOrder() (files []committedFile) {
	for _, path := range slices.Sorted(maps.Keys(c.files)) {
		files = append(files, c.files[path])
	}
	return files
}

// eachFolded calls fn for the log files that compactions put together with others, and since when
// that counts. Files that are in the folder dir already are read there.
func eachFolded(ctx context.Context, store RemoteStore, counts *committed, dir string, fn func(id [objectHash]byte, since time.Time)) (err error) {
	files := counts.ofTable(parquet.LogFilesSchema.Table)
	if len(files) == 0 {
		return nil
	}
	aside, err := os.MkdirTemp("", "roletrail-log-files-")
	if err != nil {
		return fmt.Errorf("reading which log files are compact: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	paths := make([]string, len(files))
	err = sideBySide(len(files), func(i int) error {
		paths[i] = filepath.Join(dir, filepath.FromSlash(files[i].Path))
		if info, err := os.Stat(paths[i]); err == nil && info.Size() == files[i].Bytes {
			return nil
		}
		paths[i] = filepath.Join(aside, fmt.Sprint(i))
		return downloadTo(ctx, files[i].on(ctx, store), paths[i])
	})
	for i, f := range files {
		if err == nil {
			err = readFolded(paths[i], func(id [objectHash]byte) { fn(id, f.Since) })
		}
	}
	return err
}

// eachFoldedOf is [eachFolded] of a lake of which the commits are not read yet.
func eachFoldedOf(ctx context.Context, store RemoteStore, fn func(id [objectHash]byte)) error {
	counts, err := readCommits(ctx, store)
	if err != nil {
		return err
	}
	return eachFolded(ctx, store, counts, "", func(id [objectHash]byte, _ time.Time) { fn(id) })
}

// readFolded reads the ids of a file of log_files.
func readFolded(path string, fn func(id [objectHash]byte)) error {
	return parquet.EachGroup(path, parquet.LogFilesSchema, func(g *parquet.Group) error {
		var wrong error
		err := g.Texts(parquet.LogFilesSchema.Index("id"), func(row int, text []byte) {
			var id [objectHash]byte
			if len(text) != 2*objectHash {
				text = nil
			}
			if n, err := hex.Decode(id[:], text); n != objectHash || err != nil {
				wrong = fmt.Errorf("row %d has no id of a log file", row)
				return
			}
			fn(id)
		})
		return errors.Join(err, wrong)
	})
}

// on is where the file lies on a store.
func (f *committedFile) on(ctx context.Context, store RemoteStore) remoteFile {
	return remoteFile{f.Path, store.Object(ctx, f.object(), f.Bytes), f.SHA256}
}

// downloadTo fetches an object into a new file, and holds it against the hash that a commit says it
// has.
func downloadTo(ctx context.Context, f remoteFile, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("fetching %q: %w", f.name, err)
	}
	sum := sha256.New()
	return errors.Join(verified(f, sum, download(ctx, f, io.MultiWriter(file, sum))), file.Close())
}

// otherContents is an object that is not what was stored.
type otherContents struct{ name, got, want string }

func (e *otherContents) Error() string {
	return fmt.Sprintf("fetching %q: its contents have the SHA-256 %s, and what was stored had %s; restore it", e.name, e.got, e.want)
}

// verified is err, or that a file that was fetched is not what a commit says.
func verified(f remoteFile, sum hash.Hash, err error) error {
	if got := hex.EncodeToString(sum.Sum(nil)); err == nil && f.sha256 != "" && got != f.sha256 {
		return &otherContents{f.name, got, f.sha256}
	}
	return err
}

// sideBySide calls do for the numbers below n, some at a time, and for none more when one failed.
func sideBySide(n int, do func(i int) error) error {
	errs := make([]error, min(n, mirrorFetchs))
	var next atomic.Int64
	var failed atomic.Bool
	var working sync.WaitGroup
	for w := range errs {
		working.Go(func() {
			for i := next.Add(1) - 1; i < int64(n) && !failed.Load(); i = next.Add(1) - 1 {
				if errs[w] = do(int(i)); errs[w] != nil {
					failed.Store(true)
				}
			}
		})
	}
	working.Wait()
	return errors.Join(errs...)
}
