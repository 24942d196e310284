package pipeline

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestParseGUID compares with fmt's way through the same text.
func TestParseGUID(t *testing.T) {
	for _, id := range []string{
		"01234567-89ab-cdef-fedc-ba9876543210", "01234567-89AB-CDEF-FEDC-BA9876543210", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
	} {
		hi, lo, ok := parseGUID([]byte(id))
		if got := fmt.Sprintf("%016x%016x", hi, lo); !ok || got != strings.ToLower(strings.ReplaceAll(id, "-", "")) {
			t.Errorf("%s is %s, %v", id, got, ok)
		}
		for i := range id {
			for _, c := range "g`@/:G \x00-\xff" {
				broken := []byte(id)
				if broken[i] == byte(c) {
					continue
				}
				broken[i] = byte(c)
				if _, _, ok := parseGUID(broken); ok {
					t.Errorf("took %q", broken)
				}
			}
		}
	}
	for _, id := range []string{"", "0123456789abcdeffedcba9876543210", "01234567-89ab-cdef-fedc-ba98765432100"} {
		if _, _, ok := parseGUID([]byte(id)); ok {
			t.Errorf("took %q", id)
		}
	}
}

// TestKeysOfDaysAreForgotten: after an epoch the keys of days that were not touched in it
// are forgotten, and of those before a given day; both come again from the lake.
func TestKeysOfDaysAreForgotten(t *testing.T) {
	loads := map[int32]int{}
	sets := newKeySets(mostKeys, nil, func(day int32, _ *keySet) error {
		loads[day]++
		return nil
	})
	touch := func(days ...int32) {
		for _, day := range days {
			if _, err := sets.of(day); err != nil {
				t.Fatal(err)
			}
		}
	}
	touch(1, 2, 3)
	sets.endEpoch(2)
	touch(2, 3)
	if want := map[int32]int{1: 1, 2: 1, 3: 1}; !maps.Equal(loads, want) {
		t.Errorf("days were loaded %v times, want %v", loads, want)
	}
	touch(1)
	sets.endEpoch(firstDay)
	touch(3)
	sets.endEpoch(firstDay)
	touch(1, 2, 3)
	if want := map[int32]int{1: 3, 2: 2, 3: 1}; !maps.Equal(loads, want) {
		t.Errorf("days were loaded %v times, want %v", loads, want)
	}
}

// TestKeySet holds a set to a map, while it is packed now and then.
func TestKeySet(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	set, want := &keySet{}, map[eventKey]bool{}
	var added []eventKey
	places := func() (n int) {
		for i := range set.shards {
			n += len(set.shards[i].keys)
		}
		return n
	}
	again := 0
	for n := range 60_000 {
		k := eventKey{rng.Uint64(), rng.Uint64() % 1000 << 32} // many have the same place
		if len(added) > 0 && n%3 == 0 {
			k = added[rng.IntN(len(added))]
		}
		if got, err := set.add(k, 0); got == want[k] || err != nil {
			t.Fatalf("key %d is new: %v, %v", n, got, err)
		}
		if want[k] {
			again++
		}
		want[k] = true
		added = append(added, k)
		if n%9000 == 0 {
			set.pack()
			if most := len(want)*111/100 + keyShards; places() > most {
				t.Errorf("%d places for %d keys, want at most %d", places(), len(want), most)
			}
		}
	}
	if set.len() != len(want) || again < 10_000 {
		t.Errorf("%d keys, want %d; %d came again", set.len(), len(want), again)
	}
}

// len is how many keys the set has in memory. Nobody may add to it meanwhile.
func (s *keySet) len() (n int) {
	for i := range s.shards {
		n += s.shards[i].count
	}
	return n
}
