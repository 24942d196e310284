package parquet

import (
	"fmt"

	"github.com/apache/arrow/go/v17/parquet/file"
)

// writeList writes a list column. Its elements are never NULL, so their codes
// are dense; level 0 is a NULL list, 1 an empty one, 2 an element.
func (w *arrowWriter) writeList(chunk *file.ByteArrayColumnChunkWriter, rows int, v *Values) error {
	if err := w.listLevels(rows, v); err != nil {
		return err
	}
	w.used = grown(w.used, len(v.Dict))
	clear(w.used)
	for i, code := range v.Codes {
		if code < 0 || int(code) >= len(v.Dict) {
			return fmt.Errorf("code %d at element %d of a dictionary of %d", code, i, len(v.Dict))
		}
		w.used[code] = true
	}
	return w.writeCodes(chunk, v.Dict, v.Codes, nil, len(w.defs)-len(v.Codes), w.defs, w.reps)
}

// listLevels fills definition and repetition levels of a list column.
func (s *scratch) listLevels(rows int, v *Values) error {
	s.defs, s.reps = s.defs[:0], s.reps[:0]
	if v.Ends == nil && len(v.Codes) == 0 { // all NULL
		s.defs, s.reps = grown(s.defs, rows), grown(s.reps, rows)
		clear(s.defs)
		clear(s.reps)
		return nil
	}
	if len(v.Ends) != rows || v.ListNull != nil && len(v.ListNull) != rows {
		return fmt.Errorf("%d ends and %d NULL marks for %d rows", len(v.Ends), len(v.ListNull), rows)
	}
	start := int32(0)
	for row, end := range v.Ends {
		null := v.ListNull != nil && v.ListNull[row]
		if end < start || int(end) > len(v.Codes) || null && end != start {
			return fmt.Errorf("row %d ends at element %d after %d of %d", row, end, start, len(v.Codes))
		}
		s.appendList(int(end-start), null)
		start = end
	}
	if int(start) != len(v.Codes) {
		return fmt.Errorf("the rows end at element %d of %d", start, len(v.Codes))
	}
	return nil
}

func (s *scratch) appendList(elements int, null bool) {
	switch {
	case null:
		s.defs, s.reps = append(s.defs, 0), append(s.reps, 0)
	case elements == 0:
		s.defs, s.reps = append(s.defs, 1), append(s.reps, 0)
	}
	for i := range elements {
		rep := int16(1)
		if i == 0 {
			rep = 0
		}
		s.defs, s.reps = append(s.defs, 2), append(s.reps, rep)
	}
}
