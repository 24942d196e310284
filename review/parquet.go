package review

import (
	"bufio"
	"fmt"
	"io"
	"time"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"

	"roletrail/queries"
)

// A row group is written when it has so many rows, or so many bytes of text.
const (
	groupRows  = 65_536
	groupBytes = 32 << 20
)

// parquetRenderer writes a Parquet file: the types of the lake, so that any engine can join the
// answer with it, and lists and structs as JSON. The head stands in the footer, under
// "roletrail.meta".
type parquetRenderer struct {
	w       *bufio.Writer
	file    *file.Writer
	columns []*parquetColumn
	rows    int // of the row group that is not written yet
	bytes   int
}

// parquetColumn is a column, and what a row group will have of it. Of the lists of values the
// one of its kind is used.
type parquetColumn struct {
	queries.Column
	texts   []arrowparquet.ByteArray
	numbers []int64 // timestamps are microseconds
	days    []int32
	floats  []float64
	bools   []bool
	present []int16 // definition levels: 1 for a value, 0 for null
}

func (p *parquetRenderer) begin(meta *queries.Meta, columns []queries.Column) (err error) {
	defer parquetPanic(&err)
	head, err := metaJSON(meta)
	if err != nil {
		return err
	}
	var fields schema.FieldList
	for _, column := range uniqueNames(columns) {
		p.columns = append(p.columns, &parquetColumn{Column: column})
		fields = append(fields, parquetNode(column))
	}
	root, err := schema.NewGroupNode("schema", arrowparquet.Repetitions.Required, fields, -1)
	if err != nil {
		return fmt.Errorf("writing parquet: %w", err)
	}
	known := metadata.NewKeyValueMetadata()
	if meta != nil {
		if err := known.Append("roletrail.meta", string(head)); err != nil {
			return fmt.Errorf("writing parquet: %w", err)
		}
	}
	p.file = file.NewParquetWriter(struct{ io.Writer }{p.w}, root, file.WithWriteMetadata(known),
		file.WithWriterProps(arrowparquet.NewWriterProperties(arrowparquet.WithCompression(compress.Codecs.Zstd), arrowparquet.WithCreatedBy("roletrail version 1"))))
	return nil
}

// parquetNode is a column's place in the schema.
func parquetNode(column queries.Column) schema.Node {
	leaf := func(logical schema.LogicalType, kind arrowparquet.Type) schema.Node {
		return schema.MustPrimitive(schema.NewPrimitiveNodeLogical(column.Name, arrowparquet.Repetitions.Optional, logical, kind, -1, -1))
	}
	switch column.Type {
	case "bigint":
		return leaf(schema.NoLogicalType{}, arrowparquet.Types.Int64)
	case "double":
		return leaf(schema.NoLogicalType{}, arrowparquet.Types.Double)
	case "boolean":
		return leaf(schema.NoLogicalType{}, arrowparquet.Types.Boolean)
	case "timestamp":
		return leaf(schema.NewTimestampLogicalTypeForce(false, schema.TimeUnitMicros), arrowparquet.Types.Int64)
	case "date":
		return leaf(schema.DateLogicalType{}, arrowparquet.Types.Int32)
	case "list", "struct":
		return leaf(schema.JSONLogicalType{}, arrowparquet.Types.ByteArray)
	}
	return leaf(schema.StringLogicalType{}, arrowparquet.Types.ByteArray)
}

func (p *parquetRenderer) row(cells []any) error {
	for i, cell := range cells {
		n, err := p.columns[i].add(cell)
		if err != nil {
			return err
		}
		p.bytes += n
	}
	if p.rows++; p.rows < groupRows && p.bytes < groupBytes {
		return nil
	}
	return p.writeGroup()
}

// add takes a cell in, and says how many bytes of text it has.
func (c *parquetColumn) add(cell any) (bytes int, err error) {
	if cell == nil {
		c.present = append(c.present, 0)
		return 0, nil
	}
	c.present = append(c.present, 1)
	var fits bool
	switch c.Type {
	case "bigint":
		var v int64
		v, fits = cell.(int64)
		c.numbers = append(c.numbers, v)
	case "double":
		var v float64
		v, fits = cell.(float64)
		c.floats = append(c.floats, v)
	case "boolean":
		var v bool
		v, fits = cell.(bool)
		c.bools = append(c.bools, v)
	case "timestamp":
		var v time.Time
		v, fits = cell.(time.Time)
		c.numbers = append(c.numbers, v.UnixMicro())
	case "date":
		var v time.Time
		v, fits = cell.(time.Time)
		c.days = append(c.days, int32(v.Unix()/86400))
	default:
		text, _ := plain(c.Column, cell)
		c.texts = append(c.texts, arrowparquet.ByteArray(text))
		return len(text), nil
	}
	if !fits {
		return 0, fmt.Errorf("writing parquet: column %q of type %s has a %T", c.Name, c.Type, cell)
	}
	return 8, nil
}

// writeGroup writes what was taken in as a row group.
func (p *parquetRenderer) writeGroup() (err error) {
	defer parquetPanic(&err)
	group := p.file.AppendRowGroup()
	for _, c := range p.columns {
		chunk, err := group.NextColumn()
		if err == nil {
			err = c.write(chunk)
		}
		if err == nil {
			err = chunk.Close()
		}
		if err != nil {
			return fmt.Errorf("writing parquet: column %q: %w", c.Name, err)
		}
	}
	p.rows, p.bytes = 0, 0
	if err := group.Close(); err != nil {
		return fmt.Errorf("writing parquet: %w", err)
	}
	return nil
}

// write writes the values of a row group, and forgets them.
func (c *parquetColumn) write(chunk file.ColumnChunkWriter) (err error) {
	switch w := chunk.(type) {
	case *file.Int64ColumnChunkWriter:
		_, err = w.WriteBatch(c.numbers, c.present, nil)
	case *file.Int32ColumnChunkWriter:
		_, err = w.WriteBatch(c.days, c.present, nil)
	case *file.Float64ColumnChunkWriter:
		_, err = w.WriteBatch(c.floats, c.present, nil)
	case *file.BooleanColumnChunkWriter:
		_, err = w.WriteBatch(c.bools, c.present, nil)
	case *file.ByteArrayColumnChunkWriter:
		_, err = w.WriteBatch(c.texts, c.present, nil)
	default:
		return fmt.Errorf("no values for a %T", chunk)
	}
	clear(c.texts) // what they point to is not kept
	c.texts, c.numbers, c.days, c.floats, c.bools, c.present = c.texts[:0], c.numbers[:0], c.days[:0], c.floats[:0], c.bools[:0], c.present[:0]
	return err
}

func (p *parquetRenderer) end() (err error) {
	if p.rows > 0 {
		if err := p.writeGroup(); err != nil {
			return err
		}
	}
	defer parquetPanic(&err)
	if err := p.file.Close(); err != nil {
		return fmt.Errorf("writing parquet: %w", err)
	}
	return nil
}

// parquetPanic turns a panic of arrow, its way to report some errors, into *err.
func parquetPanic(err *error) {
	switch r := recover().(type) {
	case nil:
	case error:
		*err = fmt.Errorf("writing parquet: %w", r)
	default:
		*err = fmt.Errorf("writing parquet: %v", r)
	}
}
