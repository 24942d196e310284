package parquet

import "github.com/apache/arrow/go/v17/parquet/file"

// CountRows is how many rows a file has by its footer.
func CountRows(path string) (rows int64, err error) {
	err = readFile(path, func(r *file.Reader) error {
		rows = r.NumRows()
		return nil
	})
	return rows, err
}

// Interrupted reports whether the newest run is going on, or did not come to its end.
func (l *Ledger) Interrupted() (bool, error) { return l.interrupted() }
