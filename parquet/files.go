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
// out while the newest run is going on, which will name it, or was interrupted, in
// which case the next one removes it; else it is an error, as it is for the writer.
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
	known, unnamed, err := l.match(files, named)
	if err == nil && len(unnamed) > 0 {
		err = l.checkUnnamed(table, unnamed)
	}
	return l.dataFiles(known), err
}

// checkUnnamed fails on a file that no run can be about to name. One whose run came
// to its end since the files were listed is named by now, or gone.
func (l *Lake) checkUnnamed(table string, unnamed []found) error {
	if interrupted, err := l.ledger.interrupted(); err != nil || interrupted {
		return err
	}
	named, err := l.ledger.files(table)
	if err != nil {
		return err
	}
	for _, f := range unnamed {
		if _, ok := named[f.path]; !ok && exists(l.dir, f.path) {
			return fmt.Errorf("reading lake: %w", olderLedger(1, f.path))
		}
	}
	return nil
}

// match tells the files of the ledger from others, and fails on one that is missing
// or of another size.
func (l *Lake) match(files []found, named map[string]FileEntry) (known, unnamed []found, err error) {
	for _, f := range files {
		entry, ok := named[f.path]
		if !ok {
			unnamed = append(unnamed, f)
			continue
		}
		if f.bytes != entry.Bytes && f.bytes != entry.replacingBytes {
			return nil, nil, fmt.Errorf("reading lake: %q was changed or damaged (%d bytes, not %d); %s", l.abs(f.path), f.bytes, entry.Bytes, restoreAll)
		}
		known = append(known, f)
		delete(named, f.path)
	}
	for path := range named {
		return nil, nil, fmt.Errorf("reading lake: %q is missing although the ledger names it; %s", l.abs(path), restoreAll)
	}
	return known, unnamed, nil
}

func (l *Lake) dataFiles(files []found) []DataFile {
	out := make([]DataFile, len(files))
	for i, f := range files {
		out[i] = DataFile{l.abs(f.path), f.partition, f.bytes}
	}
	return out
}
