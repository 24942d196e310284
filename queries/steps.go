package queries

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
)

// step is a select that others read by a name: an element of a WITH, a view, or the
// statement itself.
type step struct {
	name string
	text string // the select alone
	args []driver.Value
	// reads are the places at which it reads others, in the order of its text.
	reads []read
	// costly says that to read it twice is to work twice: it joins, groups or sorts. What
	// is not, and costs no more than what it reads, is as well read again.
	costly bool
	// shared is a view or a part of one: it is the same for every question.
	shared bool
	// named is a view as a whole, which the server knows by the same name.
	named bool
}

// read is a place at which a step reads another one, or a table.
type read struct {
	from, to int // of the name in the text
	name     string
	alias    string // to be added if another name takes the place; empty: it has one
	step     *step  // nil: a table
}

// library knows the views by the names by which they are read.
type library map[string]*step

// newLibrary takes the embedded views apart.
func newLibrary() (library, error) {
	l := library{}
	for _, name := range allViews() {
		s, err := view(name)
		if err != nil {
			return nil, err
		}
		begin, answer, err := takeView(s)
		if err != nil {
			return nil, err
		}
		words := tokenize(begin)
		made := strings.Join(words[2:len(words)-1], "") // create view NAME as
		last, err := l.takeApart(made, answer, nil, true)
		if err != nil {
			return nil, fmt.Errorf("reading the embedded %s: %w", s.name, err)
		}
		last.named = true
		l[made] = last
	}
	return l, nil
}

// takeApart makes steps of a statement and the elements of its WITH, in which the values
// are those of its question marks.
func (l library) takeApart(name, text string, args []driver.Value, shared bool) (*step, error) {
	words, ends := tokens(text)
	elements := map[string]*step{}
	at := 0
	add := func(name, text string) *step {
		s := &step{name: name, text: text, shared: shared}
		n := slices.DeleteFunc(tokenize(text), func(word string) bool { return word != "?" })
		s.args, args = args[:len(n)], args[len(n):]
		s.read(l, elements)
		return s
	}
	if oneOf(words, "with") {
		for more := true; more; {
			if len(words) < at+4 || !oneOf(words[at+2:], "as") || words[at+3] != "(" {
				return nil, fmt.Errorf("element %d of its WITH has not the form NAME as (…)", len(elements)+1)
			}
			end := closing(words, at+3)
			if end == len(words) {
				return nil, fmt.Errorf("element %q of its WITH has no end", words[at+1])
			}
			elements[words[at+1]] = add(name+" "+words[at+1], text[ends[at+3]:ends[end]-1])
			at = end + 1
			more = at < len(words) && words[at] == ","
		}
		text = text[ends[at-1]:]
	}
	return add(name, text), nil
}

// closing is the place of the bracket that closes the one at a place, or behind the last.
func closing(words []string, at int) int {
	depth := 0
	for ; at < len(words); at++ {
		switch words[at] {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 {
			break
		}
	}
	return at
}

// costlyWords are those of selects that do more than choose from the rows of another one.
var costlyWords = []string{"join", "group", "over", "intersect", "except", "unnest", "count", "sum", "min", "max", "bool_or", "bool_and", "array_agg", "listagg"}

// afterName are words that may follow the name of a table; others are its alias.
var afterName = []string{"on", "where", "group", "having", "order", "left", "right", "full", "inner", "cross", "join", "union", "intersect", "except", "fetch", "window", ")", ","}

// read finds out what a step reads, and whether it is costly.
func (s *step) read(l library, elements map[string]*step) {
	words, ends := tokens(s.text)
	for i, word := range words {
		word = strings.ToLower(word)
		distinct := i > 0 && oneOf(words[i-1:], "distinct") // is distinct from
		switch {
		case slices.Contains(costlyWords, word), word == "distinct" && !oneOf(words[i+1:], "from"), word == "union" && !oneOf(words[i+1:], "all"):
			s.costly = true
		}
		if word != "from" && word != "join" || distinct && word == "from" || i+1 == len(words) || words[i+1] == "(" {
			continue
		}
		r := read{from: ends[i+1] - len(words[i+1]), name: words[i+1]}
		last := i + 1
		if last+2 < len(words) && words[last+1] == "." {
			last += 2
			r.name += "." + words[last]
		}
		r.to = ends[last]
		if last+1 == len(words) || slices.Contains(afterName, strings.ToLower(words[last+1])) {
			r.alias = words[last]
		}
		if r.step = elements[r.name]; r.step == nil {
			r.step = l[r.name]
		}
		s.reads = append(s.reads, r)
	}
}

// plainName is the name as a part of others: letters, digits and _.
func (s *step) plainName() string { return strings.NewReplacer(" ", "_", ".", "_").Replace(s.name) }
