package pipeline

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"roletrail/parquet"
)

// compactBounds are how large compacted files are, and how much is worked on at a time.
type compactBounds struct {
	fileRows  int   // of a file, at most; one with half of them stays when others come to the day
	groupRows int   // of a row group
	textBytes int64 // of the texts of a file before compression; a single row group of its sources may have more
}

// defaultCompactBounds: a row group of DuckDB's own size is large enough that reading it
// costs little beside its rows, and a day of a large organisation has several, which
// readers tell apart by role. Of a file the texts of one row group are in memory.
var defaultCompactBounds = compactBounds{fileRows: 2 * 122_880, groupRows: 122_880, textBytes: 256 << 20}

// compactedKey is the footer's entry of a compacted file, and compactedOrder its value:
// which order the rows have, and which columns the rollups. Such a file counts as compacted if all its rollups are there.
const (
	compactedKey   = "roletrail.compacted"
	compactedOrder = "2"
)

// dayPlan is what is to be done for one event day.
type dayPlan struct {
	day   string     // YYYY-MM-DD
	kept  []surveyed // compact and large
	loose []surveyed // whose rows go into new files; none: the day is compact
	parts []part     // of loose, one for each new file
}

func (p *dayPlan) rows() (n int64) {
	for _, f := range p.loose {
		n += f.rows
	}
	return n
}

// loadKept puts the keys of the events of the kept files into a set.
func (p *dayPlan) loadKept(set *keySet) error {
	for _, f := range p.kept {
		if err := loadKeysOf(f.path, set); err != nil {
			return err
		}
	}
	return nil
}

// surveyed is what the footer of a file says.
type surveyed struct {
	path, name  string // as the operating system wants it, and in the lake
	rows, bytes int64
	compacted   bool
	rollups     []string // those that stand beside it
	derivation  string
	groups      []surveyedGroup
}

type surveyedGroup struct {
	file, number int // in its part, and in its file
	rows         int
	bytes        int64
	first        int64    // time of its first event, µs since 1970
	least, most  standing // of its rows
}

// inOrder reports whether the rows of a file that ingest wrote have the order of the lake.
// Within each row group they do; several go together if what the first ones have stands before
// what the others have, as assumptions before changes.
func (s *surveyed) inOrder() bool {
	for i := 1; i < len(s.groups); i++ {
		if s.groups[i-1].most >= s.groups[i].least {
			return false
		}
	}
	return len(s.groups) > 0
}

// standings are what the first and the last row of a sorted row group stand as, by how many of its rows
// have a caller, as assumptions have, and how many have a change, as no assumption has. Of unknown
// numbers (-1) they are any.
func standings(rows, callers, changes int64) (least, most standing) {
	least, most = standsAsOther, standsAsOther
	switch {
	case callers != 0:
		least = standsAsAssumption
	case changes != 0:
		least = standsAsChange
	}
	switch {
	case callers == rows:
		most = standsAsAssumption
	case callers >= 0 && changes >= 0 && callers+changes == rows:
		most = standsAsChange
	}
	return least, most
}

// filled is in how many rows of a row group a column has a value, -1 if that is unknown.
func filled(g *parquet.Group, column int) (int64, error) {
	nulls, known, err := g.Nulls(column)
	if err != nil || !known {
		return -1, err
	}
	return int64(g.Rows()) - nulls, nil
}

func survey(f parquet.DataFile) (s surveyed, err error) {
	meta, err := parquet.Metadata(f.Path)
	if err != nil {
		return s, err
	}
	s = surveyed{path: f.Path, name: f.Name, bytes: f.Bytes, compacted: meta[compactedKey] == compactedOrder, derivation: meta[derivationKey]}
	lacks := ""
	err = parquet.EachGroup(f.Path, parquet.EventsSchema, func(g *parquet.Group) error {
		if lacks = g.Lacks(); lacks != "" {
			return nil
		}
		first, _, err := g.Least(parquet.ColEventTime) // only to have together what came together
		if err != nil {
			return err
		}
		callers, err := filled(g, parquet.ColCallerKind)
		if err != nil {
			return err
		}
		changes, err := filled(g, parquet.ColChange)
		if err != nil {
			return err
		}
		s.rows += int64(g.Rows())
		group := surveyedGroup{number: g.Number, rows: g.Rows(), bytes: g.Bytes(), first: first}
		group.least, group.most = standings(int64(g.Rows()), callers, changes)
		s.groups = append(s.groups, group)
		return nil
	})
	if err == nil && lacks != "" { // as NULL it would look like one that was filled
		err = fmt.Errorf("reading lake: %q has no column %s: an older roletrail made it; move the lake away and make it anew from the logs, inventories and trails", f.Path, lacks)
	}
	return s, err
}

// planDay looks at the files of a day, of which known has the paths of those that
// the lake has of rollups. It is compact if all its files are, or if it has one that ingest wrote in the
// order of the lake.
func planDay(day string, files []parquet.DataFile, known map[string]bool, options *CompactOptions) (*dayPlan, error) {
	p := &dayPlan{day: day}
	var small []surveyed // compact ones
	for _, f := range files {
		s, err := survey(f)
		for _, schema := range parquet.Rollups() {
			if path := parquet.RollupPath(schema, f.Name); known[path] {
				s.rollups = append(s.rollups, path)
			}
		}
		switch {
		case err != nil:
			return nil, err
		case options.keep(f.Name):
			p.kept = append(p.kept, s)
		case !s.compacted || len(s.rollups) < len(parquet.Rollups()):
			p.loose = append(p.loose, s)
		case s.rows < int64(options.bounds.fileRows)/2:
			small = append(small, s)
		default:
			p.kept = append(p.kept, s)
		}
	}
	if !options.every && len(files) == 1 && len(p.loose) == 1 && !p.loose[0].compacted && p.loose[0].inOrder() {
		p.kept, p.loose = p.loose, nil
	}
	if len(p.loose) == 0 { // small ones are what a compaction of the whole day left
		p.kept = append(p.kept, small...)
		return p, nil
	}
	p.loose = append(p.loose, small...)
	p.parts = cut(p.loose, options.bounds)
	return p, nil
}

// takeAll puts all files of the day together anew.
func (p *dayPlan) takeAll(bounds compactBounds) {
	p.kept, p.loose = nil, slices.Concat(p.kept, p.loose)
	p.parts = cut(p.loose, bounds)
}

// part is the row groups whose rows go into one new file.
type part struct {
	files  []surveyed
	groups []surveyedGroup // in the order of files and of their row groups
}

// cut divides row groups into parts of about the same size, by time, so that each has
// what came together.
func cut(files []surveyed, bounds compactBounds) (parts []part) {
	var groups []surveyedGroup
	var all, largest float64
	for i, f := range files {
		for _, g := range f.groups {
			g.file = i
			groups = append(groups, g)
			all, largest = all+bounds.share(g), max(largest, bounds.share(g))
		}
	}
	slices.SortStableFunc(groups, func(a, b surveyedGroup) int { return cmp.Compare(a.first, b.first) })
	pieces := 1.0
	if all > 1 { // a part may become larger than the others by as much as a row group
		pieces = math.Ceil(all / max(1-largest, 0.5))
	}
	done := 0.0
	for len(groups) > 0 {
		n, end, part := 0, all/pieces*float64(len(parts)+1), 0.0
		for n < len(groups) && (n == 0 || part+bounds.share(groups[n]) <= 1 && done+bounds.share(groups[n])/2 <= end) {
			part, done = part+bounds.share(groups[n]), done+bounds.share(groups[n])
			n++
		}
		parts = append(parts, newPart(files, groups[:n]))
		groups = groups[n:]
	}
	return parts
}

// share is how much of a file a row group fills, by its rows or by its texts.
func (b *compactBounds) share(g surveyedGroup) float64 {
	return max(float64(g.rows)/float64(b.fileRows), float64(g.bytes)/float64(b.textBytes))
}

// newPart makes a part of row groups of files.
func newPart(files []surveyed, groups []surveyedGroup) part {
	p := part{groups: slices.Clone(groups)}
	slices.SortFunc(p.groups, func(a, b surveyedGroup) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.number, b.number))
	})
	for i := range p.groups {
		g := &p.groups[i]
		if f := files[g.file]; len(p.files) == 0 || p.files[len(p.files)-1].path != f.path {
			p.files = append(p.files, f)
		}
		g.file = len(p.files) - 1
	}
	return p
}

// each calls fn for the row groups of the part that want takes, with their place in it.
func (p *part) each(want func(i int) bool, fn func(i int, g *parquet.Group) error) error {
	for at := 0; at < len(p.groups); {
		file, end, any := p.groups[at].file, at, false
		for ; end < len(p.groups) && p.groups[end].file == file; end++ {
			any = any || want(end)
		}
		if any {
			next := at
			err := parquet.EachGroup(p.files[file].path, parquet.EventsSchema, func(g *parquet.Group) error {
				if next == end || p.groups[next].number != g.Number {
					return nil
				}
				next++
				if !want(next - 1) {
					return nil
				}
				return fn(next-1, g)
			})
			if err != nil {
				return err
			}
		}
		at = end
	}
	return nil
}
