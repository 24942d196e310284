package pipeline

import (
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// queue is the objects that a run is to read. There may be millions, so they are held in
// some 45 bytes each, of S3 some 65, and made up again when their turn comes.
type queue struct {
	list   objectList
	stored int64            // bytes of all objects, as stored
	opens  map[int32]opener // of what is neither a file of its name nor in a place
	placed placedObjects
	order  []int32    // in which objects are read, by their numbers
	ahead  *readAhead // nil without remote objects
}

type opener struct {
	open   func() (io.ReadCloser, error)
	remote bool
}

func (q *queue) add(o Object) {
	n := int32(q.list.count)
	switch {
	case o.Place != nil && q.placed.add(n, &o):
	case !o.isFile:
		if q.opens == nil {
			q.opens = map[int32]opener{}
		}
		q.opens[n] = opener{o.Open, o.Remote}
	}
	if o.Remote && q.ahead == nil {
		q.ahead = newReadAhead(q)
	}
	q.list.add(listedObject{o.Name, objectState{o.Size, o.Modified}})
	q.stored += o.Size
}

// close ends what was begun for objects that nobody will read.
func (q *queue) close() {
	if q.ahead != nil {
		q.ahead.close()
	}
}

func (q *queue) len() int { return len(q.order) }

// object makes the object of a place in the order.
func (q *queue) object(place int) *Object {
	o, opener := q.listed(place)
	switch {
	case opener.open == nil:
		o.Open = func() (io.ReadCloser, error) { return openFile(o.Name) }
	case opener.remote && o.Size <= aheadSize:
		o.Remote, o.Open = true, func() (io.ReadCloser, error) { return q.ahead.open(place) }
	default:
		o.Remote, o.Open = opener.remote, opener.open
	}
	return o
}

// firstDay is before all days.
const firstDay int32 = math.MinInt32

// eventsFrom is the day, counted from 1970, before which objects from a place in the order
// on hold few events, as far as their names tell: they are delivered within minutes (P17).
func (q *queue) eventsFrom(place int) int32 {
	if place >= q.len() {
		return firstDay
	}
	day, err := time.Parse("20060102", deliveryDay(q.list.at(int(q.order[place])).name))
	if err != nil {
		return firstDay
	}
	return dayOf(day.UnixMicro()) - 1
}

// listed is the object of a place in the order, and how it is opened if it is no file of its name.
func (q *queue) listed(place int) (*Object, opener) {
	n := q.order[place]
	listed := q.list.at(int(n))
	o := &Object{Name: listed.name, Size: listed.size, Modified: listed.modified, turn: int32(place) + 1}
	if open := q.placed.opener(n, o); open != nil {
		return o, opener{open, true}
	}
	return o, q.opens[n]
}

// fetches is how a small remote object of a place in the order is fetched, false for others.
func (q *queue) fetches(place int) (toFetch, bool) {
	o, opener := q.listed(place)
	return toFetch{opener.open, o.Size}, opener.remote && o.Size <= aheadSize
}

// bytes is roughly how much memory the queue takes.
func (q *queue) bytes() int64 {
	const heldByOpener = 200 // with what it closes over
	return q.list.bytes() + 4*int64(cap(q.order)) + heldByOpener*int64(len(q.opens)) + q.placed.bytes()
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
	for n, name := range q.list.names() {
		key := deliveryDay(name)
		d := days[key]
		if d == nil {
			d = &day{}
			days[strings.Clone(key)] = d
		}
		d.mixed = d.mixed || name < d.last
		d.numbers, d.last = append(d.numbers, int32(n)), name
	}
	q.order = make([]int32, 0, q.list.count)
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
		objects[i] = named{q.list.at(int(n)).name, n}
	}
	slices.SortStableFunc(objects, func(a, b named) int { return strings.Compare(a.name, b.name) })
	for i := range objects {
		numbers[i] = objects[i].number
	}
}
