package history

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Bound forgets the oldest facts, so that those that are kept have at most so many bytes of text,
// and says since when nothing was forgotten; the zero time if nothing was. What came after a
// fact is never forgotten before it, so that nothing is taken to hold still that does not.
func (k *InMemory) Bound(most int) (since time.Time) {
	all, size := k.All(), 0
	for _, f := range all {
		size += len(f.Subject) + len(f.Text)
	}
	if size <= most {
		return time.Time{}
	}
	slices.SortFunc(all, func(a, b Fact) int { return a.compare(b.Moment) })
	forgotten := 0
	for ; size > most; forgotten++ {
		size -= len(all[forgotten].Subject) + len(all[forgotten].Text)
	}
	since = all[forgotten-1].At
	*k = *NewInMemory()
	k.Put(slices.DeleteFunc(all, func(f Fact) bool { return !f.At.After(since) })...)
	return since
}

// All are all facts, in the order of their subjects and moments.
func (k *InMemory) All() (all []Fact) {
	for _, subject := range slices.Sorted(maps.Keys(k.facts)) {
		all = append(all, k.facts[subject]...)
	}
	return all
}

// MarshalJSON writes a list of lists: subject, moment (µs since 1970, turn, event), standing, text.
func (k *InMemory) MarshalJSON() ([]byte, error) {
	list := [][6]any{}
	for _, f := range k.All() {
		list = append(list, [6]any{f.Subject, f.At.UnixMicro(), f.Turn, f.Event, f.Standing, f.Text})
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads that.
func (k *InMemory) UnmarshalJSON(text []byte) error {
	var list [][6]json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*k = *NewInMemory()
	for _, l := range list {
		var f Fact
		var at int64
		for i, into := range [...]any{&f.Subject, &at, &f.Turn, &f.Event, &f.Standing, &f.Text} {
			if err := json.Unmarshal(l[i], into); err != nil {
				return err
			}
		}
		f.At = time.UnixMicro(at).UTC()
		k.Put(f)
	}
	return nil
}
