package pipeline

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"roletrail/parquet"
)

// RemoteQuarantine calls fn for what the quarantine of a lake on a store holds, the newest
// first. A whole object that was read since is left out.
func RemoteQuarantine(ctx context.Context, store RemoteStore, fn func(parquet.QuarantineEntry) error) (err error) {
	files, taken, err := quarantineFiles(ctx, store)
	if err != nil {
		return stopped(ctx, err)
	}
	aside, err := os.MkdirTemp("", "roletrail-quarantine-")
	if err != nil {
		return fmt.Errorf("reading the quarantine of lake %q: %w", store, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	for _, f := range files {
		entries, err := readQuarantine(ctx, f, filepath.Join(aside, "part"))
		if err != nil {
			return stopped(ctx, fmt.Errorf("reading the quarantine of lake %q: %w", store, err))
		}
		id, _ := partID(f.name)
		for _, q := range entries {
			if taken[[objectHash]byte(id[:])] && q.Record == parquet.WholeObject {
				continue
			}
			if err := fn(q); err != nil {
				return err
			}
		}
	}
	return nil
}

// quarantineFiles are the files of the table, and which log files were taken.
func quarantineFiles(ctx context.Context, store RemoteStore) (files []remoteFile, taken map[[objectHash]byte]bool, err error) {
	taken = map[[objectHash]byte]bool{}
	err = store.List(ctx, "quarantine/", func(name string, o Object) error {
		if _, ok := partID(name); !ok {
			return strayObject(name)
		}
		files = append(files, remoteFile{name: name, object: o})
		return nil
	})
	if err != nil || len(files) == 0 {
		return nil, nil, err
	}
	err = store.List(ctx, "coverage/", func(name string, _ Object) error {
		if id, ok := partID(name); ok {
			taken[[objectHash]byte(id[:])] = true
		}
		return nil
	})
	if err == nil {
		err = eachFoldedOf(ctx, store, func(id [objectHash]byte) { taken[id] = true })
	}
	slices.SortFunc(files, func(a, b remoteFile) int {
		return cmp.Or(-cmp.Compare(a.object.Modified, b.object.Modified), strings.Compare(a.name, b.name))
	})
	return files, taken, err
}

// at is when a file was written.
func at(f remoteFile) string {
	return time.Unix(0, f.object.Modified).UTC().Format("2006-01-02T15:04:05.000000000Z")
}

// readQuarantine reads a file of the table by way of a path.
func readQuarantine(ctx context.Context, f remoteFile, path string) (entries []parquet.QuarantineEntry, err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(download(ctx, f, file), file.Close()); err != nil {
		return nil, err
	}
	err = parquet.EachRow(path, parquet.QuarantineSchema, func(row []any) error {
		q := parquet.QuarantineEntry{Record: parquet.WholeObject, At: at(f)}
		q.Object, _ = row[0].(string)
		q.Offset, _ = row[1].(int64)
		if record, ok := row[2].(int64); ok {
			q.Record = record
		}
		q.Reason, _ = row[3].(string)
		q.Detail, _ = row[4].(string)
		sum, _ := row[5].(string)
		if len(sum) > 2*len(q.SHA256) {
			return fmt.Errorf("%q has the hash %q", f.name, sum)
		}
		if _, err := hex.Decode(q.SHA256[:], []byte(sum)); err != nil {
			return fmt.Errorf("%q has the hash %q: %w", f.name, sum, err)
		}
		entries = append(entries, q)
		return nil
	})
	return entries, err
}
