package parquet

import (
	"fmt"
	"math"
	"time"
)

// Builder collects rows of Go values into the columns of one row group. It is
// for tables of few rows (coverage, inventory) and for tests; the pipeline fills
// [Values] itself.
type Builder struct {
	schema  *Schema
	rows    int
	columns []Values
	codes   []map[string]int32 // positions in Dict
}

// NewBuilder makes a Builder for rows of s.
func NewBuilder(s *Schema) *Builder {
	b := &Builder{schema: s, columns: make([]Values, len(s.Columns)), codes: make([]map[string]int32, len(s.Columns))}
	for i := range b.codes {
		b.codes[i] = map[string]int32{}
	}
	return b
}

// Rows is the number of rows appended since the last Flush.
func (b *Builder) Rows() int { return b.rows }

// Append adds one row: a value for each column in the schema's order. nil is
// NULL; texts are string, numbers int or int64, Timestamp and Date time.Time,
// lists []string. A value of another type is an error that names the column, and
// the builder is unusable after it.
func (b *Builder) Append(row ...any) error {
	if len(row) != len(b.schema.Columns) {
		return fmt.Errorf("building a row of %s: %d values for %d columns", b.schema.Table, len(row), len(b.schema.Columns))
	}
	for i, cell := range row {
		c := &b.schema.Columns[i]
		if !b.add(i, c.Kind, cell) || cell == nil && c.Required {
			return fmt.Errorf("building a row of %s: column %s takes no %T", b.schema.Table, c.Name, cell)
		}
	}
	b.rows++
	return nil
}

// Flush writes the rows as one row group, if there are any, and starts anew.
func (b *Builder) Flush(w Writer) error {
	if b.rows == 0 {
		return nil
	}
	err := w.WriteRowGroup(b.rows, b.columns)
	*b = *NewBuilder(b.schema)
	return err
}

// add appends a cell to column i and reports whether its type fits.
func (b *Builder) add(i int, kind Kind, cell any) bool {
	v := &b.columns[i]
	switch kind {
	case Dict:
		return b.addDict(i, v, cell)
	case TextList:
		return b.addList(i, v, cell)
	}
	if cell == nil {
		v.Def = append(v.Def, 0)
		return true
	}
	v.Def = append(v.Def, 1)
	return addDense(v, kind, cell)
}

func addDense(v *Values, kind Kind, cell any) bool {
	switch x := cell.(type) {
	case string:
		v.Bytes = append(v.Bytes, []byte(x))
		return kind == Text
	case bool:
		v.Bool = append(v.Bool, x)
		return kind == Bool
	case int:
		v.Int64 = append(v.Int64, int64(x))
		return kind == Int64 || kind == Int32
	case int64:
		v.Int64 = append(v.Int64, x)
		return kind == Int64 || kind == Int32
	case time.Time:
		if kind == Date {
			v.Int64 = append(v.Int64, int64(math.Floor(float64(x.Unix())/86400)))
			return true
		}
		v.Int64 = append(v.Int64, x.UnixMicro())
		return kind == Timestamp
	}
	return false
}

func (b *Builder) addDict(i int, v *Values, cell any) bool {
	switch x := cell.(type) {
	case nil:
		v.Codes = append(v.Codes, -1)
	case string:
		v.Codes = append(v.Codes, b.code(i, v, x))
	default:
		return false
	}
	return true
}

func (b *Builder) addList(i int, v *Values, cell any) bool {
	list, ok := cell.([]string)
	for _, x := range list {
		v.Codes = append(v.Codes, b.code(i, v, x))
	}
	v.Ends = append(v.Ends, int32(len(v.Codes)))
	v.ListNull = append(v.ListNull, cell == nil)
	return ok || cell == nil
}

func (b *Builder) code(i int, v *Values, text string) int32 {
	code, known := b.codes[i][text]
	if !known {
		code = int32(len(v.Dict))
		v.Dict = append(v.Dict, []byte(text))
		b.codes[i][text] = code
	}
	return code
}
