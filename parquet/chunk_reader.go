package parquet

import (
	"fmt"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// chunkReader reads column chunks from their beginning, up to a row, and uses its
// buffers again for the next one.
type chunkReader struct {
	text  cursor[arrowparquet.ByteArray]
	int64 cursor[int64]
	int32 cursor[int32]
	bool  cursor[bool]
}

// chunk opens the column chunk of a column of the schema.
func (g *Group) chunk(column int) (file.ColumnChunkReader, error) {
	return columnChunk(g.reader, g.schema.Columns[column].leafPath())
}

func (r *chunkReader) texts(g *Group, column, rows int, fn func(row int, value []byte)) error {
	chunk, err := g.chunk(column)
	if err != nil {
		return err
	}
	reader, ok := chunk.(*file.ByteArrayColumnChunkReader)
	if !ok {
		return g.otherType(column, chunk)
	}
	r.text.reset(chunk, reader.ReadBatch)
	return g.named(column, eachValue(&r.text, rows, func(row int, value arrowparquet.ByteArray) { fn(row, value) }))
}

func (r *chunkReader) numbers(g *Group, column, rows int, fn func(row int, value int64)) error {
	chunk, err := g.chunk(column)
	if err != nil {
		return err
	}
	switch reader := chunk.(type) {
	case *file.Int64ColumnChunkReader:
		r.int64.reset(chunk, reader.ReadBatch)
		return g.named(column, eachValue(&r.int64, rows, fn))
	case *file.Int32ColumnChunkReader:
		r.int32.reset(chunk, reader.ReadBatch)
		return g.named(column, eachValue(&r.int32, rows, func(row int, value int32) { fn(row, int64(value)) }))
	}
	return g.otherType(column, chunk)
}

func (r *chunkReader) bools(g *Group, column, rows int, fn func(row int, value bool)) error {
	chunk, err := g.chunk(column)
	if err != nil {
		return err
	}
	reader, ok := chunk.(*file.BooleanColumnChunkReader)
	if !ok {
		return g.otherType(column, chunk)
	}
	r.bool.reset(chunk, reader.ReadBatch)
	return g.named(column, eachValue(&r.bool, rows, fn))
}

// lists calls fn for every row whose list is not NULL.
func (r *chunkReader) lists(g *Group, column, rows int, fn func(row int, list []string)) error {
	chunk, err := g.chunk(column)
	if err != nil {
		return err
	}
	reader, ok := chunk.(*file.ByteArrayColumnChunkReader)
	if !ok {
		return g.otherType(column, chunk)
	}
	r.text.reset(chunk, reader.ReadBatch)
	next := listCells(&r.text)
	for row := range rows {
		cell, err := next()
		if err != nil {
			return g.named(column, err)
		}
		if list, ok := cell.([]string); ok {
			fn(row, list)
		}
	}
	return nil
}

func (g *Group) named(column int, err error) error {
	if err != nil {
		err = fmt.Errorf("column %s: %w", g.schema.Columns[column].Name, err)
	}
	return err
}

func (g *Group) otherType(column int, chunk file.ColumnChunkReader) error {
	return fmt.Errorf("column %s is %s, not what its table has", g.schema.Columns[column].Name, chunk.Type())
}

// eachValue calls fn for the values of the first rows of a flat column.
func eachValue[T any](c *cursor[T], rows int, fn func(row int, value T)) error {
	for row := 0; row < rows; {
		if err := c.fill(); err != nil {
			return err
		}
		if c.levels == 0 {
			return fmt.Errorf("it ends after %d rows", row)
		}
		value := 0
		for _, def := range c.defs[:min(c.levels, rows-row)] {
			if def == c.maxDef {
				fn(row, c.values[value])
				value++
			}
			row++
		}
	}
	return nil
}
