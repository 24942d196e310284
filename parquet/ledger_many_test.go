package parquet

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// tallyOf is an entry of a subject in an hour.
func tallyOf(hour, subject byte, first, last, number int64) Seen {
	key := append(bytes.Repeat([]byte{hour}, manyHalf), bytes.Repeat([]byte{subject}, manyHalf)...)
	return Seen{Kind: Tally, Key: key, First: time.UnixMicro(first).UTC(), Last: time.UnixMicro(last).UTC(), Number: number}
}

// TestTalliesAgreeWithMemory: what is counted within an hour, over many commits and by several writers one after
// another, is what the obvious memory counts.
func TestTalliesAgreeWithMemory(t *testing.T) {
	dir := t.TempDir()
	l, run := testLake(t, dir)
	r, memory := rand.New(rand.NewPCG(8, 3)), slowSeen{}
	var keys [][]byte
	for n := range byte(12) {
		keys = append(keys, tallyOf(n%3, n, 0, 0, 0).Key)
	}
	for round := range 60 {
		var s Sightings
		for range r.IntN(6) {
			n, first := byte(r.IntN(12)), r.Int64N(1000)
			s.Seen = append(s.Seen, tallyOf(n%3, n, first, first+r.Int64N(50), r.Int64N(3)), Seen{Kind: "other", Key: []byte{n}, First: time.UnixMicro(0).UTC(), Last: time.UnixMicro(0).UTC()})
		}
		memory.put(&s)
		must(0, l.Commit(run, Batch{Sightings: &s}))
		if round%20 == 19 {
			must(0, l.Ledger().Finish(run))
			must(0, l.Close())
			l = must(CreateLake(dir))
			run = must(l.Ledger().Begin("test"))
		}
		among := must(l.Ledger().SeenAmong(Tally, append(keys, []byte("short"), bytes.Repeat([]byte{9}, 2*manyHalf))))
		if len(among) != memory.of(Tally) {
			t.Fatalf("%d are counted, want %d", len(among), memory.of(Tally))
		}
		for _, key := range keys {
			want, wantOK := memory[Tally+string(key)]
			got, ok, err := l.Ledger().Seen(Tally, key)
			if err != nil || ok != wantOK || ok && (!got.First.Equal(want.First) || !got.Last.Equal(want.Last) || got.Number != want.Number || string(got.Key) != string(key)) {
				t.Fatalf("%x: %+v, %v, %v; want %+v, %v", key, got, ok, err, want, wantOK)
			}
		}
	}
	must(0, l.Close())
}

// TestBoundsOfTallies: what is old is forgotten, and of what is too much what was seen last the longest ago, a commit
// of an hour at a time.
func TestBoundsOfTallies(t *testing.T) {
	l, run := testLake(t, t.TempDir())
	put := func(bounds []SeenBounds, all ...Seen) int64 {
		s := Sightings{Seen: all, Bounds: bounds}
		must(0, l.Commit(run, Batch{Sightings: &s}))
		return s.Forgotten
	}
	put(nil, tallyOf(1, 1, 10, 10, 1), tallyOf(1, 2, 20, 20, 1), tallyOf(2, 1, 30, 30, 1))
	put(nil, tallyOf(2, 1, 35, 35, 1), tallyOf(2, 2, 40, 40, 1), tallyOf(2, 3, 50, 50, 1))
	bound := func(since int64, most int) []SeenBounds {
		return []SeenBounds{{Kind: Tally, Since: time.UnixMicro(since), Most: most}}
	}
	known := func() (known string) {
		for _, e := range []Seen{tallyOf(1, 1, 0, 0, 0), tallyOf(1, 2, 0, 0, 0), tallyOf(2, 1, 0, 0, 0), tallyOf(2, 2, 0, 0, 0), tallyOf(2, 3, 0, 0, 0)} {
			s, _, err := l.Ledger().Seen(Tally, e.Key)
			if err != nil {
				t.Fatal(err)
			}
			known += string(rune('0' + s.Number))
		}
		return known
	}
	for _, c := range []struct {
		since     int64
		most      int
		want      string
		forgotten int64
	}{{20, 6, "11211", 0}, {21, 6, "00211", 0}, {0, 4, "00211", 0}, {0, 3, "00111", 1}, {0, 2, "00000", 3}} {
		if forgotten := put(bound(c.since, c.most)); known() != c.want || forgotten != c.forgotten {
			t.Errorf("since %d, at most %d: %s are known and %d forgotten, want %s and %d", c.since, c.most, known(), forgotten, c.want, c.forgotten)
		}
	}
}

// TestDamagedTallies: rows that are cut are damage, and keys that no hour has are refused.
func TestDamagedTallies(t *testing.T) {
	l, run := testLake(t, t.TempDir())
	must(0, l.Commit(run, Batch{Sightings: &Sightings{Seen: []Seen{tallyOf(1, 1, 0, 0, 1)}}}))
	if err := l.Commit(run, Batch{Sightings: &Sightings{Seen: []Seen{{Kind: Tally, Key: []byte("short")}}}}); err == nil || !strings.Contains(err.Error(), "another length") {
		t.Errorf("a short key: %v", err)
	}
	must(l.ledger.db.Exec("update seen_many set entries = substr(entries, 2)"))
	if _, _, err := l.Ledger().Seen(Tally, tallyOf(1, 1, 0, 0, 0).Key); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a row that is cut: %v", err)
	}
}

// TestUsesAgreeWithMemory: the last use of everything is remembered, whatever the order of days, while it lies among
// those of its day and when it is settled; and what is used every day has no row of its own for each.
func TestUsesAgreeWithMemory(t *testing.T) {
	l, run := testLake(t, t.TempDir())
	r, want := rand.New(rand.NewPCG(2, 6)), map[byte]time.Time{}
	key := func(n byte) []byte { return bytes.Repeat([]byte{n}, manyHalf) }
	own := func() (rows int) {
		must(0, l.ledger.db.QueryRow("select count(*) from seen where kind = ?", Use).Scan(&rows))
		return rows
	}
	settled := 0
	for day := range 60 {
		s, now := Sightings{}, testDay.AddDate(0, 0, day)
		for n := range byte(40) {
			at := now.Add(time.Duration(r.IntN(86400)) * time.Second)
			if r.IntN(8) == 0 {
				at = at.AddDate(0, 0, -r.IntN(20)) // logs come late
			}
			if n > 30 && r.IntN(20) > 0 { // seldom used
				continue
			}
			s.Seen = append(s.Seen, Seen{Kind: Use, Key: key(n), First: at, Last: at})
			if at.After(want[n]) {
				want[n] = at
			}
		}
		most := 10_000
		if day == 40 {
			most = 3 // far too many: all of them are settled, and the bound takes what is more
		}
		if s.Bounds = []SeenBounds{{Kind: Use, Most: most}}; day == 40 {
			must(0, l.Commit(run, Batch{Sightings: &Sightings{Seen: s.Seen}}))
			s.Seen = nil
		}
		before := own()
		must(0, l.Commit(run, Batch{Sightings: &s}))
		if day == 40 {
			var unsettled int
			must(0, l.ledger.db.QueryRow("select count(*) from seen_many").Scan(&unsettled))
			if own() != 3 || s.Forgotten == 0 || unsettled != 0 {
				t.Fatalf("%d are left and %d forgotten, of at most 3, and %d days are not settled", own(), s.Forgotten, unsettled)
			}
			clear(want)
			for n := range byte(40) {
				if e, ok, err := l.Ledger().Seen(Use, key(n)); ok && err == nil {
					want[n] = e.Last
				}
			}
			continue
		}
		settled += max(own()-before, 0)
		for n := range byte(40) {
			got, ok, err := l.Ledger().Seen(Use, key(n))
			if err != nil || ok != !want[n].IsZero() || ok && !got.Last.Equal(want[n]) {
				t.Fatalf("on day %d %d was used last %v, %v, %v; want %v", day, n, got.Last, ok, err, want[n])
			}
		}
	}
	if settled == 0 || settled > 40 {
		t.Errorf("%d were settled: of 40 those that are used every day need no row", settled)
	}
}
