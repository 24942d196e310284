package parquet

import (
	"encoding/binary"
	"fmt"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// pageSize bounds a data page before compression. Only a single value, or a single
// row of a list, that is larger makes a larger page. Tests set it to have many pages.
var pageSize = 1 << 20

// maxLevelBytes bounds what one row (of lists: one element) adds to a page beside its
// value; pageRest is what a page has beside the rows: lengths of levels and codes'
// width.
const (
	maxLevelBytes = 1
	pageRest      = 64
)

// pages writes the pages of one column chunk after another, and counts what the
// footer says of them. Its buffers grow to the size of a page and are used again.
type pages struct {
	sink   *sink
	page   []byte // the page being built
	packed []byte // the same, compressed
	header []byte

	chunk      metadata.ChunkMetaInfo
	encodings  metadata.EncodingStats
	dictionary bool // the chunk has one
}

// begin starts a column chunk.
func (p *pages) begin() {
	p.chunk = metadata.ChunkMetaInfo{IndexPageOffset: -1} // there is no index page
	p.dictionary = false
	if p.encodings.DataEncodingStats == nil {
		p.encodings.DictEncodingStats = map[arrowparquet.Encoding]int32{}
		p.encodings.DataEncodingStats = map[arrowparquet.Encoding]int32{}
	}
	clear(p.encodings.DictEncodingStats)
	clear(p.encodings.DataEncodingStats)
}

// release gives back what a very large value, or dictionary, made the buffers grow to.
func (p *pages) release() {
	p.sink = nil
	if cap(p.page) > 4*pageSize {
		p.page = nil
	}
	if cap(p.packed) > 4*pageSize {
		p.packed = nil
	}
}

// writeDictionary writes the page as the chunk's dictionary of so many entries.
func (p *pages) writeDictionary(entries int) error {
	return p.write(pageHeader{dictionary: true, values: entries, encoding: arrowparquet.Encodings.Plain})
}

// writeData writes the page as a data page of so many values, NULLs included.
func (p *pages) writeData(values int, encoding arrowparquet.Encoding) error {
	return p.write(pageHeader{values: values, encoding: encoding})
}

func (p *pages) write(h pageHeader) error {
	if len(p.page) > maxPageMemory {
		return fmt.Errorf("page of %d bytes is larger than %d", len(p.page), maxPageMemory)
	}
	p.packed = pooledZstd{}.Encode(p.packed, p.page)
	h.size = len(p.page)
	return p.put(h, p.packed)
}

// put writes a page that is compressed.
func (p *pages) put(h pageHeader, packed []byte) error {
	if h.dictionary {
		p.dictionary = true
		p.chunk.DictPageOffset = p.sink.n
		p.encodings.DictEncodingStats[h.encoding]++
	} else {
		if p.chunk.NumValues == 0 {
			p.chunk.DataPageOffset = p.sink.n
		}
		p.chunk.NumValues += int64(h.values)
		p.encodings.DataEncodingStats[h.encoding]++
	}
	h.packed = len(packed)
	p.header = h.append(p.header[:0])
	p.chunk.UncompressedSize += int64(len(p.header) + h.size)
	p.chunk.CompressedSize += int64(len(p.header) + h.packed)
	if _, err := p.sink.Write(p.header); err != nil {
		return err
	}
	_, err := p.sink.Write(packed)
	return err
}

// pageHeader is the PageHeader of parquet.thrift. Arrow has it too, but writing it is
// bound to a page writer that makes a new buffer for every dictionary and puts a copy
// of the footer's entry behind every column chunk, 14 kB per row group of events.
type pageHeader struct {
	dictionary   bool // else a data page of version 1
	size, packed int  // bytes of the page before and after compression
	values       int
	encoding     arrowparquet.Encoding
}

// What parquet.thrift and Thrift's compact protocol call these numbers.
const (
	thriftStop   = 0
	thriftFalse  = 2
	thriftI32    = 5
	thriftStruct = 12

	typeDataPage       = 0
	typeDictionaryPage = 2
)

// append encodes the header in Thrift's compact protocol: before every field a byte
// with the step from the last field's number and the type.
func (h pageHeader) append(b []byte) []byte {
	field := func(step byte, value int) { b = binary.AppendVarint(append(b, step<<4|thriftI32), int64(value)) }
	kind, at := typeDataPage, byte(2) // data_page_header is field 5
	if h.dictionary {
		kind, at = typeDictionaryPage, 4 // dictionary_page_header is field 7
	}
	field(1, kind)
	field(1, h.size)
	field(1, h.packed)
	b = append(b, at<<4|thriftStruct)
	field(1, h.values)
	field(1, int(h.encoding))
	if h.dictionary {
		b = append(b, 1<<4|thriftFalse) // is_sorted
	} else {
		field(1, int(arrowparquet.Encodings.RLE)) // of definition levels
		field(1, int(arrowparquet.Encodings.RLE)) // of repetition levels
	}
	return append(b, thriftStop, thriftStop)
}
