package parquet

import (
	"fmt"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
)

// Values is one column of one row group, in row order. Which fields are read
// depends on the column's [Kind]; the writer keeps none of the slices.
type Values struct {
	// Dict holds the distinct values of a Dict or TextList column.
	Dict [][]byte
	// Codes are indexes into Dict. Dict: one per row, -1 = NULL. TextList: the
	// elements of all rows one after another. nil = all rows are NULL.
	Codes []int32
	// Ends is, per row of a TextList, where its elements end in Codes. nil = all
	// rows are NULL.
	Ends []int32
	// ListNull marks the rows of a TextList that are NULL; nil = none.
	ListNull []bool

	// Bytes are the values of a Text column that are not NULL.
	Bytes []arrowparquet.ByteArray
	// Int64 are the values of a Timestamp (µs), Int64, Date (days) or Int32 column
	// that are not NULL.
	Int64 []int64
	// Bool are the values of a Bool column that are not NULL.
	Bool []bool
	// Def says of every row of a Text, number or Bool column whether it has a value
	// (1) or is NULL (0); nil = all have one, or none if there are no values.
	Def []int16
}

// present counts the rows with a value and rejects definition levels that do not
// fit the row count.
func (v *Values) present(rows int, required bool) (int, error) {
	if v.Def == nil {
		return rows, nil
	}
	if len(v.Def) != rows {
		return 0, fmt.Errorf("%d definition levels for %d rows", len(v.Def), rows)
	}
	n := 0
	for _, d := range v.Def {
		if d&^1 != 0 {
			return 0, fmt.Errorf("definition level %d is neither 0 nor 1", d)
		}
		n += int(d)
	}
	if required && n != rows {
		return 0, fmt.Errorf("%d rows without a value in a required column", rows-n)
	}
	return n, nil
}
