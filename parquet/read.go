package parquet

import (
	"errors"
	"fmt"
	"io"
	"os"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// ReadText streams text columns of one Parquet file, row by row. row holds one
// value per named column, nil for NULL (an empty text is not nil), and is valid
// only inside fn. An error of fn ends the reading and is returned as it is. A
// damaged file is an error that names it, never a panic; whether it is noticed
// depends on where the damage is.
func ReadText(path string, columns []string, fn func(row [][]byte) error) error {
	return readFile(path, func(r *file.Reader) error {
		row := make([][]byte, len(columns))
		for g := range r.NumRowGroups() {
			if err := readTextGroup(r.RowGroup(g), columns, row, fn); err != nil {
				return err
			}
		}
		return nil
	})
}

func readTextGroup(group *file.RowGroupReader, columns []string, row [][]byte, fn func([][]byte) error) error {
	cursors := make([]*cursor[arrowparquet.ByteArray], len(columns))
	for i, name := range columns {
		chunk, err := columnChunk(group, name)
		if err != nil {
			return err
		}
		if cursors[i], err = textCursor(chunk); err != nil {
			return err
		}
	}
	for n := range group.NumRows() {
		for i, c := range cursors {
			cell, ok, err := c.next()
			if err != nil {
				return fmt.Errorf("column %s: %w", columns[i], err)
			}
			if !ok {
				return fmt.Errorf("column %s ends after %d of %d rows", columns[i], n, group.NumRows())
			}
			row[i] = cellBytes(cell)
		}
		if err := fn(row); err != nil {
			return callerError{err}
		}
	}
	return nil
}

func cellBytes(c cell[arrowparquet.ByteArray]) []byte {
	switch {
	case !c.present:
		return nil
	case c.value == nil:
		return []byte{}
	}
	return c.value
}

// callerError marks an error of a caller's function, which is no fault of the file.
type callerError struct{ error }

func (e callerError) Unwrap() error { return e.error }

// readFile opens a Parquet file for fn and turns arrow's panics on damaged files
// into errors.
func readFile(path string, fn func(*file.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading Parquet file: %w", err)
	}
	defer f.Close()
	err = withReader(f, fn)
	var callers callerError
	if errors.As(err, &callers) {
		return callers.error
	}
	if err != nil {
		return fmt.Errorf("reading Parquet file %q: %w; it may be damaged: %s", path, err, restoreAll)
	}
	return nil
}

func withReader(f *os.File, fn func(*file.Reader) error) (err error) {
	defer recoverTo(&err)
	start := make([]byte, len(magic))
	if _, err := io.ReadFull(f, start); err != nil || string(start) != magic {
		return errors.New("it does not begin with PAR1")
	}
	r, err := file.NewParquetReader(f)
	if err != nil {
		return err
	}
	return fn(r)
}
