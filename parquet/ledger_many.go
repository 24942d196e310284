package parquet

import (
	"bytes"
	"cmp"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// Kinds of [Seen] of which there is much for a while. The ledger keeps what a commit adds to a while as one
// row, and reads all of it at once: to find and to write a row for each took longer than all else that is
// remembered. Their keys have 16 bytes, or twice that.
const (
	// Tally counts what happens within a while, of many who do something once. The first half of a key is of the
	// while.
	Tally = "tally"
	// Use is when something was last used, of much that is used every day: the while is the day, and what was not
	// used for a week or two has a row of its own. Of First and Number nothing is kept for certain.
	Use = "role"
)

// manyHalf is how long each half of a key is, and useWeek how long a use lies among those of its day, at least.
const (
	manyHalf = 16
	useWeek  = 7 * 24 * time.Hour
)

// manyRow is some entries of a while.
type manyRow struct {
	kind    string
	while   []byte
	number  int
	last    int64 // µs since 1970
	entries []byte
}

// restOf is what of a key each entry of a row has, and whileOf what all have in common.
func restOf(kind string, key []byte) []byte { return key[len(key)-manyHalf:] }

func whileOf(e *Seen) []byte {
	if e.Kind == Use {
		return []byte(e.Last.UTC().Format(time.DateOnly))
	}
	return e.Key[:manyHalf]
}

// isMany says whether entries of a kind are kept many to a row.
func isMany(kind string) bool { return kind == Tally || kind == Use }

// keyBytes is how long keys of such a kind are.
func keyBytes(kind string) int {
	if kind == Use {
		return manyHalf
	}
	return 2 * manyHalf
}

func (r *manyRow) add(e *Seen) {
	r.number, r.last = r.number+1, max(r.last, e.Last.UnixMicro())
	r.entries = append(r.entries, restOf(e.Kind, e.Key)...)
	for _, number := range [...]int64{e.First.UnixMicro(), e.Last.UnixMicro(), e.Number} {
		r.entries = binary.BigEndian.AppendUint64(r.entries, uint64(number))
	}
}

// each passes the entries of a row to fn, as key and numbers. They are valid until it returns.
func (r *manyRow) each(fn func(key, numbers []byte)) error {
	const size = manyHalf + 3*8
	if len(r.entries)%size != 0 || r.kind == Tally && len(r.while) != manyHalf {
		return errors.New("a row of what was seen is cut")
	}
	key := make([]byte, keyBytes(r.kind))
	copy(key, r.while)
	for e := range slices.Chunk(r.entries, size) {
		copy(key[len(key)-manyHalf:], e)
		fn(key, e[manyHalf:])
	}
	return nil
}

func seenOf(kind string, key, numbers []byte) Seen {
	at := func(i int) int64 { return int64(binary.BigEndian.Uint64(numbers[8*i:])) }
	return Seen{Kind: kind, Key: bytes.Clone(key), First: time.UnixMicro(at(0)).UTC(), Last: time.UnixMicro(at(1)).UTC(), Number: at(2)}
}

// and is both of two entries of a key, of which the other may be none.
func (s Seen) and(other Seen) Seen {
	if other.Key == nil {
		return s
	}
	if other.First.Before(s.First) {
		s.First = other.First
	}
	if other.Last.After(s.Last) {
		s.Last = other.Last
	}
	s.Number += other.Number
	return s
}

// manyAmong adds what such rows have of some keys to what is seen of them.
func (l *Ledger) manyAmong(kind string, keys [][]byte, seen map[string]Seen) error {
	asked := make(map[string]bool, len(keys))
	var whiles [][]byte
	for _, key := range keys {
		if len(key) != keyBytes(kind) {
			continue
		}
		asked[string(key)] = true
		if kind == Tally {
			whiles = append(whiles, key[:manyHalf])
		}
	}
	take := func(r *manyRow) error {
		return r.each(func(key, numbers []byte) {
			if asked[string(key)] {
				seen[string(key)] = seenOf(kind, key, numbers).and(seen[string(key)])
			}
		})
	}
	if kind != Tally {
		return l.manyRows("many", []any{kind}, take)
	}
	slices.SortFunc(whiles, bytes.Compare)
	for some := range slices.Chunk(slices.CompactFunc(whiles, bytes.Equal), seenAtOnce) {
		if err := l.manyRows("many_of", []any{kind, keyList(some)}, take); err != nil {
			return err
		}
	}
	return nil
}

// manyRows passes the rows of a statement to fn.
func (l *Ledger) manyRows(statement string, args []any, fn func(*manyRow) error) error {
	r := manyRow{kind: args[0].(string)}
	return l.rows(statement, args, func(scan func(...any) error) error {
		if err := scan(&r.while, &r.last, &r.entries); err != nil {
			return err
		}
		if err := fn(&r); err != nil {
			return damagedLedger(l.path, err)
		}
		return nil
	})
}

// putMany puts entries of such kinds, a row for those of a while.
func putMany(tx *sql.Tx, all []Seen) error {
	var rows []*manyRow
	at := map[string]*manyRow{}
	for i := range all {
		e := &all[i]
		if len(e.Key) != keyBytes(e.Kind) {
			return errors.New("remembering what was seen: a key of kind " + e.Kind + " has another length")
		}
		while := whileOf(e)
		r := at[e.Kind+string(while)]
		if r == nil {
			r = &manyRow{kind: e.Kind, while: while}
			at[e.Kind+string(while)], rows = r, append(rows, r)
		}
		r.add(e)
	}
	return each(tx, "put_many", rows, func(r *manyRow) []any { return []any{r.kind, r.while, r.number, r.last, r.entries} })
}

// boundMany forgets what is beyond bounds, and returns how many entries were too many.
func boundMany(tx *sql.Tx, b SeenBounds) (forgotten int64, err error) {
	var number int
	var oldest, newest int64
	if err := tx.QueryRow(statement("count_many"), b.Kind).Scan(&number, &oldest, &newest); err != nil || number == 0 {
		return 0, err
	}
	if b.Kind == Use {
		return 0, settleUses(tx, number > b.Most, oldest, newest)
	}
	if oldest < b.Since.UnixMicro() {
		if _, err := tx.Exec(statement("forget_old_many"), b.Kind, b.Since.UnixMicro()); err != nil {
			return 0, err
		}
	}
	if number <= b.Most {
		return 0, nil
	}
	rows, err := tx.Query(statement("forget_surplus_many"), b.Kind, b.Most)
	if err != nil {
		return 0, err
	}
	defer func() { err = cmp.Or(err, rows.Close()) }()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
		forgotten += n
	}
	return forgotten, rows.Err()
}

// settleUses gives uses of more than a week before the newest a row of their own, unless there is a later one of
// the same: all of them where there are too many, and else once a week, for all rows are looked through.
func settleUses(tx *sql.Tx, tooMany bool, oldest, newest int64) error {
	until := newest - useWeek.Microseconds()
	switch {
	case tooMany:
		until = newest + 1
	case oldest >= until-useWeek.Microseconds():
		return nil
	}
	old, err := usesBefore(tx, until)
	if err != nil {
		return err
	}
	if err := putPlain(tx, old); err != nil {
		return err
	}
	_, err = tx.Exec(statement("forget_old_many"), Use, until)
	return err
}

// usesBefore are the last uses in rows that end before a moment, of what no later row has.
func usesBefore(tx *sql.Tx, until int64) (uses []Seen, err error) {
	rows, err := tx.Query(statement("many"), Use) // the oldest first
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, rows.Close()) }()
	last := map[string]Seen{}
	for rows.Next() {
		r := manyRow{kind: Use}
		if err := rows.Scan(&r.while, &r.last, &r.entries); err != nil {
			return nil, err
		}
		err := r.each(func(key, numbers []byte) {
			if r.last < until {
				last[string(key)] = seenOf(Use, key, numbers).and(last[string(key)])
			} else {
				delete(last, string(key))
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for _, s := range last {
		uses = append(uses, s)
	}
	slices.SortFunc(uses, func(a, b Seen) int { return bytes.Compare(a.Key, b.Key) })
	return uses, rows.Err()
}
