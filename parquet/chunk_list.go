package parquet

import (
	"fmt"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"
)

// writeList writes a list column. Its elements are never NULL; definition level 0 is
// a NULL list, 1 an empty one, 2 an element, and repetition level 1 an element that is
// not the first of its list.
func (c *chunks) writeList(rows int, v *Values, column *Column) (s statistics, err error) {
	if err := c.listLevels(rows, v); err != nil {
		return s, err
	}
	c.used = grown(c.used, len(v.Dict))
	clear(c.used)
	for i, code := range v.Codes {
		if code < 0 || int(code) >= len(v.Dict) {
			return s, fmt.Errorf("code %d at element %d of a dictionary of %d", code, i, len(v.Dict))
		}
		c.used[code] = true
	}
	if err := c.places.distinct(v.Dict); err != nil {
		return s, err
	}
	s.nulls = len(c.defs) - len(v.Codes)
	if len(v.Codes) == 0 {
		return s, c.writeElements(nil, 0, plain)
	}
	if !column.Raw {
		s.seeUsed(v.Dict, c.used)
	}
	if err := c.writeEntries(v.Dict); err != nil {
		return s, err
	}
	return s, c.writeElements(v.Codes, bitWidth(len(v.Dict)), rleDict)
}

// writeElements writes the data pages of a list column. Without any element they are
// plain ones.
func (c *chunks) writeElements(codes []int32, width int, encoding arrowparquet.Encoding) error {
	n := (pageSize - pageRest) / (codeBytes(width) + maxLevelBytes)
	for level, code := 0, 0; level < len(c.defs); {
		endLevel, endCode := c.listEnd(level, code, n)
		c.page = appendLevels(c.page[:0], c.reps[level:endLevel], 1)
		c.page = appendLevels(c.page, c.defs[level:endLevel], 2)
		if encoding == rleDict {
			c.page = appendCodes(c.page, codes[code:endCode], width)
		}
		if err := c.writeData(endLevel-level, encoding); err != nil {
			return err
		}
		level, code = endLevel, endCode
	}
	return nil
}

// listEnd says where the page ends that begins with a level and a code: before the
// first row that would bring it over n levels. A row lies in one page whole.
func (c *chunks) listEnd(level, code, n int) (endLevel, endCode int) {
	first := level
	for level < len(c.defs) {
		end := level + 1
		for end < len(c.defs) && c.reps[end] != 0 {
			end++
		}
		if end-first > n && level > first {
			break
		}
		if c.defs[level] == 2 {
			code += end - level
		}
		level = end
	}
	return level, code
}

// listLevels fills definition and repetition levels of a list column.
func (c *chunks) listLevels(rows int, v *Values) error {
	c.defs, c.reps = c.defs[:0], c.reps[:0]
	if v.Ends == nil && len(v.Codes) == 0 { // all NULL
		c.defs, c.reps = grown(c.defs, rows), grown(c.reps, rows)
		clear(c.defs)
		clear(c.reps)
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
		c.appendList(int(end-start), null)
		start = end
	}
	if int(start) != len(v.Codes) {
		return fmt.Errorf("the rows end at element %d of %d", start, len(v.Codes))
	}
	return nil
}

func (c *chunks) appendList(elements int, null bool) {
	switch {
	case null:
		c.defs, c.reps = append(c.defs, 0), append(c.reps, 0)
	case elements == 0:
		c.defs, c.reps = append(c.defs, 1), append(c.reps, 0)
	}
	for i := range elements {
		rep := int16(1)
		if i == 0 {
			rep = 0
		}
		c.defs, c.reps = append(c.defs, 2), append(c.reps, rep)
	}
}
