package pipeline

import (
	"fmt"

	"roletrail/parquet"
)

// dayEvents counts the events of one day's files that stand in them more than once. However many
// there are, it takes no more memory than keys may.
type dayEvents struct {
	sets *keySets // with the set of this day alone
	set  *keySet
	more int64 // rows of events that were counted before
}

func newDayEvents(most int64, scratch func() (*parquet.Scratch, error)) (*dayEvents, error) {
	if most == 0 {
		most = mostKeys
	}
	sets := newKeySets(most, scratch, func(int32, *keySet) error { return nil })
	set, err := sets.of(0)
	return &dayEvents{sets: sets, set: set}, err
}

// count counts a file, of which its entry says how many rows it has.
func (d *dayEvents) count(path string, rows int64) error {
	d.more += rows
	return eachKeyOf(path, func(k eventKey) error {
		isNew, err := d.set.add(k, 0)
		if isNew {
			d.more--
		}
		return err
	})
}

// text says how many there are.
func (d *dayEvents) text() string {
	return fmt.Sprintf("it has %d events that stand in it more than once", d.more)
}

// close removes what did not fit into memory.
func (d *dayEvents) close() error { return d.sets.forget() }
