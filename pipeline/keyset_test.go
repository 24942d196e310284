package pipeline

import (
	"fmt"
	"maps"
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
	sets := newKeySets(func(day int32, _ *keySet) error {
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
