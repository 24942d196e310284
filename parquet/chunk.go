package parquet

import (
	"fmt"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// chunks writes column chunks, one after another. It holds nothing but memory that is
// used again: no chunk knows of one before it.
type chunks struct {
	pages
	codes      []int32 // of a dictionary column, without NULLs
	defs, reps []int16 // levels
	used       []bool  // dictionary entries that a row refers to
	places     places
}

// chunkWriters hold the memory for as many row groups as are written at a time. Files
// have none of their own: hundreds may be open.
var chunkWriters = reused[*chunks]{make: func() *chunks { return new(chunks) }}

// write writes one column of a row group, and what the footer says of it into meta.
func (c *chunks) write(meta *metadata.ColumnChunkMetaDataBuilder, column *Column, rows int, v *Values) error {
	c.begin()
	s, err := c.writeKind(column, rows, v)
	if err != nil {
		return err
	}
	meta.SetStats(s.encoded(meta.Descr().SortOrder() == schema.SortSIGNED))
	if err := meta.Finish(c.chunk, c.dictionary, false, c.encodings, nil); err != nil {
		return err
	}
	meta.Contents().FileOffset = 0 // nothing of the footer stands behind the chunk
	return nil
}

func (c *chunks) writeKind(column *Column, rows int, v *Values) (statistics, error) {
	switch column.Kind {
	case Dict:
		return c.writeDict(rows, v, column)
	case TextList:
		return c.writeList(rows, v, column)
	case Text:
		return c.writeText(rows, v, column)
	case Bool:
		return c.writeBools(rows, v, column)
	case Timestamp, Int64:
		return c.writeNumbers(rows, v, column, 8, appendInt64s)
	case Int32, Date:
		if err := check32(v.Int64); err != nil {
			return statistics{}, err
		}
		return c.writeNumbers(rows, v, column, 4, appendInt32s)
	}
	return statistics{}, fmt.Errorf("no writer for kind %d", column.Kind)
}

// check32 checks that values fit the 32 bits of Int32 and Date columns.
func check32(values []int64) error {
	for _, v := range values {
		if v != int64(int32(v)) {
			return fmt.Errorf("value %d does not fit 32 bits", v)
		}
	}
	return nil
}

// writeNumbers writes numbers of size bytes.
func (c *chunks) writeNumbers(rows int, v *Values, column *Column, size int, put func([]byte, []int64) []byte) (statistics, error) {
	levels, err := newFlatLevels(rows, len(v.Int64), v, column.Required)
	s := statistics{nulls: levels.nulls()}
	if err != nil {
		return s, err
	}
	if !column.Raw {
		s.seeInt64s(v.Int64, size)
	}
	return s, writeFlat(c, &levels, v.Int64, plain, pageOf(size, rows), put)
}

func (c *chunks) writeBools(rows int, v *Values, column *Column) (statistics, error) {
	levels, err := newFlatLevels(rows, len(v.Bool), v, column.Required)
	s := statistics{nulls: levels.nulls()}
	if err != nil {
		return s, err
	}
	if !column.Raw {
		s.seeBools(v.Bool)
	}
	return s, writeFlat(c, &levels, v.Bool, plain, pageOf(1, rows), appendBools)
}

// writeText writes a plainly stored text column.
func (c *chunks) writeText(rows int, v *Values, column *Column) (statistics, error) {
	levels, err := newFlatLevels(rows, len(v.Bytes), v, column.Required)
	s := statistics{nulls: levels.nulls()}
	if err != nil {
		return s, err
	}
	if !column.Raw {
		seeTexts(&s, v.Bytes)
		s.limit()
	}
	return s, writeFlat(c, &levels, v.Bytes, plain, pageOfTexts(&levels, v.Bytes), appendTexts)
}

var (
	plain   = arrowparquet.Encodings.Plain
	rleDict = arrowparquet.Encodings.RLEDict
)

// writeFlat writes the data pages of a flat column. end says where the page ends that
// begins with a row and a value, put encodes the values of a page.
func writeFlat[T any](c *chunks, levels *flatLevels, values []T, encoding arrowparquet.Encoding, end func(row, value int) int, put func([]byte, []T) []byte) error {
	for row, value := 0, 0; row < levels.rows; {
		endRow := end(row, value)
		endValue := value + levels.count(row, endRow)
		c.page = put(levels.append(c.page[:0], row, endRow), values[value:endValue])
		if err := c.writeData(endRow-row, encoding); err != nil {
			return err
		}
		row, value = endRow, endValue
	}
	return nil
}

// pageOf ends pages of values that take size bytes each.
func pageOf(size, rows int) func(row, value int) int {
	n := (pageSize - pageRest) / (size + maxLevelBytes)
	return func(row, _ int) int { return min(row+n, rows) }
}

// pageOfTexts ends pages of texts before one that they have no room for.
func pageOfTexts[T ~[]byte](levels *flatLevels, values []T) func(row, value int) int {
	return func(row, value int) int {
		for size, first := pageRest, row; row < levels.rows; row++ {
			size += maxLevelBytes
			if levels.has(row) {
				size += textLength + len(values[value])
				value++
			}
			if size > pageSize && row > first {
				break
			}
		}
		return row
	}
}

// grown returns s with length n; what it held may be lost.
func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}
