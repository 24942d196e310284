package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"sync"

	"github.com/apache/arrow/go/v17/arrow/memory"
	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// columnChunk finds the column chunk of a column by its path in the schema.
func columnChunk(group *file.RowGroupReader, path string) (file.ColumnChunkReader, error) {
	s := group.MetaData().Schema
	i := s.ColumnIndexByName(path)
	if i < 0 {
		return nil, fmt.Errorf("no column %s", path)
	}
	pages, err := group.GetColumnPageReader(i)
	if err != nil {
		return nil, err
	}
	checked := &checkedPages{PageReader: pages, column: s.Column(i)}
	return file.NewColumnReader(checked.column, checked, memory.DefaultAllocator, &readBuffers), nil
}

var readBuffers = sync.Pool{New: func() any { return memory.NewResizableBuffer(memory.DefaultAllocator) }}

// checkedPages refuses data pages with fewer levels than values: arrow asks for the
// missing ones forever.
type checkedPages struct {
	file.PageReader
	column *schema.Column
	err    error
}

func (p *checkedPages) Next() bool {
	if p.err != nil || !p.PageReader.Next() {
		return false
	}
	if page, ok := p.Page().(file.DataPage); ok {
		p.err = checkLevels(page, p.column)
	}
	return p.err == nil
}

func (p *checkedPages) Err() error {
	if p.err != nil {
		return p.err
	}
	return p.PageReader.Err()
}

// checkLevels checks that a data page has the levels that it claims.
func checkLevels(page file.DataPage, column *schema.Column) error {
	v1, ok := page.(*file.DataPageV1)
	if !ok {
		return errors.New("it has data pages of version 2, which no lake has")
	}
	data := v1.Data()
	for _, levels := range []struct {
		highest  int16
		encoding arrowparquet.Encoding
	}{
		{column.MaxRepetitionLevel(), v1.RepetitionLevelEncoding()},
		{column.MaxDefinitionLevel(), v1.DefinitionLevelEncoding()},
	} {
		if levels.highest == 0 {
			continue
		}
		if levels.encoding != arrowparquet.Encodings.RLE {
			return fmt.Errorf("levels have encoding %v, which no lake has", levels.encoding)
		}
		if len(data) < levelsLength || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-levelsLength) {
			return errFewLevels
		}
		end := levelsLength + int(binary.LittleEndian.Uint32(data))
		if countHybrid(data[levelsLength:end], bits.Len16(uint16(levels.highest))) < int(v1.NumValues()) {
			return errFewLevels
		}
		data = data[end:]
	}
	return nil
}

var errFewLevels = errors.New("a page has fewer levels than values")

// countHybrid counts the values of the hybrid encoding (see [appendHybrid]), up to the
// first stretch that is not whole.
func countHybrid(data []byte, width int) (n int) {
	for len(data) > 0 {
		header, size := binary.Uvarint(data)
		if size <= 0 || header>>1 == 0 || header > math.MaxInt32 {
			return n
		}
		data = data[size:]
		count, length := int(header>>1), (width+7)/8
		if header&1 != 0 {
			count, length = 8*count, width*count
		}
		if length > len(data) {
			return n
		}
		n += count
		data = data[length:]
	}
	return n
}
