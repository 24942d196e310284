package parquet

import (
	"errors"
	"fmt"
	"maps"
)

// DataFile is one Parquet file of a table.
type DataFile struct {
	Path      string // as the operating system wants it
	Name      string // relative to the lake, with slashes
	Partition string // YYYY-MM-DD, empty in a table without partitions
	Account   string // whose snapshot it is, in a table of snapshots
	Bytes     int64
}

// Files are the data files of a table ("events", "iam/roles", …), see [Lake.FilesOf].
func (l *Lake) Files(table string) ([]DataFile, error) {
	files, err := l.FilesOf(table)
	return files[table], err
}

// Entries are what the ledger says of the files of tables, by path, as of one moment.
func (l *Lake) Entries(tables ...string) (map[string]FileEntry, error) {
	named, err := l.ledger.files()
	entries := map[string]FileEntry{}
	for _, table := range tables {
		maps.Copy(entries, named[table])
	}
	return entries, err
}

// FilesOf are the data files of tables, sorted by path. If the lake has a ledger they
// are exactly those that it names at one moment, so that what one commit changed in
// several tables is changed in all of them. A file that is missing or has another size
// is an error. One that the ledger does not name is left
// out while the newest run is going on, which will name it or has just removed it, or was
// interrupted, in which case the next one removes it; else it is an error, as it is for
// the writer.
func (l *Lake) FilesOf(tables ...string) (map[string][]DataFile, error) {
	for {
		files, err := l.filesOf(tables)
		var missing *missingFile
		if !errors.As(err, &missing) {
			return files, err
		}
		named, again := l.ledger.files()
		if _, still := named[missing.table][missing.path]; still || again != nil {
			return nil, errors.Join(err, again)
		}
		// A commit has removed it since the ledger was read: that is another moment.
	}
}

func (l *Lake) filesOf(tables []string) (map[string][]DataFile, error) {
	var named map[string]map[string]FileEntry
	var err error
	if l.ledger != nil {
		if named, err = l.ledger.files(); err != nil {
			return nil, err
		}
	}
	out := map[string][]DataFile{}
	for _, name := range tables {
		t, err := findTable(name)
		if err != nil {
			return nil, err
		}
		files, err := t.list(l.dir)
		if err == nil && l.ledger != nil {
			files, err = l.named(t, files, named[name])
		}
		if err != nil {
			return nil, err
		}
		out[name] = l.dataFiles(t, files)
	}
	return out, nil
}

// named are those of the files found that the ledger names.
func (l *Lake) named(t table, files []found, named map[string]FileEntry) ([]found, error) {
	known, unnamed, err := l.match(t, files, named)
	if err == nil && len(unnamed) > 0 {
		err = l.checkUnnamed(t.name, unnamed)
	}
	return known, err
}

// checkUnnamed fails on a file that no run can be about to name. One whose run came
// to its end since the files were listed is named by now, or gone.
func (l *Lake) checkUnnamed(table string, unnamed []found) error {
	if interrupted, err := l.ledger.interrupted(); err != nil || interrupted {
		return err
	}
	named, err := l.ledger.files()
	if err != nil {
		return err
	}
	for _, f := range unnamed {
		if _, ok := named[table][f.path]; !ok && exists(l.dir, f.path) {
			return fmt.Errorf("reading lake: %w", olderLedger(1, f.path))
		}
	}
	return nil
}

// missingFile is a file that the ledger names and that is not there.
type missingFile struct {
	table, path string
	abs         string
}

func (m *missingFile) Error() string {
	return fmt.Sprintf("reading lake: %q is missing although the ledger names it; %s", m.abs, restoreAll)
}

// match tells the files of the ledger from others, and fails on one that is missing
// or of another size.
func (l *Lake) match(t table, files []found, named map[string]FileEntry) (known, unnamed []found, err error) {
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
		return nil, nil, &missingFile{t.name, path, l.abs(path)}
	}
	return known, unnamed, nil
}

func (l *Lake) dataFiles(t table, files []found) []DataFile {
	out := make([]DataFile, len(files))
	for i, f := range files {
		out[i] = DataFile{l.abs(f.path), f.path, f.partition, t.account(f.path), f.bytes}
	}
	return out
}
