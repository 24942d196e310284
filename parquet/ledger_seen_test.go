package parquet

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"
)

// slowSeen remembers as the ledger should, the obvious way.
type slowSeen map[string]Seen

func (m slowSeen) put(s *Sightings) (forgotten int64) {
	// What is not limited comes first.
	inOrder := slices.Clone(s.Seen)
	slices.SortStableFunc(inOrder, func(a, b Seen) int { return min(a.Most, 1) - min(b.Most, 1) })
	for _, e := range inOrder {
		id := e.Kind + string(e.Key)
		have, ok := m[id]
		if n, _ := m.count(e.Kind, e.Key[:e.Prefix]); !ok && e.Most > 0 && n >= e.Most {
			continue
		}
		if ok {
			e.First, e.Number = minTime(e.First, have.First), e.Number+have.Number
			if have.Last.After(e.Last) {
				e.Last = have.Last
			}
		}
		m[id] = e
	}
	for _, b := range s.Bounds {
		var lasts []time.Time
		for id, e := range m {
			if e.Kind == b.Kind && e.Last.Before(b.Since) {
				delete(m, id)
			} else if e.Kind == b.Kind {
				lasts = append(lasts, e.Last)
			}
		}
		slices.SortFunc(lasts, func(x, y time.Time) int { return y.Compare(x) })
		for id, e := range m {
			if e.Kind == b.Kind && len(lasts) > b.Most && !e.Last.After(lasts[b.Most]) {
				delete(m, id)
				forgotten++
			}
		}
	}
	return forgotten
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (m slowSeen) count(kind string, prefix []byte) (n int, first time.Time) {
	first = time.Unix(0, 0)
	for _, e := range m {
		if e.Kind == kind && string(e.Key[:len(prefix)]) == string(prefix) {
			if n++; n == 1 || e.First.Before(first) {
				first = e.First
			}
		}
	}
	return n, first
}

func (m slowSeen) of(kind string) (n int) {
	for _, e := range m {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// TestManySeen: more entries than one statement takes, with times that have few digits and many.
func TestManySeen(t *testing.T) {
	l, _ := testLake(t, t.TempDir())
	var s Sightings
	var keys [][]byte
	for n := range 2*seenAtOnce + 7 {
		at := time.UnixMicro([]int64{0, 1, 253402300799e6}[n%3]).UTC()
		e := Seen{Kind: fmt.Sprint("k", n/(seenAtOnce+3)), Key: fmt.Appendf(nil, "%04d", n), First: at, Last: at.Add(time.Microsecond), Number: int64(n % 2)}
		s.Seen, keys = append(s.Seen, e), append(keys, e.Key)
	}
	must(0, l.Learn(&s))
	found := 0
	for _, kind := range []string{"k0", "k1", "k2"} {
		among := must(l.Ledger().SeenAmong(kind, keys))
		found += len(among)
		for _, e := range s.Seen {
			if e.Kind == kind && !reflect.DeepEqual(among[string(e.Key)], e) {
				t.Fatalf("%s is %+v, want %+v", e.Key, among[string(e.Key)], e)
			}
		}
	}
	if found != len(s.Seen) {
		t.Errorf("%d are seen, want %d", found, len(s.Seen))
	}
}

// TestSeenAgreesWithMemory: what the ledger remembers, with commits and without, is what
// the obvious memory does, within the same bounds.
func TestSeenAgreesWithMemory(t *testing.T) {
	l, run := testLake(t, t.TempDir())
	r := rand.New(rand.NewPCG(5, 9))
	memory := slowSeen{}
	keys := [][]byte{{0xff, 0xff, 1}, {0xff, 0xff, 2}, {0xff, 0xff, 3}, {1, 0xff, 1}, {1, 0xff, 2}, {2, 0, 1}}
	refused, forgotten := 0, int64(0)
	for range 120 {
		var s Sightings
		for range r.IntN(5) {
			first := time.Unix(int64(r.IntN(100)), 0).UTC()
			s.Seen = append(s.Seen, Seen{
				Kind: fmt.Sprint("k", r.IntN(2)), Key: keys[r.IntN(len(keys))], First: first, Last: first.Add(time.Duration(r.IntN(9)) * time.Second), Number: int64(r.IntN(3)), Prefix: 2, Most: r.IntN(3),
			})
		}
		if r.IntN(4) == 0 {
			s.Bounds = []SeenBounds{{Kind: "k0", Since: time.Unix(int64(r.IntN(30)), 0), Most: 2 + r.IntN(3)}}
		}
		before := len(memory)
		want := memory.put(&s)
		if len(memory) == before {
			refused++
		}
		if r.IntN(2) == 0 {
			must(0, l.Learn(&s))
		} else {
			must(0, l.Commit(run, Batch{Sightings: &s}))
		}
		if forgotten += want; s.Forgotten != want {
			t.Fatalf("forgot %d, want %d", s.Forgotten, want)
		}
		for _, kind := range []string{"k0", "k1"} {
			among, err := l.Ledger().SeenAmong(kind, append(keys, []byte{9, 9, 9}))
			if known := memory.of(kind); err != nil || len(among) != known {
				t.Fatalf("%d of kind %s are seen, %v; want %d", len(among), kind, err, known)
			}
			for _, key := range keys {
				if got, ok, _ := l.Ledger().Seen(kind, key); ok && !reflect.DeepEqual(among[string(key)], got) {
					t.Fatalf("among others %v is %+v, alone %+v", key, among[string(key)], got)
				}
				want, wantOK := memory[kind+string(key)]
				got, ok, err := l.Ledger().Seen(kind, key)
				if err != nil || ok != wantOK || ok && (!got.First.Equal(want.First) || !got.Last.Equal(want.Last) || got.Number != want.Number) {
					t.Fatalf("%s %v: %+v, %v, %v; want %+v, %v", kind, key, got, ok, err, want, wantOK)
				}
				n, first, err := l.Ledger().CountSeen(kind, key[:2], 9)
				if wantN, wantFirst := memory.count(kind, key[:2]); err != nil || n != wantN || !first.Equal(wantFirst) {
					t.Fatalf("%d of %v since %v, %v; want %d since %v", n, key[:2], first, err, wantN, wantFirst)
				}
			}
		}
	}
	if forgotten == 0 || refused == 0 {
		t.Errorf("bounds took %d entries and kept out some %d times: they were not tried", forgotten, refused)
	}
}

// TestUnlearnt: a file is unlearnt until what was seen in it was remembered, by itself or
// with its commit. A ledger that an older build made gets the tables.
func TestUnlearnt(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	one, two := EventsPath(testDay, [16]byte{1}), EventsPath(testDay, [16]byte{2})
	commitFile(t, l, run, one, EventsSchema, 3)
	commitFile(t, l, run, two, EventsSchema, 3)
	unlearnt := func(l *Lake) (names []string) {
		for _, f := range must(l.Unlearnt()) {
			names = append(names, filepath.ToSlash(f.Name))
		}
		return names
	}
	if got := unlearnt(l); !slices.Equal(got, []string{one, two}) {
		t.Errorf("unlearnt are %v", got)
	}
	must(0, l.Learn(&Sightings{}, must(l.Files("events"))[0]))
	if got := unlearnt(l); !slices.Equal(got, []string{two}) {
		t.Errorf("unlearnt are %v", got)
	}
	entry := must(l.Entries("events"))[two]
	must(0, l.Commit(run, Batch{Removed: []string{two}}))
	must(0, l.ForgetLearnt())
	must(0, l.Commit(run, Batch{Files: []FileEntry{entry}, Sightings: &Sightings{}}))
	if got := unlearnt(l); got != nil {
		t.Errorf("unlearnt are %v", got)
	}
	for _, statement := range []string{"drop table seen", "drop table learnt_files"} {
		must(l.ledger.db.Exec(statement))
	}
	must(0, l.Ledger().Finish(run))
	must(0, l.Close())
	again := must(CreateLake(dir))
	defer again.Close()
	if got := unlearnt(again); len(got) != 2 {
		t.Errorf("unlearnt are %v", got)
	}
	must(0, again.ledger.checkSchema())
}
