package review

import (
	"bufio"

	"roletrail/queries"
)

// ndjsonRenderer writes one object a line. Its head goes to the notes.
type ndjsonRenderer struct {
	w       *bufio.Writer
	o       Options
	columns []queries.Column
	buffer  []byte
}

func (n *ndjsonRenderer) begin(meta *queries.Meta, columns []queries.Column) error {
	n.columns = uniqueNames(columns)
	return WriteNotes(n.o.Notes, meta, n.o.Report)
}

func (n *ndjsonRenderer) row(cells []any) error {
	n.buffer = append(appendObject(n.buffer[:0], n.columns, cells), '\n')
	_, err := n.w.Write(n.buffer)
	return err
}

func (n *ndjsonRenderer) end() error { return nil }
