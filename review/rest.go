package review

import (
	"slices"
	"strconv"
	"strings"

	"roletrail/queries"
)

// rest is a column after all others that a table makes of the parts of a total that
// it has no room for.
type rest struct {
	at    int   // where it stands among the columns
	parts []int // where the parts stand
	left  []int // those that are not shown
}

// newRest is nil for a report without parts, and where all columns are shown.
func newRest(o Options, columns []queries.Column) *rest {
	if len(parts[o.Report]) == 0 || o.Wide {
		return nil
	}
	r := &rest{at: len(columns)}
	for _, name := range parts[o.Report] {
		i := slices.IndexFunc(columns, func(c queries.Column) bool { return c.Name == name })
		if i < 0 {
			return nil
		}
		r.parts = append(r.parts, i)
	}
	r.left = r.parts
	return r
}

// fit fits the columns without the rest, and with it if a part was left out.
func (r *rest) fit(choices []choice, columns []queries.Column, natural []int, room int) []*shown {
	without := slices.DeleteFunc(slices.Clone(choices), func(c choice) bool { return c.name == other })
	columnsShown := fit(without, columns, natural, room)
	if r.look(columnsShown); len(r.left) == 0 {
		return columnsShown
	}
	columnsShown = fit(choices, columns, natural, room)
	r.look(columnsShown)
	return columnsShown
}

// look finds the parts that are not shown.
func (r *rest) look(columns []*shown) {
	r.left = slices.DeleteFunc(slices.Clone(r.parts), func(i int) bool { return isShown(columns, i) })
}

// sum is what the parts that are not shown add up to in a row.
func (r *rest) sum(texts []string) string {
	total := 0
	for _, i := range r.left {
		n, _ := strconv.Atoi(texts[i]) // a count, as plain() writes it
		total += n
	}
	return strconv.Itoa(total)
}

// names are those of the parts that are not shown.
func (r *rest) names(columns []queries.Column) string {
	var names []string
	for _, i := range r.left {
		names = append(names, columnName(columns[i]))
	}
	return strings.Join(names, " + ")
}

func isShown(columns []*shown, index int) bool {
	return slices.ContainsFunc(columns, func(s *shown) bool { return s.index == index })
}
