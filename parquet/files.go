package parquet

import (
	"fmt"
)

// DataFile is one Parquet file of a table.
type DataFile struct {
	Path      string // as the operating system wants it
	Partition string // YYYY-MM-DD, empty in a table without partitions
	Bytes     int64
}

// Files are the data files of table "events", "coverage" or "iam/roles", sorted
// by path. If the lake has a ledger they are exactly those it names: a file of
// another size, a missing one and one it does not know are errors. Files that a
// running writer has not committed yet are left out.
func (l *Lake) Files(table string) ([]DataFile, error) {
	t, err := findTable(table)
	if err != nil {
		return nil, err
	}
	if l.ledger == nil {
		files, err := t.list(l.dir)
		return l.dataFiles(files), err
	}
	// A writer adds files first and names them later, so what is listed after the
	// ledger was read may be newer than it; unknown files are looked at twice.
	named, err := l.ledger.files(table)
	if err != nil {
		return nil, err
	}
	files, err := t.list(l.dir)
	if err != nil {
		return nil, err
	}
	known, unknown, err := l.match(files, named)
	if err != nil || len(unknown) == 0 {
		return l.dataFiles(known), err
	}
	return l.dataFiles(known), l.checkUnknown(table, unknown)
}

// match sorts the files on disk into those of the ledger and others, and fails
// on one that is missing or of another size.
func (l *Lake) match(files []found, named map[string]FileEntry) (known, unknown []found, err error) {
	for _, f := range files {
		entry, ok := named[f.path]
		if !ok {
			unknown = append(unknown, f)
			continue
		}
		if f.bytes != entry.Bytes && f.bytes != entry.replacingBytes {
			return nil, nil, fmt.Errorf("reading lake: %q was changed or damaged (%d bytes, not %d), run ingest fsck", l.abs(f.path), f.bytes, entry.Bytes)
		}
		known = append(known, f)
		delete(named, f.path)
	}
	for path := range named {
		return nil, nil, fmt.Errorf("reading lake: %q is missing although the ledger names it, run ingest fsck", l.abs(path))
	}
	return known, unknown, nil
}

// checkUnknown decides whether unknown files are an error: not while a writer is
// at work, and not if it has committed them meanwhile.
func (l *Lake) checkUnknown(table string, unknown []found) error {
	if beingWritten(l.dir) {
		return nil
	}
	named, err := l.ledger.files(table)
	if err != nil {
		return err
	}
	for _, f := range unknown {
		if _, ok := named[f.path]; !ok && exists(l.dir, f.path) {
			return fmt.Errorf("reading lake: %q is not in the ledger; if a run of ingest was interrupted, start it again, else move the file away", l.abs(f.path))
		}
	}
	return nil
}

func (l *Lake) dataFiles(files []found) []DataFile {
	out := make([]DataFile, len(files))
	for i, f := range files {
		out[i] = DataFile{l.abs(f.path), f.partition, f.bytes}
	}
	return out
}
