package history

import "slices"

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
type InMemory struct{ facts map[string][]Fact }

// NewInMemory is one without a fact.
func NewInMemory() *InMemory { return &InMemory{facts: map[string][]Fact{}} }

// Put keeps facts.
func (k *InMemory) Put(facts ...Fact) {
	for _, f := range facts {
		kept := k.facts[f.Subject]
		i, known := slices.BinarySearchFunc(kept, f.Moment, func(f Fact, m Moment) int { return f.compare(m) })
		if known {
			continue
		}
		kept = slices.Insert(kept, i, f)
		k.facts[f.Subject] = kept[max(0, len(kept)-MaxKept):]
	}
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
