package parquet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Writer writes the row groups of one Parquet file. It is not safe for
// concurrent use. After an error every further call returns that error, and the
// file must be thrown away.
type Writer interface {
	// WriteRowGroup writes rows rows, 1 or more; columns are those of the schema in
	// its order.
	WriteRowGroup(rows int, columns []Values) error
	// WriteColumns writes the same, and asks for one column after another: each is
	// written before the next is asked for, so that all may use the same memory.
	WriteColumns(rows int, column func(i int) *Values) error
	// Close writes the footer with key-value metadata. The file is complete only
	// when this returned nil.
	Close(meta map[string]string) error
	// Bytes is what was written so far.
	Bytes() int64
}

// NewWriter starts a Parquet file of the given schema on w. It never closes w.
func NewWriter(w io.Writer, s *Schema) (Writer, error) { return newFileWriter(w, s) }

// properties is what arrow's footer has to know of a file. Encodings and compression
// in it come from here, so they must be those really written.
var properties = arrowparquet.NewWriterProperties(
	arrowparquet.WithVersion(arrowparquet.V2_LATEST),
	arrowparquet.WithCompression(compress.Codecs.Zstd),
	arrowparquet.WithEncoding(plain), // of chunks without a dictionary
	arrowparquet.WithCreatedBy("roletrail version 1"),
)

// fileWriter is the Writer: pages are its own, the footer is arrow's.
type fileWriter struct {
	schema *Schema
	sink   *sink
	footer *metadata.FileMetaDataBuilder
	groups int
	err    error // first error; the file is lost
}

func newFileWriter(w io.Writer, s *Schema) (fw *fileWriter, err error) {
	defer recoverTo(&err)
	fw = &fileWriter{schema: s, sink: &sink{buf: bufio.NewWriterSize(w, sinkBuffer)}}
	fw.footer = metadata.NewFileMetadataBuilder(schema.NewSchema(s.root()), properties, nil)
	_, err = fw.sink.Write([]byte(magic))
	return fw, err
}

func (w *fileWriter) Bytes() int64 { return w.sink.n }

func (w *fileWriter) WriteRowGroup(rows int, columns []Values) error {
	if w.err == nil && len(columns) != len(w.schema.Columns) {
		w.err = fmt.Errorf("writing row group: %d columns for the %d of %s", len(columns), len(w.schema.Columns), w.schema.Table)
	}
	return w.WriteColumns(rows, func(i int) *Values { return &columns[i] })
}

func (w *fileWriter) WriteColumns(rows int, column func(i int) *Values) error {
	if w.err == nil {
		w.err = w.writeRowGroup(rows, column)
	}
	return w.err
}

func (w *fileWriter) writeRowGroup(rows int, values func(i int) *Values) (err error) {
	defer recoverTo(&err)
	switch {
	case rows < 1 || rows > math.MaxInt32:
		return fmt.Errorf("writing row group: %d rows, not 1 to %d", rows, math.MaxInt32)
	case w.groups == math.MaxInt16:
		return fmt.Errorf("writing row group: the file has %d, no more are possible; start another file", w.groups)
	}
	group := w.footer.AppendRowGroup()
	group.SetNumRows(rows)
	c := chunkWriters.get()
	defer chunkWriters.put(c)
	c.sink = w.sink
	defer c.release()
	size := int64(0) // before compression
	for i := range w.schema.Columns {
		column := &w.schema.Columns[i]
		if err := c.write(group.NextColumnChunk(), column, rows, values(i)); err != nil {
			return fmt.Errorf("writing column %s: %w", column.Name, err)
		}
		size += c.chunk.UncompressedSize
	}
	if err := group.Finish(size, int16(w.groups)); err != nil {
		return fmt.Errorf("writing row group: %w", err)
	}
	w.groups++
	return w.sink.Err()
}

func (w *fileWriter) Close(meta map[string]string) error {
	if w.err == nil {
		w.err = w.close(meta)
		if w.err == nil {
			w.err = errClosed
			return nil
		}
	}
	return w.err
}

var errClosed = errors.New("writing Parquet: the file is already closed")

func (w *fileWriter) close(meta map[string]string) (err error) {
	defer recoverTo(&err)
	if err := w.writeFooter(meta); err != nil {
		return fmt.Errorf("writing footer: %w", err)
	}
	return w.sink.buf.Flush()
}

// recoverTo turns a panic of arrow, its way to report some errors, into *err.
func recoverTo(err *error) {
	switch r := recover().(type) {
	case nil:
	case error:
		*err = fmt.Errorf("parquet library: %w", r)
	default:
		*err = fmt.Errorf("parquet library: %v", r)
	}
}
