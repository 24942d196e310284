package parquet

import (
	"fmt"

	"github.com/apache/arrow/go/v17/parquet/file"
)

// EachSelected reads the rows of a file of the given schema that want takes, with the
// cells of [ReadRows]. want is given the texts of the columns by, as [ReadText] gives
// them, of every row. Of a row group in which it takes none nothing else is read. An error
// of want or fn ends the reading and is returned as it is.
func EachSelected(path string, s *Schema, by []string, want func(row [][]byte) (bool, error), fn func(row []any) error) error {
	return readFile(path, func(r *file.Reader) error {
		for g := range r.NumRowGroups() {
			group := r.RowGroup(g)
			selected, err := selectRows(group, by, want)
			if err != nil {
				return err
			}
			if len(selected) == 0 {
				continue
			}
			rows, err := readSelected(group, s, selected)
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

// selectRows are the numbers of the rows that want takes.
func selectRows(group *file.RowGroupReader, by []string, want func(row [][]byte) (bool, error)) (selected []int, err error) {
	n := 0
	err = readTextGroup(group, by, make([][]byte, len(by)), func(row [][]byte) error {
		taken, err := want(row)
		if taken {
			selected = append(selected, n)
		}
		n++
		return err
	})
	return selected, err
}

// readSelected makes values of the cells of the selected rows alone.
func readSelected(group *file.RowGroupReader, s *Schema, selected []int) ([][]any, error) {
	rows := make([][]any, len(selected))
	for i := range rows {
		rows[i] = make([]any, len(s.Columns))
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		chunk, err := columnChunk(group, c.leafPath())
		if err != nil {
			return nil, err
		}
		next, skip, err := cells(c, chunk)
		if err != nil {
			return nil, err
		}
		at := 0
		for n, row := range selected {
			for ; at < row && err == nil; at++ {
				err = skip()
			}
			if err == nil {
				rows[n][i], err = next()
				at++
			}
			if err != nil {
				return nil, fmt.Errorf("column %s, row %d: %w", c.Name, at, err)
			}
		}
	}
	return rows, nil
}
