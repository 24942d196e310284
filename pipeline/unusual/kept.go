package unusual

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/parquet"
)

// Kept is a Memory in the process, that can be written down: what the ledger keeps of other lakes.
type Kept struct {
	seen map[string]map[string]parquet.Seen // by kind and key
}

// NewKept is one of nothing.
func NewKept() *Kept { return &Kept{seen: map[string]map[string]parquet.Seen{}} }

// Seen implements [Memory].
func (k *Kept) Seen(kind string, key []byte) (parquet.Seen, bool, error) {
	s, ok := k.seen[kind][string(key)]
	return s, ok, nil
}

// SeenAmong implements [Memory].
func (k *Kept) SeenAmong(kind string, keys [][]byte) (map[string]parquet.Seen, error) {
	seen := map[string]parquet.Seen{}
	for _, key := range keys {
		if s, ok := k.seen[kind][string(key)]; ok {
			seen[string(key)] = s
		}
	}
	return seen, nil
}

// CountSeen implements [Memory].
func (k *Kept) CountSeen(kind string, prefix []byte, most int) (n int, first time.Time, err error) {
	first = time.UnixMicro(0).UTC()
	for key, s := range k.seen[kind] {
		if !strings.HasPrefix(key, string(prefix)) {
			continue
		}
		if n++; n == 1 || s.First.Before(first) {
			first = s.First
		}
	}
	return min(n, most), first, nil
}

// Extends says whether sightings only tell of what is kept that it was seen for longer: to lose them
// would lose no more than that.
func (k *Kept) Extends(s *parquet.Sightings) bool {
	return !slices.ContainsFunc(s.Seen, func(e parquet.Seen) bool {
		_, ok := k.seen[e.Kind][string(e.Key)]
		return !ok || e.Number != 0
	})
}

// Put keeps sightings, within their bounds.
func (k *Kept) Put(s *parquet.Sightings) {
	for _, e := range s.Seen {
		k.put(e)
	}
	s.Forgotten = 0
	for _, b := range s.Bounds {
		s.Forgotten += k.bound(b)
	}
}

func (k *Kept) put(e parquet.Seen) {
	of := k.seen[e.Kind]
	if of == nil {
		of = map[string]parquet.Seen{}
		k.seen[e.Kind] = of
	}
	have, ok := of[string(e.Key)]
	if !ok && e.Most > 0 {
		if n, _, _ := k.CountSeen(e.Kind, e.Key[:e.Prefix], e.Most); n >= e.Most {
			return
		}
	}
	if ok {
		e.Number += have.Number
		if have.First.Before(e.First) {
			e.First = have.First
		}
		if have.Last.After(e.Last) {
			e.Last = have.Last
		}
	}
	e.Prefix, e.Most = 0, 0
	of[string(e.Key)] = e
}

// bound forgets what is beyond bounds, and returns how much of it was too much.
func (k *Kept) bound(b parquet.SeenBounds) (forgotten int64) {
	of := k.seen[b.Kind]
	var lasts []time.Time
	for key, e := range of {
		if e.Last.Before(b.Since) {
			delete(of, key)
		} else {
			lasts = append(lasts, e.Last)
		}
	}
	if len(lasts) <= b.Most {
		return 0
	}
	slices.SortFunc(lasts, func(x, y time.Time) int { return y.Compare(x) })
	for key, e := range of {
		if !e.Last.After(lasts[b.Most]) {
			delete(of, key)
			forgotten++
		}
	}
	return forgotten
}

// All is all of it, in the order of kinds and keys.
func (k *Kept) All() (all []parquet.Seen) {
	for _, of := range k.seen {
		for _, e := range of {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b parquet.Seen) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), bytes.Compare(a.Key, b.Key))
	})
	return all
}

// MarshalJSON writes a list of lists: kind, key in hexadecimal digits, first, last (µs since 1970),
// number.
func (k *Kept) MarshalJSON() ([]byte, error) {
	list := [][5]any{}
	for _, e := range k.All() {
		list = append(list, [5]any{e.Kind, hex.EncodeToString(e.Key), e.First.UnixMicro(), e.Last.UnixMicro(), e.Number})
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads that.
func (k *Kept) UnmarshalJSON(text []byte) error {
	var list [][5]json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*k = *NewKept()
	for _, l := range list {
		var e parquet.Seen
		var key string
		var first, last int64
		for i, into := range [...]any{&e.Kind, &key, &first, &last, &e.Number} {
			if err := json.Unmarshal(l[i], into); err != nil {
				return err
			}
		}
		var err error
		if e.Key, err = hex.DecodeString(key); err != nil {
			return fmt.Errorf("reading a key: %w", err)
		}
		e.First, e.Last = at(first), at(last)
		k.put(e)
	}
	return nil
}
