package parquet

import "io"

// Writer writes the row groups of one Parquet file. It is not safe for
// concurrent use. After an error every further call returns that error, and the
// file must be thrown away.
type Writer interface {
	// WriteRowGroup writes rows rows, 1 or more; columns are those of the schema in
	// its order.
	WriteRowGroup(rows int, columns []Values) error
	// Close writes the footer with key-value metadata. The file is complete only
	// when this returned nil.
	Close(meta map[string]string) error
	// Bytes is what was written so far.
	Bytes() int64
}

// NewWriter starts a Parquet file of the given schema on w. It never closes w.
func NewWriter(w io.Writer, s *Schema) (Writer, error) { return newFileWriter(w, s) }
