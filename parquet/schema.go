package parquet

import (
	"fmt"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Kind is how a column is stored, and thereby which fields of [Values] carry it.
type Kind uint8

const (
	Dict      Kind = iota // text of few distinct values: dictionary and codes
	Text                  // text of many distinct values, stored plainly
	Timestamp             // microseconds since 1970, UTC; in Parquet a time without zone
	Bool
	Int32
	Int64
	Date     // days since 1970
	TextList // list of texts, dictionary encoded; elements are never NULL
)

// Column is one column of a table.
type Column struct {
	Name string
	Kind Kind
	// Raw marks JSON as AWS wrote it. It gets no minimum and maximum, which would put
	// request parameters in clear into the footer, but its NULLs are counted.
	Raw bool
	// Required marks a column that is never NULL.
	Required bool
}

// Schema is the columns of one table in their order in the file.
type Schema struct {
	Table   string
	Columns []Column

	index map[string]int
}

// Index is the position of the named column, -1 if the table has none.
func (s *Schema) Index(name string) int {
	if i, ok := s.index[name]; ok {
		return i
	}
	return -1
}

// Only is the schema with the named columns alone, to read them with [EachRow]. It
// panics if the table has no such column.
func (s *Schema) Only(names ...string) *Schema {
	columns := make([]Column, len(names))
	for i, name := range names {
		columns[i] = s.Columns[s.Index(name)]
	}
	return newSchema(s.Table, columns...)
}

// newSchema builds a table's schema. It panics on a mistake in the tables of
// this package, which is found when any test of it starts.
func newSchema(table string, columns ...Column) *Schema {
	s := &Schema{Table: table, Columns: columns, index: make(map[string]int, len(columns))}
	for i, c := range columns {
		if _, twice := s.index[c.Name]; twice {
			panic(fmt.Sprintf("parquet: column %s of %s is declared twice", c.Name, table))
		}
		if c.Kind == TextList && c.Required {
			panic(fmt.Sprintf("parquet: list column %s of %s is required; lists may always be NULL", c.Name, table))
		}
		s.index[c.Name] = i
	}
	return s
}

// root is the Parquet schema. Every writer needs one of its own: arrow writes into the
// nodes when it takes them.
func (s *Schema) root() *schema.GroupNode {
	fields := make(schema.FieldList, len(s.Columns))
	for i, c := range s.Columns {
		fields[i] = c.node()
	}
	return schema.MustGroup(schema.NewGroupNode("schema", arrowparquet.Repetitions.Required, fields, -1))
}

// node is the column's place in the Parquet schema.
func (c Column) node() schema.Node {
	rep := arrowparquet.Repetitions.Optional
	if c.Required {
		rep = arrowparquet.Repetitions.Required
	}
	leaf := func(logical schema.LogicalType, t arrowparquet.Type) schema.Node {
		return schema.MustPrimitive(schema.NewPrimitiveNodeLogical(c.Name, rep, logical, t, -1, -1))
	}
	switch c.Kind {
	case Dict, Text:
		return leaf(schema.StringLogicalType{}, arrowparquet.Types.ByteArray)
	case Timestamp:
		return leaf(schema.NewTimestampLogicalTypeForce(false, schema.TimeUnitMicros), arrowparquet.Types.Int64)
	case Bool:
		return leaf(schema.NoLogicalType{}, arrowparquet.Types.Boolean)
	case Int32:
		return leaf(schema.NoLogicalType{}, arrowparquet.Types.Int32)
	case Int64:
		return leaf(schema.NoLogicalType{}, arrowparquet.Types.Int64)
	case Date:
		return leaf(schema.DateLogicalType{}, arrowparquet.Types.Int32)
	case TextList:
		return c.listNode(rep)
	}
	panic(fmt.Sprintf("parquet: column %s has unknown kind %d", c.Name, c.Kind))
}

// listNode is the three-level list of the Parquet specification.
func (c Column) listNode(rep arrowparquet.Repetition) schema.Node {
	element := schema.MustPrimitive(schema.NewPrimitiveNodeLogical("element",
		arrowparquet.Repetitions.Required, schema.StringLogicalType{}, arrowparquet.Types.ByteArray, -1, -1))
	list := schema.MustGroup(schema.NewGroupNode("list", arrowparquet.Repetitions.Repeated, schema.FieldList{element}, -1))
	return schema.MustGroup(schema.NewGroupNodeLogical(c.Name, rep, schema.FieldList{list}, schema.NewListLogicalType(), -1))
}

// leafPath is the dotted path of the column's values in the Parquet schema.
func (c Column) leafPath() string {
	if c.Kind == TextList {
		return c.Name + ".list.element"
	}
	return c.Name
}
