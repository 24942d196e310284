package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Alteration is a change of the values of a file that leaves its rows, its NULLs and the
// length of every text as they are.
type Alteration struct {
	// Texts changes the texts of a column in place; nil for a column that stays as it is.
	// Texts that differ must differ after it, too.
	Texts func(column int) func(text []byte)
	// Added is what is added to every number, time (µs) or day of a column.
	Added func(column int) int64
}

// Alter writes a file of the given schema anew with changed values, and returns how many
// rows it has. Pages without a changed value are copied as they are, compressed, so that it
// takes a fraction of the time of reading and writing the rows.
func Alter(path string, s *Schema, w io.Writer, by Alteration) (rows int64, err error) {
	err = readFile(path, func(r *file.Reader) error {
		from, err := os.Open(path)
		if err != nil {
			return err
		}
		defer from.Close()
		fw, err := newFileWriter(w, s)
		if err != nil {
			return err
		}
		a := &alterer{from: from, by: by, pages: pages{sink: fw.sink}}
		for n := range r.NumRowGroups() {
			if err := a.group(fw, n, r.MetaData().RowGroup(n)); err != nil {
				return fmt.Errorf("row group %d: %w", n, err)
			}
		}
		rows = r.NumRows()
		meta := map[string]string{}
		kv := r.MetaData().KeyValueMetadata()
		for i, key := range kv.Keys() {
			meta[key] = kv.Values()[i]
		}
		return fw.Close(meta)
	})
	return rows, err
}

// alterer writes the column chunks of one file into another.
type alterer struct {
	pages
	from io.ReaderAt
	by   Alteration
	raw  []byte // a chunk as it was
}

func (a *alterer) group(w *fileWriter, number int, from *metadata.RowGroupMetaData) error {
	if from.NumColumns() != len(w.schema.Columns) {
		return fmt.Errorf("it has %d columns, and the table %d", from.NumColumns(), len(w.schema.Columns))
	}
	to := w.footer.AppendRowGroup()
	to.SetNumRows(int(from.NumRows()))
	size := int64(0)
	for i := range w.schema.Columns {
		chunk, err := from.ColumnChunk(i)
		if err == nil {
			err = a.column(to.NextColumnChunk(), &w.schema.Columns[i], i, chunk)
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", w.schema.Columns[i].Name, err)
		}
		size += a.chunk.UncompressedSize
	}
	w.groups++
	return to.Finish(size, int16(number))
}

func (a *alterer) column(to *metadata.ColumnChunkMetaDataBuilder, column *Column, i int, from *metadata.ColumnChunkMetaData) error {
	start := from.DataPageOffset()
	if from.HasDictionaryPage() {
		start = from.DictionaryPageOffset()
	}
	a.raw = grown(a.raw, int(from.TotalCompressedSize()))
	if _, err := a.from.ReadAt(a.raw, start); err != nil {
		return err
	}
	was, err := statisticsOf(from)
	if err != nil {
		return err
	}
	a.begin()
	change := a.change(column, i)
	if err := a.pagesOf(column, change); err != nil {
		return err
	}
	if change != nil {
		was = change.statistics(column, was)
	}
	to.SetStats(was.encoded(to.Descr().SortOrder() == schema.SortSIGNED))
	if err := to.Finish(a.chunk, a.dictionary, false, a.encodings, nil); err != nil {
		return err
	}
	to.Contents().FileOffset = 0
	return nil
}

// change is what happens to the values of a column chunk.
type change struct {
	text  func([]byte)
	added int64
	size  int        // of a number in bytes
	seen  statistics // of changed texts
}

// change is nil for a column that stays as it is.
func (a *alterer) change(column *Column, i int) *change {
	switch column.Kind {
	case Dict, Text, TextList:
		if text := a.by.Texts(i); text != nil {
			return &change{text: text}
		}
	case Timestamp, Int64:
		if added := a.by.Added(i); added != 0 {
			return &change{added: added, size: 8}
		}
	case Int32, Date:
		if added := a.by.Added(i); added != 0 {
			return &change{added: added, size: 4}
		}
	}
	return nil
}

// pagesOf writes the pages of a chunk. Those of its dictionary hold the values, if it has
// one, else its data pages.
func (a *alterer) pagesOf(column *Column, c *change) error {
	for rest := a.raw; len(rest) > 0; {
		header, n, err := readPageHeader(rest)
		if err != nil {
			return err
		}
		if header.packed > len(rest)-n {
			return errPageHeader
		}
		body := rest[n : n+header.packed]
		rest = rest[n+header.packed:]
		if c != nil && (header.dictionary || header.encoding == plain) {
			a.page = pooledZstd{}.Decode(a.page, body)
			err = c.page(a.page, header.dictionary, column)
			a.packed = pooledZstd{}.Encode(a.packed, a.page)
			body = a.packed
		}
		if err == nil {
			err = a.put(header, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// behindLevels is what a data page holds behind its levels.
func behindLevels(page []byte, column *Column) ([]byte, error) {
	levels := 1 // of definition
	switch {
	case column.Required:
		levels = 0
	case column.Kind == TextList:
		levels = 2 // and of repetition
	}
	for range levels {
		if len(page) < levelsLength || uint64(binary.LittleEndian.Uint32(page)) > uint64(len(page)-levelsLength) {
			return nil, errFewLevels
		}
		page = page[levelsLength+int(binary.LittleEndian.Uint32(page)):]
	}
	return page, nil
}

// page changes the values of a page.
func (c *change) page(page []byte, dictionary bool, column *Column) (err error) {
	if !dictionary {
		if page, err = behindLevels(page, column); err != nil {
			return err
		}
	}
	return c.all(page)
}

// all changes values as they stand in a page.
func (c *change) all(values []byte) error {
	for len(values) > 0 {
		size := c.size
		if c.text != nil {
			if len(values) < textLength || uint64(binary.LittleEndian.Uint32(values)) > uint64(len(values)-textLength) {
				return errFewValues
			}
			size = int(binary.LittleEndian.Uint32(values))
			values = values[textLength:]
			c.text(values[:size])
			c.seen.seeText(values[:size])
		} else if len(values) < size {
			return errFewValues
		} else if err := c.add(values[:size]); err != nil {
			return err
		}
		values = values[size:]
	}
	c.seen.lowest, c.seen.highest = bytes.Clone(c.seen.lowest), bytes.Clone(c.seen.highest) // the page's memory is used again
	return nil
}

// add adds to a number as it stands in a page, or in the statistics.
func (c *change) add(number []byte) error {
	if c.size == 8 {
		binary.LittleEndian.PutUint64(number, binary.LittleEndian.Uint64(number)+uint64(c.added))
		return nil
	}
	sum := int64(int32(binary.LittleEndian.Uint32(number))) + c.added
	binary.LittleEndian.PutUint32(number, uint32(sum))
	return check32([]int64{sum})
}

// statisticsOf are those that the footer has of a chunk.
func statisticsOf(chunk *metadata.ColumnChunkMetaData) (s statistics, err error) {
	known, err := chunk.Statistics()
	if err != nil || known == nil {
		return s, err
	}
	e, err := known.Encode()
	// An end that was left out (see [statistics.limit]) comes as an empty one.
	return statistics{nulls: int(e.NullCount), lowest: e.Min, hasLowest: e.HasMin, highest: e.Max, hasHighest: e.HasMax && len(e.Max) > 0}, err
}

// statistics are those of the changed chunk.
func (c *change) statistics(column *Column, was statistics) statistics {
	if c.text == nil {
		for _, end := range [][]byte{was.lowest, was.highest} {
			if len(end) == c.size {
				c.add(end) // as was added to a value, without an error
			}
		}
		return was
	}
	c.seen.nulls = was.nulls
	switch {
	case column.Raw:
		c.seen.hasLowest, c.seen.hasHighest = false, false
	case column.Kind == Text:
		c.seen.limit()
	default:
		c.seen.limitBoth()
	}
	return c.seen
}

var (
	errFewValues  = errors.New("a page ends within a value")
	errPageHeader = errors.New("a page begins with another header than those of a lake")
)

// readPageHeader reads what [pageHeader.append] writes, and says how long it is.
func readPageHeader(b []byte) (h pageHeader, n int, err error) {
	byteIs := func(want byte) {
		if n >= len(b) || b[n] != want {
			err = errPageHeader
			return
		}
		n++
	}
	field := func() int {
		if byteIs(1<<4 | thriftI32); err != nil {
			return 0
		}
		value, size := binary.Varint(b[n:])
		if size <= 0 || value < 0 || value > math.MaxInt32 {
			err = errPageHeader
			return 0
		}
		n += size
		return int(value)
	}
	kind := field()
	h.dictionary = kind == typeDictionaryPage
	h.size, h.packed = field(), field()
	if h.dictionary {
		byteIs(4<<4 | thriftStruct)
	} else {
		byteIs(2<<4 | thriftStruct)
	}
	h.values, h.encoding = field(), arrowparquet.Encoding(field())
	if h.dictionary {
		byteIs(1<<4 | thriftFalse)
	} else {
		field()
		field()
	}
	byteIs(thriftStop)
	byteIs(thriftStop)
	return h, n, err
}
