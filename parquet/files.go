package parquet

import "fmt"

// DataFile is one Parquet file of a table.
type DataFile struct {
	Path      string // as the operating system wants it
	Partition string // YYYY-MM-DD, empty in a table without partitions
	Bytes     int64
}

// Files are the data files of a table ("events", "iam/roles", …), sorted by path. If the lake has a ledger they are exactly those it names; one that is
// missing or has another size is an error. A file that it does not name is left
// out: a run that is going on will name it, and what an interrupted run left is
// removed by the next one.
func (l *Lake) Files(table string) ([]DataFile, error) {
	t, err := findTable(table)
	if err != nil {
		return nil, err
	}
	if l.ledger == nil {
		files, err := t.list(l.dir)
		return l.dataFiles(files), err
	}
	named, err := l.ledger.files(table)
	if err != nil {
		return nil, err
	}
	files, err := t.list(l.dir)
	if err != nil {
		return nil, err
	}
	known, err := l.match(files, named)
	return l.dataFiles(known), err
}

// match picks the files of the ledger, and fails on one that is missing or of
// another size.
func (l *Lake) match(files []found, named map[string]FileEntry) (known []found, err error) {
	for _, f := range files {
		entry, ok := named[f.path]
		if !ok {
			continue
		}
		if f.bytes != entry.Bytes && f.bytes != entry.replacingBytes {
			return nil, fmt.Errorf("reading lake: %q was changed or damaged (%d bytes, not %d); %s", l.abs(f.path), f.bytes, entry.Bytes, restoreAll)
		}
		known = append(known, f)
		delete(named, f.path)
	}
	for path := range named {
		return nil, fmt.Errorf("reading lake: %q is missing although the ledger names it; %s", l.abs(path), restoreAll)
	}
	return known, nil
}

func (l *Lake) dataFiles(files []found) []DataFile {
	out := make([]DataFile, len(files))
	for i, f := range files {
		out[i] = DataFile{l.abs(f.path), f.partition, f.bytes}
	}
	return out
}
