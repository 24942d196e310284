package queries

import "fmt"

// maxRow bounds one row of a result, in bytes of texts and 16 for each value: a
// row leaves DuckDB's memory, which has a limit, for ours, where it is copied and
// escaped. The largest record that AWS writes is below 1 MiB.
const maxRow = 64 << 20

// room is what is left of maxRow while a row is read.
type room struct{ left int64 }

// take reports whether n more bytes fit. Once they do not, nothing fits.
func (r *room) take(n int64) bool {
	if r.left -= n; r.left < 0 {
		r.left = -1
		return false
	}
	return true
}

func (r *room) err() error {
	if r.left >= 0 {
		return nil
	}
	return fmt.Errorf("reading a row: it holds more than %d MiB, the limit; choose fewer columns, or cut texts with substr() and lists with slice()", maxRow>>20)
}
