package pipeline

import (
	"errors"
	"fmt"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

// table is a file being written of a table other than events, which has its own way.
// Either commit or abort must be called.
type table struct {
	path   string
	file   *parquet.File
	writer parquet.Writer
	rows   *parquet.Builder
	group  int // rows of a row group, at most
	count  int64
	meta   map[string]string // of the footer
}

// newTable starts a file.
func newTable(lake parquet.Destination, run int64, path string, schema *parquet.Schema) (*table, error) {
	file, err := lake.Create(path, run)
	if err != nil {
		return nil, err
	}
	writer, err := parquet.NewWriter(file, schema)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("writing %q: %w", path, err), file.Abort())
	}
	return &table{path: path, file: file, writer: writer, rows: parquet.NewBuilder(schema), group: tableGroup,
		meta: map[string]string{derivationKey: fmt.Sprint(cloudtrail.Derivation)}}, nil
}

// tableGroup is how many rows a row group of these tables holds at most, unless it says
// otherwise.
const tableGroup = 64 << 10

// add appends a row, a value for each column, see [parquet.Builder.Append].
func (t *table) add(row ...any) error {
	err := t.rows.Append(row...)
	t.count++
	if err == nil && t.rows.Rows() >= t.group {
		err = t.rows.Flush(t.writer)
	}
	if err != nil {
		return fmt.Errorf("writing %q: %w", t.path, err)
	}
	return nil
}

// seal makes the file durable while it is still hidden, and gives back what writing it
// took.
func (t *table) seal() error {
	if t.writer == nil {
		return nil
	}
	err := t.rows.Flush(t.writer)
	if err == nil {
		err = t.writer.Close(t.meta)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %q: %w", t.path, err), t.file.Abort())
	}
	t.rows, t.writer = nil, nil
	return t.file.Seal()
}

// commit makes the file durable and visible; it counts when its entry is in the ledger.
func (t *table) commit() (parquet.FileEntry, error) {
	if err := t.seal(); err != nil {
		return parquet.FileEntry{}, errors.Join(err, t.file.Abort())
	}
	written, err := t.file.Commit()
	if err != nil {
		return parquet.FileEntry{}, err
	}
	return written.Entry(t.path, t.count), nil
}

func (t *table) abort() error { return t.file.Abort() }
