package parquet

import (
	"encoding/binary"
	"fmt"
)

// flatLevels are the definition levels of a column that is no list.
type flatLevels struct {
	rows     int
	present  int     // rows with a value
	defs     []int16 // 1 = value, 0 = NULL; not looked at when all rows are alike
	required bool    // there are no levels
}

// newFlatLevels checks that n values fit the rows of a flat column.
func newFlatLevels(rows, n int, v *Values, required bool) (flatLevels, error) {
	if v.Def == nil && n == 0 && !required { // all NULL
		return flatLevels{rows: rows}, nil
	}
	present, err := v.present(rows, required)
	if err == nil && present != n {
		err = fmt.Errorf("%d values for %d rows that have one", n, present)
	}
	return flatLevels{rows: rows, present: present, defs: v.Def, required: required}, err
}

// nulls is the number of rows without a value.
func (l *flatLevels) nulls() int { return l.rows - l.present }

// count is the number of values of rows from..end-1.
func (l *flatLevels) count(from, end int) int {
	switch l.present {
	case 0:
		return 0
	case l.rows:
		return end - from
	}
	n := 0
	for _, def := range l.defs[from:end] {
		n += int(def)
	}
	return n
}

// has says whether a row has a value.
func (l *flatLevels) has(row int) bool {
	return l.present == l.rows || l.present > 0 && l.defs[row] != 0
}

// append encodes the levels of rows from..end-1 as they stand in a data page.
func (l *flatLevels) append(page []byte, from, end int) []byte {
	switch {
	case l.required:
		return page
	case l.present == 0:
		return closeLevels(appendRun(openLevels(page), int16(0), end-from, 1), len(page))
	case l.present == l.rows:
		return closeLevels(appendRun(openLevels(page), int16(1), end-from, 1), len(page))
	}
	return appendLevels(page, l.defs[from:end], 1)
}

// levelsLength is the size of the length that levels begin with.
const levelsLength = 4

// appendLevels encodes levels of the given bit width.
func appendLevels(page []byte, levels []int16, width int) []byte {
	return closeLevels(appendHybrid(openLevels(page), levels, width), len(page))
}

func openLevels(page []byte) []byte { return append(page, make([]byte, levelsLength)...) }

// closeLevels sets the length of levels that were opened at start.
func closeLevels(page []byte, start int) []byte {
	binary.LittleEndian.PutUint32(page[start:], uint32(len(page)-start-levelsLength))
	return page
}
