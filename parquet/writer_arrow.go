package parquet

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
)

const (
	pageSize     = 1 << 20 // bytes of a data page before compression
	maxStatBytes = 256     // longer minima and maxima stay out of the footer
	createdBy    = "roletrail version 1"
)

// writerProperties is what arrow has to know of a table. The encodings in the
// footer come from here, so they must be the ones really written.
func writerProperties(columns []Column) *arrowparquet.WriterProperties {
	opts := []arrowparquet.WriterProperty{
		arrowparquet.WithVersion(arrowparquet.V2_LATEST),
		arrowparquet.WithDataPageVersion(arrowparquet.DataPageV1),
		arrowparquet.WithDataPageSize(pageSize),
		arrowparquet.WithCompression(compress.Codecs.Zstd),
		arrowparquet.WithCompressionLevel(1),
		arrowparquet.WithDictionaryDefault(false),
		arrowparquet.WithDictionaryPageSizeLimit(math.MaxInt64),
		arrowparquet.WithMaxStatsSize(maxStatBytes),
		arrowparquet.WithCreatedBy(createdBy),
	}
	for _, c := range columns {
		if c.Kind == Dict || c.Kind == TextList {
			opts = append(opts, arrowparquet.WithDictionaryFor(c.leafPath(), true))
		}
		if c.Raw {
			opts = append(opts, arrowparquet.WithStatsFor(c.leafPath(), false))
		}
	}
	return arrowparquet.NewWriterProperties(opts...)
}

// arrowWriter is the Writer made of arrow's column writers.
type arrowWriter struct {
	schema *Schema
	sink   *sink
	file   *file.Writer
	groups int
	err    error // first error; the file is lost
	scratch
}

func newArrowWriter(w io.Writer, s *Schema) (aw *arrowWriter, err error) {
	defer recoverTo(&err)
	aw = &arrowWriter{schema: s, sink: &sink{buf: bufio.NewWriterSize(w, sinkBuffer)}}
	aw.file = file.NewParquetWriter(aw.sink, s.root(), file.WithWriterProps(s.props))
	return aw, aw.sink.Err()
}

func (w *arrowWriter) Bytes() int64 { return w.sink.n }

func (w *arrowWriter) WriteRowGroup(rows int, columns []Values) error {
	if w.err == nil {
		w.err = w.writeRowGroup(rows, columns)
	}
	return w.err
}

func (w *arrowWriter) writeRowGroup(rows int, columns []Values) (err error) {
	defer recoverTo(&err)
	switch {
	case rows < 1 || rows > math.MaxInt32:
		return fmt.Errorf("writing row group: %d rows, not 1 to %d", rows, math.MaxInt32)
	case len(columns) != len(w.schema.Columns):
		return fmt.Errorf("writing row group: %d columns for the %d of %s", len(columns), len(w.schema.Columns), w.schema.Table)
	case w.groups == math.MaxInt16:
		return fmt.Errorf("writing row group: the file has %d, no more are possible; start another file", w.groups)
	}
	w.groups++
	group := w.file.AppendRowGroup()
	for i := range columns {
		if err := w.writeColumn(group, &w.schema.Columns[i], rows, &columns[i]); err != nil {
			return fmt.Errorf("writing column %s: %w", w.schema.Columns[i].Name, err)
		}
	}
	// Arrow closes row groups by itself too, but drops the error.
	if err := group.Close(); err != nil {
		return fmt.Errorf("writing row group: %w", err)
	}
	return w.sink.Err()
}

func (w *arrowWriter) writeColumn(group file.SerialRowGroupWriter, c *Column, rows int, v *Values) error {
	chunk, err := group.NextColumn()
	if err != nil {
		return err
	}
	switch chunk := chunk.(type) {
	case *file.ByteArrayColumnChunkWriter:
		switch c.Kind {
		case Dict:
			return w.writeDict(chunk, rows, v, c.Required)
		case TextList:
			return w.writeList(chunk, rows, v)
		default:
			return w.writeText(chunk, rows, v, c.Required)
		}
	case *file.Int64ColumnChunkWriter:
		return writeDense(w, chunk.WriteBatch, v.Int64, rows, v, c.Required)
	case *file.Int32ColumnChunkWriter:
		values, err := w.narrow(v.Int64)
		if err != nil {
			return err
		}
		return writeDense(w, chunk.WriteBatch, values, rows, v, c.Required)
	case *file.BooleanColumnChunkWriter:
		return writeDense(w, chunk.WriteBatch, v.Bool, rows, v, c.Required)
	}
	return fmt.Errorf("no writer for arrow's %T", chunk)
}

func (w *arrowWriter) Close(meta map[string]string) error {
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

func (w *arrowWriter) close(meta map[string]string) (err error) {
	defer recoverTo(&err)
	for _, key := range slices.Sorted(maps.Keys(meta)) { // the same input makes the same bytes
		if err := w.file.AppendKeyValueMetadata(key, meta[key]); err != nil {
			return fmt.Errorf("writing footer: %w", err)
		}
	}
	if err := w.writeFooter(); err != nil {
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
