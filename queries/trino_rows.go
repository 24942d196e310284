package queries

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// trinoRows reads the result page by page, as the server makes it.
type trinoRows struct {
	ctx     context.Context
	server  *trinoServer
	rows    *sql.Rows
	columns []Column
	types   []string // Trino's, without arguments
	cells   []any
	places  []any // pointers to cells
	err     error
}

// newTrinoRows takes over rows, also on error.
func newTrinoRows(ctx context.Context, server *trinoServer, rows *sql.Rows) (*trinoRows, error) {
	types, err := rows.ColumnTypes()
	if err == nil && len(types) == 0 {
		err = rows.Err() // the statement failed before it had columns
	}
	if err != nil {
		return nil, errors.Join(server.explain(ctx, err), rows.Close())
	}
	r := &trinoRows{ctx: ctx, server: server, rows: rows, cells: make([]any, len(types)), places: make([]any, len(types))}
	for i, t := range types {
		name, _, _ := strings.Cut(strings.ToLower(t.DatabaseTypeName()), "(")
		r.types = append(r.types, name)
		r.columns = append(r.columns, Column{Name: t.Name(), Type: neutralType(name)})
		r.places[i] = &r.cells[i]
	}
	return r, nil
}

// neutralType is the name that all engines have for a type of Trino.
func neutralType(name string) string {
	switch name {
	case "boolean", "date", "double":
		return name
	case "tinyint", "smallint", "integer", "bigint":
		return "bigint"
	case "real", "decimal":
		return "double"
	case "timestamp", "timestamp with time zone":
		return "timestamp"
	case "array":
		return "list"
	case "row", "map":
		return "struct"
	}
	return "varchar"
}

func (r *trinoRows) Columns() []Column { return r.columns }

func (r *trinoRows) Next() bool {
	if r.err != nil || !r.rows.Next() {
		return false
	}
	if r.err = r.rows.Scan(r.places...); r.err != nil {
		return false
	}
	for i, cell := range r.cells {
		if r.cells[i], r.err = trinoCell(cell, r.types[i]); r.err != nil {
			r.err = fmt.Errorf("reading column %q: %w", r.columns[i].Name, r.err)
			return false
		}
	}
	return true
}

// trinoCell turns what the driver makes of a value into what [Rows] promises.
func trinoCell(v any, name string) (any, error) {
	switch v := v.(type) {
	case time.Time:
		return v.UTC(), nil
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, nil
		}
		return v.Float64()
	case string:
		if name == "decimal" {
			return strconv.ParseFloat(v, 64)
		}
		return v, nil
	case []byte:
		return fmt.Sprintf("%x", v), nil
	case []any:
		return trinoList(v)
	case map[string]any:
		return trinoStruct(v)
	}
	return v, nil
}

func trinoList(list []any) (any, error) {
	out := make([]any, len(list))
	for i, element := range list {
		var err error
		if out[i], err = trinoCell(element, ""); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func trinoStruct(fields map[string]any) (any, error) {
	out := make(map[string]any, len(fields))
	for name, field := range fields {
		var err error
		if out[name], err = trinoCell(field, ""); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *trinoRows) Row() []any { return r.cells }

func (r *trinoRows) Err() error {
	if r.err != nil {
		return r.err
	}
	return r.server.explain(r.ctx, r.rows.Err())
}

// Close ends the statement, also one that is still running.
func (r *trinoRows) Close() error { return r.rows.Close() }
