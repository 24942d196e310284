package parquet

import (
	"fmt"
	"math"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// scratch is the memory of column writing, used again for every column.
type scratch struct {
	ones, zeros []int16 // definition levels of columns without and with only NULL
	bitmap      []byte  // validity of dictionary codes
	used        []bool  // dictionary entries that a row refers to
	int32s      []int32
	dictBytes   []byte
	dictOffsets []int32
	defs, reps  []int16 // levels of lists
}

// grown returns s with length n; what it held may be lost.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// levels are the definition levels of a flat column: nil for a required one.
func (s *scratch) levels(rows int, v *Values, required, null bool) []int16 {
	switch {
	case required:
		return nil
	case null:
		s.zeros = grown(s.zeros, rows)
		return s.zeros
	case v.Def != nil:
		return v.Def
	}
	if len(s.ones) < rows {
		s.ones = grown(s.ones, rows)
		for i := range s.ones {
			s.ones[i] = 1
		}
	}
	return s.ones[:rows]
}

// narrow converts to the 32 bits of Int32 and Date columns.
func (s *scratch) narrow(values []int64) ([]int32, error) {
	s.int32s = grown(s.int32s, len(values))
	for i, v := range values {
		if v < math.MinInt32 || v > math.MaxInt32 {
			return nil, fmt.Errorf("value %d does not fit 32 bits", v)
		}
		s.int32s[i] = int32(v)
	}
	return s.int32s, nil
}

// flatLevels checks that n values fit the rows of a flat column and returns its
// definition levels.
func (s *scratch) flatLevels(rows, n int, v *Values, required bool) ([]int16, error) {
	null := v.Def == nil && n == 0 && !required
	present, err := v.present(rows, required)
	if err != nil {
		return nil, err
	}
	if !null && present != n {
		return nil, fmt.Errorf("%d values for %d rows that have one", n, present)
	}
	return s.levels(rows, v, required, null), nil
}

type batchWriter[T any] func(values []T, defs, reps []int16) (int64, error)

// writeDense writes a column of fixed width.
func writeDense[T any](w *arrowWriter, write batchWriter[T], values []T, rows int, v *Values, required bool) error {
	defs, err := w.flatLevels(rows, len(values), v, required)
	if err != nil {
		return err
	}
	_, err = write(values, defs, nil)
	return err
}

// writeText writes a plainly stored text column. Arrow looks at the page size
// only once in 1,024 values, so that pages of large JSON could become a hundred
// times too big; the batches are therefore cut here.
func (w *arrowWriter) writeText(chunk *file.ByteArrayColumnChunkWriter, rows int, v *Values, required bool) error {
	defs, err := w.flatLevels(rows, len(v.Bytes), v, required)
	if err != nil {
		return err
	}
	row, value := 0, 0 // first of the batch
	for row < rows {
		endRow, endValue := batchEnd(v.Bytes, defs, row, value, rows)
		var levels []int16
		if defs != nil {
			levels = defs[row:endRow]
		}
		if _, err := chunk.WriteBatch(v.Bytes[value:endValue], levels, nil); err != nil {
			return err
		}
		row, value = endRow, endValue
	}
	return nil
}

// batchEnd extends a batch until it fills a page. A nil value is made an empty
// one, because arrow's statistics take nil for no value.
func batchEnd(values []arrowparquet.ByteArray, defs []int16, row, value, rows int) (int, int) {
	for size := 0; row < rows && size < pageSize; row++ {
		if defs != nil && defs[row] == 0 {
			continue
		}
		if values[value] == nil {
			values[value] = arrowparquet.ByteArray{}
		}
		size += len(values[value])
		value++
	}
	return row, value
}
