package parquet

import (
	"errors"
	"fmt"
	"time"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// ReadRows reads a whole file of the given schema into memory, for tests and
// small tables. A cell is nil (NULL), string, bool, int64 (Int32, Int64),
// time.Time (UTC; of a Date its midnight) or []string. meta is the footer's
// key-value metadata.
func ReadRows(path string, s *Schema) (rows [][]any, meta map[string]string, err error) {
	meta, err = Metadata(path)
	if err == nil {
		err = EachRow(path, s, func(row []any) error {
			rows = append(rows, row)
			return nil
		})
	}
	return rows, meta, err
}

// Metadata is the key-value metadata in the footer of a file.
func Metadata(path string) (meta map[string]string, err error) {
	err = readFile(path, func(r *file.Reader) error {
		kv := r.MetaData().KeyValueMetadata()
		meta = make(map[string]string, kv.Len())
		for i, key := range kv.Keys() {
			meta[key] = kv.Values()[i]
		}
		return nil
	})
	return meta, err
}

// EachRow reads a file of the given schema row by row, with the cells of
// [ReadRows]. One row group is in memory at a time. An error of fn ends the reading
// and is returned as it is.
func EachRow(path string, s *Schema, fn func(row []any) error) error {
	return readFile(path, func(r *file.Reader) error {
		for g := range r.NumRowGroups() {
			rows, err := readGroup(r.RowGroup(g), s)
			if err != nil {
				return fmt.Errorf("row group %d: %w", g, err)
			}
			for _, row := range rows {
				if err := fn(row); err != nil {
					return callerError{err}
				}
			}
		}
		return nil
	})
}

func readGroup(group *file.RowGroupReader, s *Schema) ([][]any, error) {
	var rows [][]any // grows with what is really there, not with what the footer says
	for i := range s.Columns {
		c := &s.Columns[i]
		chunk, err := columnChunk(group, c.leafPath())
		if err != nil {
			return nil, err
		}
		next, _, err := cells(c, chunk)
		if err != nil {
			return nil, err
		}
		for n := range int(group.NumRows()) {
			if i == 0 {
				rows = append(rows, make([]any, len(s.Columns)))
			}
			if rows[n][i], err = next(); err != nil {
				return nil, fmt.Errorf("column %s, row %d: %w", c.Name, n, err)
			}
		}
	}
	return rows, nil
}

// cells are functions that return the column's next cell as Go value, and that pass it
// over.
func cells(c *Column, chunk file.ColumnChunkReader) (next func() (any, error), skip func() error, err error) {
	switch r := chunk.(type) {
	case *file.ByteArrayColumnChunkReader:
		if c.Kind == TextList {
			next = listCells(newCursor(chunk, r.ReadBatch))
			return next, func() error { _, err := next(); return err }, nil
		}
		next, skip = flatCells(newCursor(chunk, r.ReadBatch), func(v arrowparquet.ByteArray) any { return string(v) })
	case *file.BooleanColumnChunkReader:
		next, skip = flatCells(newCursor(chunk, r.ReadBatch), func(v bool) any { return v })
	case *file.Int32ColumnChunkReader:
		next, skip = flatCells(newCursor(chunk, r.ReadBatch), func(v int32) any { return number(c, int64(v)) })
	case *file.Int64ColumnChunkReader:
		next, skip = flatCells(newCursor(chunk, r.ReadBatch), func(v int64) any { return number(c, v) })
	default:
		return nil, nil, fmt.Errorf("column %s is %s, which no table has", c.Name, chunk.Type())
	}
	return next, skip, nil
}

func number(c *Column, v int64) any {
	switch c.Kind {
	case Timestamp:
		return time.UnixMicro(v).UTC()
	case Date:
		return time.Unix(v*86400, 0).UTC()
	}
	return v
}

func flatCells[T any](c *cursor[T], convert func(T) any) (next func() (any, error), skip func() error) {
	step := func() (cell[T], error) {
		cell, ok, err := c.next()
		if err == nil && !ok {
			err = errColumnEnds
		}
		return cell, err
	}
	next = func() (any, error) {
		cell, err := step()
		if err != nil || !cell.present {
			return nil, err
		}
		return convert(cell.value), nil
	}
	return next, func() error { _, err := step(); return err }
}

var errColumnEnds = errors.New("the column ends here")

// listCells gathers the elements of one list. It has to look one cell ahead to
// see where the list ends.
func listCells(c *cursor[arrowparquet.ByteArray]) func() (any, error) {
	var ahead cell[arrowparquet.ByteArray]
	have := false
	return func() (any, error) {
		first := ahead
		if !have {
			cell, ok, err := c.next()
			if err != nil {
				return nil, err
			}
			if !ok {
				return nil, errColumnEnds
			}
			first = cell
		}
		have = false
		if first.def == 0 {
			return nil, nil
		}
		list := []string{}
		if first.present {
			list = append(list, string(first.value))
		}
		for {
			next, ok, err := c.next()
			if err != nil || !ok {
				return list, err
			}
			if next.rep == 0 {
				ahead, have = next, true
				return list, nil
			}
			list = append(list, string(next.value))
		}
	}
}
