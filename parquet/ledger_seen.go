package parquet

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Seen is something that was seen in logs, as the ledger remembers it.
type Seen struct {
	Kind string
	// Key is a hash of what was seen. Those of a kind are of one length.
	Key []byte
	// First and Last are when it was seen first and last, to the microsecond.
	First, Last time.Time
	// Number counts, in the unit of the kind. What is remembered again adds to it.
	Number int64
	// Prefix is how many bytes of the key name what it is of, and Most how many entries
	// there may be of that; others are not remembered. Most 0 means any number.
	Prefix, Most int
}

// SeenBounds are how long, and how much, of a kind is remembered.
type SeenBounds struct {
	Kind  string
	Since time.Time // what was seen last before is forgotten
	Most  int       // entries; beyond, those that were seen last the longest ago are forgotten
}

// Sightings are what a commit adds to what is remembered.
type Sightings struct {
	Seen   []Seen
	Bounds []SeenBounds
	// Forgotten is set by the commit: how many entries the bounds on number took.
	Forgotten int64
}

// Seen is what is remembered of a key; ok is false if nothing is.
func (l *Ledger) Seen(kind string, key []byte) (s Seen, ok bool, err error) {
	if isMany(kind) {
		among, err := l.SeenAmong(kind, [][]byte{key})
		s, ok = among[string(key)]
		return s, ok, err
	}
	s = Seen{Kind: kind, Key: key}
	var first, last int64
	err = l.db.QueryRow(statement("seen"), kind, key).Scan(&first, &last, &s.Number)
	if errors.Is(err, sql.ErrNoRows) {
		return s, false, nil
	}
	s.First, s.Last = time.UnixMicro(first).UTC(), time.UnixMicro(last).UTC()
	return s, err == nil, ledgerError(l.path, err)
}

// SeenAmong is what is remembered of many keys, by key.
func (l *Ledger) SeenAmong(kind string, keys [][]byte) (map[string]Seen, error) {
	seen := map[string]Seen{}
	if isMany(kind) {
		if err := l.manyAmong(kind, keys, seen); err != nil || kind == Tally {
			return seen, err
		}
	}
	for some := range slices.Chunk(keys, seenAtOnce) {
		err := l.rows("seen_among", []any{kind, keyList(some)}, func(scan func(...any) error) error {
			s := Seen{Kind: kind}
			var first, last int64
			err := scan(&s.Key, &first, &last, &s.Number)
			s.First, s.Last = time.UnixMicro(first).UTC(), time.UnixMicro(last).UTC()
			seen[string(s.Key)] = s.and(seen[string(s.Key)])
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// keyList writes keys as seen_among takes them.
func keyList(keys [][]byte) []byte {
	list := []byte{'['}
	for i, key := range keys {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(hex.AppendEncode(append(list, '"'), key), '"')
	}
	return append(list, ']')
}

// CountSeen is how many keys of a kind, other than [Tally] and [Use], begin so, counted up to most, and when
// the first of these was seen first.
func (l *Ledger) CountSeen(kind string, prefix []byte, most int) (n int, first time.Time, err error) {
	var us int64
	err = l.db.QueryRow(statement("count_seen"), kind, prefix, behind(prefix), most).Scan(&n, &us)
	return n, time.UnixMicro(us).UTC(), ledgerError(l.path, err)
}

// behind is a key that is greater than all that begin with a prefix, and than no other. Where
// the prefix is of the greatest bytes alone it is one of more bytes than any key has.
func behind(prefix []byte) []byte {
	next := bytes.Clone(prefix)
	for i := len(next) - 1; i >= 0; i-- {
		if next[i]++; next[i] != 0 {
			return next
		}
	}
	return bytes.Repeat([]byte{0xff}, 1<<10)
}

// Learn remembers what was seen in files of events, which are learnt then. It may be told
// the same again where numbers are 0.
func (l *Lake) Learn(s *Sightings, files ...DataFile) error {
	err := l.ledger.transaction(func(tx *sql.Tx) error {
		if err := s.put(tx); err != nil {
			return err
		}
		return each(tx, "put_learnt", files, func(f DataFile) []any { return []any{f.Name} })
	})
	if err != nil {
		return fmt.Errorf("remembering what was seen: %w", err)
	}
	return nil
}

// Unlearnt are the files of events of which [Lake.Learn], or a commit with sightings, did
// not take what was seen.
func (l *Lake) Unlearnt() (unlearnt []DataFile, err error) {
	var some bool
	if err := l.ledger.db.QueryRow(statement("has_unlearnt"), EventsSchema.Table).Scan(&some); err != nil || !some {
		return nil, ledgerError(l.ledger.path, err) // without a look at the folders
	}
	learnt := map[string]bool{}
	err = l.ledger.rows("learnt", nil, func(scan func(...any) error) error {
		var path string
		err := scan(&path)
		learnt[path] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	files, err := l.Files(EventsSchema.Table)
	for _, f := range files {
		if !learnt[f.Name] {
			unlearnt = append(unlearnt, f)
		}
	}
	return unlearnt, err
}

// ForgetLearnt forgets files that are gone.
func (l *Lake) ForgetLearnt() error {
	return l.ledger.transaction(func(tx *sql.Tx) error {
		_, err := tx.Exec(statement("forget_learnt"))
		return err
	})
}

// put remembers, and forgets what is beyond the bounds.
func (s *Sightings) put(tx *sql.Tx) error {
	var limited, many, other []Seen
	for _, e := range s.Seen {
		switch {
		case e.Most > 0:
			limited = append(limited, e)
		case isMany(e.Kind):
			many = append(many, e)
		default:
			other = append(other, e)
		}
	}
	if err := putPlain(tx, other); err != nil {
		return err
	}
	err := each(tx, "put_limited_seen", limited, func(e Seen) []any {
		prefix := e.Key[:e.Prefix]
		return []any{e.Kind, e.Key, e.First.UnixMicro(), e.Last.UnixMicro(), e.Number, prefix, behind(prefix), e.Most}
	})
	if err != nil {
		return err
	}
	if err := putMany(tx, many); err != nil {
		return err
	}
	return s.bound(tx)
}

// putPlain puts entries that have rows of their own.
func putPlain(tx *sql.Tx, all []Seen) error {
	return each(tx, "put_seen", alike(all), func(some []Seen) []any {
		return []any{some[0].Kind, len(some[0].Key), seenList(some), len(some)}
	})
}

// bound forgets what is beyond the bounds, and counts what is too much.
func (s *Sightings) bound(tx *sql.Tx) error {
	s.Forgotten = 0
	if len(s.Bounds) == 0 {
		return nil
	}
	surplus, err := tx.Prepare(statement("forget_surplus_seen"))
	if err != nil {
		return err
	}
	defer surplus.Close()
	err = each(tx, "forget_old_seen", s.Bounds, func(b SeenBounds) []any { return []any{b.Kind, b.Since.UnixMicro()} })
	if err != nil {
		return err
	}
	for _, b := range s.Bounds {
		if isMany(b.Kind) {
			n, err := boundMany(tx, b)
			if err != nil {
				return err
			}
			s.Forgotten += n
		}
		n, err := affected(surplus.Exec(b.Kind, b.Most))
		if err != nil {
			return err
		}
		s.Forgotten += n
	}
	return nil
}

func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// seenAtOnce is how many entries one statement puts or finds: most of its time goes into being run.
const seenAtOnce = 500

// alike cuts entries where the kind or the length of the keys changes, and where there are enough.
func alike(all []Seen) (runs [][]Seen) {
	for len(all) > 0 {
		n := 1
		for n < min(len(all), seenAtOnce) && all[n].Kind == all[0].Kind && len(all[n].Key) == len(all[0].Key) {
			n++
		}
		runs, all = append(runs, all[:n]), all[n:]
	}
	return runs
}

// seenList writes entries as put_seen takes them.
func seenList(some []Seen) (list []byte) {
	for _, e := range some {
		list = append(list, e.Key...)
		for _, number := range [...]int64{e.First.UnixMicro(), e.Last.UnixMicro(), e.Number} {
			list = appendDigits(list, number)
		}
	}
	return list
}

// appendDigits appends a number, which has 18 digits at most, as 20 characters.
func appendDigits(list []byte, number int64) []byte {
	var text [20]byte
	digits := strconv.AppendInt(text[:0], number, 10)
	return append(append(list, "                    "[len(digits):]...), digits...)
}

// putSightings remembers what the events of a batch showed, whose files are learnt then.
func (b *Batch) putSightings(tx *sql.Tx) error {
	if b.Sightings == nil {
		return nil
	}
	if err := b.Sightings.put(tx); err != nil {
		return err
	}
	var learnt []FileEntry
	for _, f := range b.Files {
		if f.Table == EventsSchema.Table {
			learnt = append(learnt, f)
		}
	}
	return each(tx, "put_learnt", learnt, func(f FileEntry) []any { return []any{f.Path} })
}
