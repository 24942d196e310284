package history

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// someFacts are facts about a few subjects, in any order.
func someFacts(r *rand.Rand, n int) (facts []Fact) {
	standings := []Standing{Here, Gone, Unclear}
	for i := range n {
		facts = append(facts, Fact{
			Subject:  fmt.Sprintf("trust 111111111111 r%d", r.IntN(5)),
			Moment:   Moment{At: day(1 + r.IntN(20)), Turn: r.IntN(3), Event: fmt.Sprint(i)},
			Standing: standings[r.IntN(3)], Text: fmt.Sprintf(`{"n":%d}`, i),
		})
	}
	return facts
}

// TestStoredFacts: what was written down is read as it was, and put again it changes nothing.
func TestStoredFacts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	k := NewInMemory()
	facts := someFacts(r, 100)
	if !k.Put(facts...) {
		t.Error("facts that are new change nothing")
	}
	text, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	read := NewInMemory()
	if err := json.Unmarshal(text, read); err != nil {
		t.Fatal(err)
	}
	if got, want := read.All(), k.All(); !reflect.DeepEqual(got, want) || len(want) != 5*MaxKept {
		t.Errorf("read %d facts, of %d", len(got), len(want))
	}
	if read.Put(facts...) {
		t.Error("facts that are known change something")
	}
	for _, damaged := range []string{`{}`, `[[]]`, `[["s","x",0,"","here",""]]`, `[[1,1,0,"","here",""]]`} {
		if err := json.Unmarshal([]byte(damaged), NewInMemory()); err == nil && damaged != `[[]]` {
			t.Errorf("%s was read", damaged)
		}
	}
}

// TestBoundedFacts: facts that are too many are forgotten in the order of time, over all subjects, and
// from the moment on that is told none is missing.
func TestBoundedFacts(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 200 {
		k := NewInMemory()
		k.Put(someFacts(r, 1+r.IntN(60))...)
		all, size, most := k.All(), 0, r.IntN(1500)
		since := k.Bound(most)
		for _, f := range k.All() {
			size += len(f.Subject) + len(f.Text)
		}
		want := slices.DeleteFunc(slices.Clone(all), func(f Fact) bool { return !since.IsZero() && !f.At.After(since) })
		if got := k.All(); size > most || !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
			t.Fatalf("%d bytes of %d, %d facts, want %d since %v", size, most, len(got), len(want), since)
		}
		if since.IsZero() != (len(want) == len(all)) {
			t.Fatalf("%d of %d facts, since %v", len(want), len(all), since)
		}
	}
	if since := NewInMemory().Bound(0); since != (time.Time{}) {
		t.Errorf("nothing was forgotten, since %v", since)
	}
}

// TestBoth: what two memories have between them is what one has of all.
func TestBoth(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 200 {
		whole, parts := NewInMemory(), [2]*InMemory{NewInMemory(), NewInMemory()}
		for _, f := range someFacts(r, MaxKept) {
			whole.Put(f)
			parts[r.IntN(2)].Put(f)
		}
		both := Both{parts[0], parts[1]}
		for n := range 5 {
			subject, m := fmt.Sprintf("trust 111111111111 r%d", n), Moment{At: day(1 + r.IntN(20)), Turn: r.IntN(3), Event: fmt.Sprint(r.IntN(MaxKept))}
			before, after, _ := both.Around(subject, m)
			wantBefore, wantAfter, _ := whole.Around(subject, m)
			if !reflect.DeepEqual(before, wantBefore) || !reflect.DeepEqual(after, wantAfter) {
				t.Fatalf("around %+v: %+v and %+v, want %+v and %+v", m, before, after, wantBefore, wantAfter)
			}
		}
	}
}
