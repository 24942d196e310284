package parquet

import (
	"bytes"
	"fmt"
	"hash/maphash"
)

// writeDict writes a dictionary column: a page with the dictionary, and pages with
// the codes.
func (c *chunks) writeDict(rows int, v *Values, column *Column) (statistics, error) {
	levels := flatLevels{rows: rows, required: column.Required}
	codes, err := c.dense(rows, v, &levels)
	if err != nil {
		return statistics{}, err
	}
	s := statistics{nulls: levels.nulls()}
	if column.Required && s.nulls > 0 {
		return s, fmt.Errorf("%d rows without a value in a required column", s.nulls)
	}
	if err := c.places.distinct(v.Dict); err != nil {
		return s, err
	}
	if levels.present == 0 { // nothing to look up: plain pages without a value
		return s, writeFlat(c, &levels, nil, plain, pageOf(0, rows), appendTexts[[]byte])
	}
	if !column.Raw {
		s.seeUsed(v.Dict, c.used)
	}
	if err := c.writeEntries(v.Dict); err != nil {
		return s, err
	}
	width := bitWidth(len(v.Dict))
	return s, writeFlat(c, &levels, codes, rleDict, pageOf(codeBytes(width), rows), func(page []byte, codes []int32) []byte {
		return appendCodes(page, codes, width)
	})
}

// codeBytes bounds the bytes of a code in a page.
func codeBytes(width int) int { return (width + 7) / 8 }

// appendCodes encodes codes, after their width.
func appendCodes(page []byte, codes []int32, width int) []byte {
	return appendHybrid(append(page, byte(width)), codes, width)
}

// dense takes the NULLs out of the codes, notes them in levels and marks the entries
// that are used.
func (c *chunks) dense(rows int, v *Values, levels *flatLevels) ([]int32, error) {
	if v.Codes == nil {
		return nil, nil // all NULL
	}
	if len(v.Codes) != rows {
		return nil, fmt.Errorf("%d codes for %d rows", len(v.Codes), rows)
	}
	c.used = grown(c.used, len(v.Dict))
	clear(c.used)
	nulls := 0
	for row, code := range v.Codes {
		switch {
		case uint(code) < uint(len(c.used)):
			c.used[code] = true
		case code == -1:
			nulls++
		default:
			return nil, fmt.Errorf("code %d in row %d of a dictionary of %d", code, row, len(v.Dict))
		}
	}
	levels.present = rows - nulls
	if nulls == 0 || nulls == rows {
		return v.Codes[:levels.present], nil
	}
	c.defs, c.codes = grown(c.defs, rows), grown(c.codes, rows)
	n := 0
	for row, code := range v.Codes {
		c.codes[n] = code // stays only if the next value is not put over it
		present := 1 + code>>31
		c.defs[row] = int16(present)
		n += int(present)
	}
	levels.defs = c.defs
	return c.codes[:n], nil
}

// writeEntries writes the dictionary.
func (c *chunks) writeEntries(dict [][]byte) error {
	size := 0
	for _, entry := range dict {
		size += textLength + len(entry)
	}
	if size > maxPageMemory {
		return fmt.Errorf("dictionary of %d bytes is larger than %d; write smaller row groups", size, maxPageMemory)
	}
	c.page = appendTexts(c.page[:0], dict)
	return c.writeDictionary(len(dict))
}

// seeUsed finds the range of the used entries of a dictionary.
func (s *statistics) seeUsed(dict [][]byte, used []bool) {
	for i, entry := range dict {
		if used[i] {
			s.seeText(entry)
		}
	}
	s.limitBoth()
}

// places is a hash table of dictionary entries.
type places []int32 // index+1 into the dictionary, 0 = empty

var placesSeed = maphash.MakeSeed()

// distinct checks that no two entries are equal: a reader that looks a value up in
// the dictionary would miss the rows of the second.
func (p *places) distinct(dict [][]byte) error {
	*p = grown(*p, 1<<bitWidth(2*len(dict)))
	table, mask := *p, uint64(len(*p)-1)
	clear(table)
	n := 0
entries:
	for i, entry := range dict {
		at := maphash.Bytes(placesSeed, entry) & mask
		for ; table[at] != 0; at = (at + 1) & mask {
			if bytes.Equal(dict[table[at]-1], entry) {
				continue entries
			}
		}
		table[at] = int32(i + 1)
		n++
	}
	if n != len(dict) {
		return fmt.Errorf("dictionary of %d values has only %d distinct ones", len(dict), n)
	}
	return nil
}
