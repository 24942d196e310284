package history

import (
	"slices"
	"strings"
)

// Memory keeps facts.
type Memory interface {
	// Around returns the last fact about a subject that is kept from before a moment, and
	// the first from after it; nil where there is none.
	Around(subject string, m Moment) (before, after *Fact, err error)
}

// MaxKept is how many facts about one subject are kept: the newest. An event that is told
// after this many later ones finds nothing before it, which is unknown then.
const MaxKept = 8

// InMemory is a Memory that is lost with the process. Facts may be put in any order, and
// again: what is kept depends on which there were alone.
type InMemory struct {
	facts  map[string][]Fact
	groups map[string][]string // subjects
}

// NewInMemory is one without a fact.
func NewInMemory() *InMemory {
	return &InMemory{facts: map[string][]Fact{}, groups: map[string][]string{}}
}

// Group begins the subjects that are of one group with all others that differ in the last word.
const Group = "group "

// groupOf is the group of a subject, if it is of one.
func groupOf(subject string) (string, bool) {
	return subject[:max(strings.LastIndexByte(subject, ' '), 0)], strings.HasPrefix(subject, Group)
}

// Put keeps facts, and says whether anything else is kept now.
func (k *InMemory) Put(facts ...Fact) (changed bool) {
	for _, f := range facts {
		kept := k.facts[f.Subject]
		i, known := slices.BinarySearchFunc(kept, f.Moment, func(f Fact, m Moment) int { return f.compare(m) })
		if known || i == 0 && len(kept) == MaxKept {
			continue
		}
		changed = true
		if group, ok := groupOf(f.Subject); ok && len(kept) == 0 {
			k.groups[group] = append(k.groups[group], f.Subject)
		}
		kept = slices.Insert(kept, i, f)
		k.facts[f.Subject] = kept[max(0, len(kept)-MaxKept):]
	}
	return changed
}

// Around implements [Memory].
func (k *InMemory) Around(subject string, m Moment) (before, after *Fact, err error) {
	kept := k.facts[subject]
	i, found := slices.BinarySearchFunc(kept, m, func(f Fact, m Moment) int { return f.compare(m) })
	if i > 0 {
		before = &kept[i-1]
	}
	if found {
		i++
	}
	if i < len(kept) {
		after = &kept[i]
	}
	return before, after, nil
}

// AroundGroup returns the last facts about the subjects of a group that are kept from before a
// moment, in the order of the subjects and so many at most.
func (k *InMemory) AroundGroup(group string, m Moment, most int) ([]Fact, error) {
	var last []Fact
	for _, subject := range slices.Sorted(slices.Values(k.groups[group])) {
		if before, _, _ := k.Around(subject, m); before != nil && len(last) < most {
			last = append(last, *before)
		}
	}
	return last, nil
}

// Both is a Memory of what two have.
type Both [2]Memory

// Around implements [Memory].
func (b Both) Around(subject string, m Moment) (before, after *Fact, err error) {
	for _, one := range b {
		earlier, later, err := one.Around(subject, m)
		if err != nil {
			return nil, nil, err
		}
		if before == nil || earlier != nil && earlier.compare(before.Moment) > 0 {
			before = earlier
		}
		if after == nil || later != nil && later.compare(after.Moment) < 0 {
			after = later
		}
	}
	return before, after, nil
}
