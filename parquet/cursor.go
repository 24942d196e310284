package parquet

import (
	"fmt"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// cursorBatch is how many levels a cursor takes from arrow at once.
const cursorBatch = 1024

// cursor walks over the levels and values of one column chunk.
type cursor[T any] struct {
	chunk          file.ColumnChunkReader
	read           func(n int64, values []T, defs, reps []int16) (int64, int, error)
	maxDef, maxRep int16
	values         []T
	defs, reps     []int16
	levels         int // levels in the batch
	level, value   int // next ones
}

// newCursor makes a cursor over chunk, whose typed read function is read.
func newCursor[T any](chunk file.ColumnChunkReader, read func(int64, []T, []int16, []int16) (int64, int, error)) *cursor[T] {
	c := &cursor[T]{}
	c.reset(chunk, read)
	return c
}

// reset begins with a chunk; what was read before is not valid any more.
func (c *cursor[T]) reset(chunk file.ColumnChunkReader, read func(int64, []T, []int16, []int16) (int64, int, error)) {
	if c.values == nil {
		c.values, c.defs, c.reps = make([]T, cursorBatch), make([]int16, cursorBatch), make([]int16, cursorBatch)
	}
	c.chunk, c.read = chunk, read
	c.maxDef, c.maxRep = chunk.Descriptor().MaxDefinitionLevel(), chunk.Descriptor().MaxRepetitionLevel()
	c.levels, c.level, c.value = 0, 0, 0
}

// cell is one level of a column chunk: a value, or a NULL, an empty list.
type cell[T any] struct {
	value    T // valid until the next step of its cursor
	present  bool
	def, rep int16
}

// next is the next cell; ok is false at the end of the column chunk.
func (c *cursor[T]) next() (out cell[T], ok bool, err error) {
	if c.level >= c.levels {
		if err := c.fill(); err != nil || c.levels == 0 {
			return out, false, err
		}
	}
	out.def, out.rep = c.defs[c.level], c.reps[c.level]
	out.present = out.def == c.maxDef
	if out.present {
		out.value = c.values[c.value]
		c.value++
	}
	c.level++
	return out, true, nil
}

// fill takes the next batch. It may hold fewer levels than asked for, because a
// batch ends with its page.
func (c *cursor[T]) fill() error {
	n, values, err := c.read(cursorBatch, c.values, c.defs, c.reps)
	if err == nil {
		err = c.chunk.Err() // a page that cannot be read looks like the end
	}
	if err != nil {
		return err
	}
	if c.maxDef == 0 {
		clear(c.defs)
		n = int64(values)
	}
	if c.maxRep == 0 {
		clear(c.reps)
	}
	c.levels, c.level, c.value = int(n), 0, 0
	return nil
}

// textCursor is a cursor over a text column chunk.
func textCursor(chunk file.ColumnChunkReader) (*cursor[arrowparquet.ByteArray], error) {
	r, ok := chunk.(*file.ByteArrayColumnChunkReader)
	if !ok {
		return nil, fmt.Errorf("column %s is %s and no text", chunk.Descriptor().Path(), chunk.Type())
	}
	return newCursor(chunk, r.ReadBatch), nil
}
