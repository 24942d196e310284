package parquet

import (
	"fmt"

	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// Group is one row group of a file, while [EachGroup] reads it.
type Group struct {
	Number int // in its file, from 0
	schema *Schema
	reader *file.RowGroupReader
}

// EachGroup calls fn for the row groups of a file of the given schema, one after
// another. What fn does not ask of a row group is not read. An error of fn ends the
// reading and is taken for one of the file, which it then names.
func EachGroup(path string, s *Schema, fn func(g *Group) error) error {
	return readFile(path, func(r *file.Reader) error {
		for n := range r.NumRowGroups() {
			if err := fn(&Group{n, s, r.RowGroup(n)}); err != nil {
				return fmt.Errorf("row group %d: %w", n, err)
			}
		}
		return nil
	})
}

// Rows is how many rows the row group has.
func (g *Group) Rows() int { return int(g.reader.NumRows()) }

// Lacks is a column of the schema that the row group does not have, "" if it has all.
func (g *Group) Lacks() string {
	for i := range g.schema.Columns {
		if c := &g.schema.Columns[i]; g.reader.MetaData().Schema.ColumnIndexByName(c.leafPath()) < 0 {
			return c.Name
		}
	}
	return ""
}

// Bytes is what the row group takes before compression.
func (g *Group) Bytes() int64 { return g.reader.ByteSize() }

// Least is the least value of a column of 64-bit numbers by its statistics; ok is false
// where these do not say.
func (g *Group) Least(column int) (least int64, ok bool, err error) {
	statistics, err := g.statistics(column)
	if err != nil {
		return 0, false, err
	}
	numbers, ok := statistics.(*metadata.Int64Statistics)
	if !ok || !numbers.HasMinMax() {
		return 0, false, nil
	}
	return numbers.Min(), true, nil
}

// Nulls is how many rows of a flat column are NULL by its statistics; ok is false where
// these do not say.
func (g *Group) Nulls(column int) (nulls int64, ok bool, err error) {
	statistics, err := g.statistics(column)
	if err != nil || statistics == nil || !statistics.HasNullCount() {
		return 0, false, err
	}
	return statistics.NullCount(), true, nil
}

func (g *Group) statistics(column int) (metadata.TypedStatistics, error) {
	chunk, err := g.reader.MetaData().ColumnChunk(g.reader.MetaData().Schema.ColumnIndexByName(g.schema.Columns[column].leafPath()))
	if err != nil {
		return nil, err
	}
	return chunk.Statistics()
}

// Texts calls fn for every row of a text column that is not NULL, in their order. The
// value is valid only inside fn.
func (g *Group) Texts(column int, fn func(row int, value []byte)) error {
	var r chunkReader
	return r.texts(g, column, g.Rows(), fn)
}

// Numbers calls fn for every row of a column of numbers or times (µs) that is not NULL,
// in their order.
func (g *Group) Numbers(column int, fn func(row int, value int64)) error {
	var r chunkReader
	return r.numbers(g, column, g.Rows(), fn)
}

// Cells are the given rows, in rising order, with the cells of [ReadRows].
func (g *Group) Cells(rows []int) ([][]any, error) { return readSelected(g.reader, g.schema, rows) }
