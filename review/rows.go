package review

import "roletrail/queries"

// Record is a struct whose fields have an order and types: a row inside a
// cell.
type Record struct {
	Columns []queries.Column
	Cells   []any
}

// heldRows are rows in memory.
type heldRows struct {
	columns []queries.Column
	rows    [][]any
	at      int
}

// HeldRows makes rows out of cells that are in memory already.
func HeldRows(columns []queries.Column, rows [][]any) queries.Rows {
	return &heldRows{columns: columns, rows: rows, at: -1}
}

func (h *heldRows) Columns() []queries.Column { return h.columns }
func (h *heldRows) Next() bool                { h.at++; return h.at < len(h.rows) }
func (h *heldRows) Row() []any                { return h.rows[h.at] }
func (h *heldRows) Err() error                { return nil }
func (h *heldRows) Close() error              { return nil }
