package queries

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
)

// program is a statement in steps of which those that are costly and read more than once
// are to be tables. A server that writes a view, and each part of one, out wherever it is
// named would otherwise plan and run them as often as that.
type program struct {
	last  *step
	order []*step          // all steps, each behind those that it reads
	kept  map[*step]string // the names of the tables
	apart map[*step]bool   // below these there are tables
	scans int              // how often tables are read if nothing is kept
}

// newProgram decides which steps are kept, and what their tables are called. Those that are
// made already are kept, too.
func newProgram(last *step, made map[*step]string, tableName func(*step) string) *program {
	p := &program{last: last, kept: map[*step]string{}, apart: map[*step]bool{}}
	p.visit(last)
	often := p.count(made)
	for _, s := range p.order {
		switch name, isMade := made[s]; {
		case isMade:
			p.kept[s] = name
		case often[s]:
			p.kept[s] = tableName(s)
		}
		p.apart[s] = slices.ContainsFunc(s.reads, func(r read) bool { return p.kept[r.step] != "" || p.apart[r.step] })
	}
	return p
}

// visit puts the steps into their order.
func (p *program) visit(s *step) {
	for _, r := range s.reads {
		if r.step != nil && !slices.Contains(p.order, r.step) {
			p.visit(r.step)
		}
	}
	p.order = append(p.order, s)
}

// count finds the costly steps that are written out more than once, although those above
// them that are made, or are to be kept, are written out once; and counts scans.
func (p *program) count(made map[*step]string) (often map[*step]bool) {
	often = map[*step]bool{}
	times, bare := map[*step]int{p.last: 1}, map[*step]int{p.last: 1}
	for _, s := range slices.Backward(p.order) {
		n := times[s]
		if _, isMade := made[s]; isMade {
			n = 0
		} else if s.costly && n > 1 {
			often[s], n = true, 1
		}
		for _, r := range s.reads {
			if r.step == nil {
				p.scans += bare[s]
				continue
			}
			times[r.step] += n
			bare[r.step] += bare[s]
		}
	}
	return often
}

// statement is the select of a step, with the steps that it needs and that are no tables
// as elements of its WITH, and the values of its question marks. A view below which there
// is no table stays the server's.
func (p *program) statement(of *step) (string, []driver.Value) {
	w := &writer{program: p, names: map[*step]string{}}
	text := w.write(of)
	if len(w.elements) > 0 {
		text = "with\n" + strings.Join(w.elements, ",\n") + "\n" + text
	}
	return text, append(w.args, of.args...)
}

// writer writes one statement.
type writer struct {
	*program
	elements []string
	args     []driver.Value
	names    map[*step]string // of the elements
}

// write is the text of a step with the names that others have here.
func (w *writer) write(s *step) string {
	var b strings.Builder
	at := 0
	for _, r := range s.reads {
		if name := w.name(r.step); name != "" {
			b.WriteString(s.text[at:r.from] + name)
			if r.alias != "" {
				b.WriteString(" as " + r.alias)
			}
			at = r.to
		}
	}
	return b.String() + s.text[at:]
}

// name is that of a step's table or element, which it writes if it is the first to need
// it; empty: what the text names stays.
func (w *writer) name(s *step) string {
	if s == nil || w.kept[s] != "" {
		return w.kept[s]
	}
	if s.named && !w.apart[s] {
		return ""
	}
	if w.names[s] == "" {
		text := w.write(s)
		w.names[s] = fmt.Sprintf("%s_%d", s.plainName(), len(w.names)+1)
		w.elements = append(w.elements, w.names[s]+" as (\n"+text+"\n)")
		w.args = append(w.args, s.args...)
	}
	return w.names[s]
}
