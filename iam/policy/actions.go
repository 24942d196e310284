package policy

import "math/bits"

// wordBits is the number of actions in a word of a set.
const wordBits = 64

// actions is a set of action indexes that is small when its actions stand together,
// as those of one service do: its words that are not empty, by place.
type actions []word

type word struct {
	at   int // the word holds the indexes from at*wordBits on
	bits uint64
}

// has says whether index i is in the set.
func (a actions) has(i int) bool {
	lo, hi := 0, len(a)
	for lo < hi {
		if mid := (lo + hi) / 2; a[mid].at < i/wordBits {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(a) && a[lo].at == i/wordBits && a[lo].bits>>(i%wordBits)&1 == 1
}

// bitset is a set of action indexes with room for all.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+wordBits-1)/wordBits) }

// fullBitset holds the indexes from 0 to n-1.
func fullBitset(n int) bitset {
	b := newBitset(n)
	for i := range b {
		b[i] = ^uint64(0)
	}
	if n%wordBits > 0 {
		b[len(b)-1] = 1<<(n%wordBits) - 1
	}
	return b
}

func (b bitset) set(i int)      { b[i/wordBits] |= 1 << (i % wordBits) }
func (b bitset) has(i int) bool { return b[i/wordBits]>>(i%wordBits)&1 == 1 }

func (b bitset) add(a actions) {
	for _, w := range a {
		b[w.at] |= w.bits
	}
}

func (b bitset) remove(a actions) {
	for _, w := range a {
		b[w.at] &^= w.bits
	}
}

func (b bitset) intersect(other bitset) {
	for i, w := range other {
		b[i] &= w
	}
}

// minus takes the indexes of other out.
func (b bitset) minus(other bitset) {
	for i, w := range other {
		b[i] &^= w
	}
}

func (b bitset) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// pack returns the set in its small form.
func (b bitset) pack() actions {
	n := 0
	for _, w := range b {
		if w != 0 {
			n++
		}
	}
	out := make(actions, 0, n)
	for at, w := range b {
		if w != 0 {
			out = append(out, word{at, w})
		}
	}
	return out
}

// meets says whether both sets have an index in common.
func (b bitset) meets(other bitset) bool {
	for i, w := range other {
		if b[i]&w != 0 {
			return true
		}
	}
	return false
}
