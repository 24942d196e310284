package review

import (
	"slices"

	"roletrail/queries"
	"roletrail/review/termfit"
)

// gap is what stands between two columns of a table.
const gap = "  "

// shown is a column that may be shown in a table. Widths are in columns of the
// terminal.
type shown struct {
	index int // among the columns of the rows
	rank  int // 1 comes first
	// natural is what its values take uncut, least how narrow it may get.
	natural, least int
	upTo           int  // what it may take before those that rank after it
	rigid          bool // its values must not be cut
	width          int  // what it got; 0 means it is left out
}

// fit chooses the columns of a table that may be room wide, and their widths.
// natural is what each column would take uncut. Columns come in by rank as
// long as they fit at their narrowest, or as wide as they may get before others
// come in; what room is left then goes to those that had to be cut, one by one,
// so that short ones are whole first.
func fit(choices []choice, columns []queries.Column, natural []int, room int) []*shown {
	candidates := candidatesOf(choices, columns, natural)
	left := room + len(gap)
	for i, c := range byRank(candidates) {
		if need := c.least + len(gap); i == 0 || need <= left {
			c.width = max(c.least, min(c.upTo, c.natural, left-len(gap)))
			left -= c.width + len(gap)
		}
	}
	chosen := slices.DeleteFunc(candidates, func(c *shown) bool { return c.width == 0 })
	widen(chosen, left)
	return chosen
}

// refit makes the columns wide enough for further rows as far as there is
// room; none gets narrower and none is left out, so that the rows before and
// after stay one table.
func refit(columns []*shown, natural []int, room int) {
	left := room + len(gap)
	for _, c := range columns {
		c.natural = max(c.natural, natural[c.index])
		if c.rigid {
			c.width = c.natural
		}
		left -= c.width + len(gap)
	}
	widen(columns, left)
}

// candidatesOf are the columns that may be shown, in the order of showing.
// Without a layout every column is one, ranked from the left.
func candidatesOf(choices []choice, columns []queries.Column, natural []int) []*shown {
	if choices == nil {
		for i, column := range columns {
			choices = append(choices, choice{column.Name, i + 1, atLeast(column), 0})
		}
		return candidatesAt(choices, natural, func(i int) int { return i })
	}
	return candidatesAt(choices, natural, func(i int) int {
		return slices.IndexFunc(columns, func(c queries.Column) bool { return c.Name == choices[i].name })
	})
}

// atLeast is how narrow a column of ad hoc SQL may get: half a number or half a
// time would be another one.
func atLeast(column queries.Column) int {
	switch column.Type {
	case "bigint", "double", "boolean", "timestamp", "date":
		return 0
	}
	return 12
}

// candidatesAt finds by index where each choice is among the columns; a
// negative index drops it.
func candidatesAt(choices []choice, natural []int, index func(int) int) []*shown {
	var result []*shown
	for n, ch := range choices {
		i := index(n)
		if i < 0 {
			continue
		}
		c := &shown{index: i, rank: ch.rank, natural: natural[i], least: natural[i], upTo: ch.upTo, rigid: ch.atLeast == 0}
		if !c.rigid {
			c.least = min(c.least, ch.atLeast)
		}
		result = append(result, c)
	}
	return result
}

func byRank(columns []*shown) []*shown {
	sorted := slices.Clone(columns)
	slices.SortStableFunc(sorted, func(a, b *shown) int { return a.rank - b.rank })
	return sorted
}

// widen gives the room that is left to the columns that need it.
func widen(columns []*shown, left int) {
	sorted := byRank(columns)
	for given := true; given && left > 0; {
		given = false
		for _, c := range sorted {
			if left > 0 && c.width < c.natural {
				c.width, left, given = c.width+1, left-1, true
			}
		}
	}
}

// shortened is a cell cut to the width of its column: at the end, unless that says
// more than the beginning. ARNs of roles begin alike; of a caller both ends count
// (arn:aws:iam::…:user/x, oidc:…:ref:refs/heads/main).
func shortened(column queries.Column, s string, limit int) string {
	switch column.Name {
	case "role_arn", "role_arns", "via_role":
		return termfit.ShortenFront(s, limit)
	case "caller", "last_caller":
		return termfit.ShortenMiddle(s, limit)
	}
	return termfit.Shorten(s, limit)
}
