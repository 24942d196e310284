package policy

import (
	"bytes"
	"encoding/binary"
	"iter"
	"math/bits"
)

// Result is what a set of policies makes of every action.
type Result struct {
	// Unread are the policies that are not known in full. What the others grant
	// counts; a reader has to say that it may not be all, or too much.
	Unread []Unread

	universe *Universe
	role     roleValues
	parties  []party
	levels   []level
	// granted are the actions whose effect is not Denied, allowed those of them
	// whose effect is Allowed.
	granted, allowed bitset
	// unmatched are the patterns that Unmatched judges, as written.
	unmatched []string
}

// Effect returns the effect on the action of index i.
func (r *Result) Effect(i int) Effect {
	switch {
	case r.allowed.has(i):
		return Allowed
	case r.granted.has(i):
		return Conditional
	}
	return Denied
}

// Count returns how many actions are allowed and how many conditional.
func (r *Result) Count() (allowed, conditional int) {
	allowed = r.allowed.count()
	return allowed, r.granted.count() - allowed
}

// All yields every action that is not denied, by index, with its permission, in
// ascending order. Actions that the same statements bear on share one Permission,
// which must not be changed.
func (r *Result) All() iter.Seq2[int, *Permission] {
	return func(yield func(int, *Permission) bool) {
		shared := map[string]*Permission{}
		next := make([]int, len(r.parties)) // of each party, the first word not passed
		var here []hold
		var key, last []byte // of this action, and of the one before
		var p *Permission
		for at, granted := range r.granted {
			if granted == 0 {
				continue
			}
			here = r.holding(here[:0], next, at)
			for ; granted != 0; granted &= granted - 1 {
				bit := bits.TrailingZeros64(granted)
				if key = keyOf(key[:0], here, bit); p == nil || !bytes.Equal(key, last) {
					if p = shared[string(key)]; p == nil {
						p = r.permission(partsOf(here, bit))
						shared[string(key)] = p
					}
					key, last = last, key
				}
				if !yield(at*wordBits+bit, p) {
					return
				}
			}
		}
	}
}

// hold is a party with the actions of one word that it is about.
type hold struct {
	party int
	bits  uint64
}

// holding appends the parties that are about an action of the word.
func (r *Result) holding(to []hold, next []int, at int) []hold {
	for i, p := range r.parties {
		for next[i] < len(p.actions) && p.actions[next[i]].at < at {
			next[i]++
		}
		if next[i] < len(p.actions) && p.actions[next[i]].at == at {
			to = append(to, hold{i, p.actions[next[i]].bits})
		}
	}
	return to
}

// keyOf tells actions apart that different parties are about.
func keyOf(to []byte, here []hold, bit int) []byte {
	for _, h := range here {
		if h.bits>>bit&1 == 1 {
			to = binary.LittleEndian.AppendUint32(to, uint32(h.party))
		}
	}
	return to
}

func partsOf(here []hold, bit int) []part {
	var out []part
	for _, h := range here {
		if h.bits>>bit&1 == 1 {
			out = append(out, part{party: h.party})
		}
	}
	return out
}
