package pipeline

import (
	"encoding/binary"
	"io"
	"maps"
	"slices"
	"strings"
)

// queue is the objects that a run is to read. There may be millions, so they are held in
// some 60 bytes each and made up again when their turn comes.
type queue struct {
	names  nameList
	states []objectState
	opens  map[int32]opener // of what is no file of its name
	order  []int32          // in which objects are read, by their numbers
	ahead  *readAhead       // nil without remote objects
}

type opener struct {
	open   func() (io.ReadCloser, error)
	remote bool
}

type objectState struct{ size, modified int64 }

func (q *queue) add(o Object) {
	if !o.isFile {
		if q.opens == nil {
			q.opens = map[int32]opener{}
		}
		q.opens[int32(len(q.states))] = opener{o.Open, o.Remote}
	}
	if o.Remote && q.ahead == nil {
		q.ahead = newReadAhead(q)
	}
	q.names.add(o.Name)
	q.states = append(q.states, objectState{o.Size, o.Modified})
}

func (q *queue) len() int { return len(q.order) }

// object makes the object of a place in the order.
func (q *queue) object(place int) *Object {
	n := q.order[place]
	o := &Object{Name: q.names.at(int(n)), Size: q.states[n].size, Modified: q.states[n].modified}
	opener, ok := q.opens[n]
	switch {
	case !ok:
		o.Open = func() (io.ReadCloser, error) { return openFile(o.Name) }
	case opener.remote && o.Size <= aheadSize:
		o.Remote, o.Open = true, func() (io.ReadCloser, error) { return q.ahead.open(place) }
	default:
		o.Remote, o.Open = opener.remote, opener.open
	}
	return o
}

// fetches is how a small remote object of a place in the order is fetched, nil for others.
func (q *queue) fetches(place int) func() (io.ReadCloser, error) {
	n := q.order[place]
	if o := q.opens[n]; o.remote && q.states[n].size <= aheadSize {
		return o.open
	}
	return nil
}

// size is that of all objects, as stored.
func (q *queue) size() (size int64) {
	for i := range q.states {
		size += q.states[i].size
	}
	return size
}

// sort puts objects in the order of delivery day and then of names, so that only few
// event days are open at a time and runs are alike.
func (q *queue) sort() {
	type day struct {
		numbers []int32
		last    string
		mixed   bool // not in the order of names, as folders are listed
	}
	days := map[string]*day{}
	for n, name := range q.names.all() {
		key := deliveryDay(name)
		d := days[key]
		if d == nil {
			d = &day{}
			days[strings.Clone(key)] = d
		}
		d.mixed = d.mixed || name < d.last
		d.numbers, d.last = append(d.numbers, int32(n)), name
	}
	q.order = make([]int32, 0, len(q.states))
	for _, key := range slices.Sorted(maps.Keys(days)) {
		if days[key].mixed {
			q.byName(days[key].numbers)
		}
		q.order = append(q.order, days[key].numbers...)
	}
}

func (q *queue) byName(numbers []int32) {
	type named struct {
		name   string
		number int32
	}
	objects := make([]named, len(numbers))
	for i, n := range numbers {
		objects[i] = named{q.names.at(int(n)), n}
	}
	slices.SortStableFunc(objects, func(a, b named) int { return strings.Compare(a.name, b.name) })
	for i := range objects {
		numbers[i] = objects[i].number
	}
}

// nameList is a list of texts of which neighbours begin alike: of each only what differs
// from the one before is kept. At the start of every block a text stands whole.
type nameList struct {
	text   []byte // per name: bytes shared with the one before, length of the rest, the rest
	blocks []int  // where they begin in text
	count  int
	last   string
}

const namesPerBlock = 16

func (l *nameList) add(name string) {
	shared := 0
	if l.count%namesPerBlock == 0 {
		l.blocks = append(l.blocks, len(l.text))
	} else {
		for shared < min(len(name), len(l.last)) && name[shared] == l.last[shared] {
			shared++
		}
	}
	l.text = binary.AppendUvarint(l.text, uint64(shared))
	l.text = binary.AppendUvarint(l.text, uint64(len(name)-shared))
	l.text = append(l.text, name[shared:]...)
	l.last = name
	l.count++
}

// at is the name of a number.
func (l *nameList) at(n int) string {
	var name []byte
	text := l.text[l.blocks[n/namesPerBlock]:]
	for range n%namesPerBlock + 1 {
		name, text = nextName(name, text)
	}
	return string(name)
}

// all is the names by their numbers.
func (l *nameList) all() func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		var name []byte
		text := l.text
		for n := range l.count {
			if name, text = nextName(name, text); !yield(n, string(name)) {
				return
			}
		}
	}
}

// nextName makes the name that begins text of the one before, and returns what is behind.
func nextName(before, text []byte) (name, rest []byte) {
	shared, n := binary.Uvarint(text)
	size, m := binary.Uvarint(text[n:])
	text = text[n+m:]
	return append(before[:shared], text[:size]...), text[size:]
}
