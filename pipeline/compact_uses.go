package pipeline

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"roletrail/parquet"
)

// uses brings the events of one file together, by role and what it did.
type uses struct {
	names textCodes
	of    map[use]used
	// Of the row group that is being added: a code of names for each code of its columns.
	translated [len(useColumns)][]int32
}

// use is what the rows of [parquet.UsesSchema] tell apart.
type use struct {
	texts     [len(useColumns)]int32 // codes of [uses.names], or noCode
	unnamedAt int64                  // µs since 1970, where only an ARN names the role
}

// useColumns are the columns of events, in the order of use.texts.
var useColumns = [...]int{
	parquet.ColRoleID, parquet.ColRoleARN, parquet.ColRecipientAccountID,
	parquet.ColIAMAction, parquet.ColIAMActionsPossible, parquet.ColPassedRoleARN,
}

// used is what is known of a use. Times are µs since 1970.
type used struct {
	firstSeen, lastSeen  int64
	lastDone, lastDenied int64
	done, denied         int64 // how many events
	data, unsorted       bool
}

func newUses() rollup { return &uses{names: newTextCodes(), of: map[use]used{}} }

// add adds the rows of a row group of events.
func (u *uses) add(rows int, columns []parquet.Values) {
	for i, column := range useColumns {
		u.translated[i] = u.names.translate(u.translated[i], columns[column].Dict)
	}
	outcome, management := &columns[parquet.ColOutcome], &columns[parquet.ColManagementEvent]
	denied := codeOf(outcome.Dict, "denied")
	sorted := 0 // events before this one that tell whether they are management events
	for row := range rows {
		known := used{firstSeen: columns[parquet.ColEventTime].Int64[row]}
		known.lastSeen = known.firstSeen
		if outcome.Codes != nil && outcome.Codes[row] != noCode {
			if outcome.Codes[row] == denied {
				known.denied, known.lastDenied = 1, known.firstSeen
			} else {
				known.done, known.lastDone = 1, known.firstSeen
			}
		}
		if len(management.Bool) > 0 && (management.Def == nil || management.Def[row] == 1) {
			known.data = !management.Bool[sorted]
			sorted++
		} else {
			known.unsorted = known.done > 0
		}
		u.see(u.use(row, known.firstSeen, columns), known)
	}
}

// use is what a row tells apart.
func (u *uses) use(row int, at int64, columns []parquet.Values) use {
	var key use
	for i, column := range useColumns {
		key.texts[i] = translated(u.translated[i], &columns[column], row)
	}
	if key.texts[0] == noCode && key.texts[1] != noCode {
		key.unnamedAt = at
	}
	return key
}

// see adds what is known of a use to what was known before.
func (u *uses) see(key use, more used) {
	known, ok := u.of[key]
	if !ok {
		u.of[key] = more
		return
	}
	known.firstSeen, known.lastSeen = min(known.firstSeen, more.firstSeen), max(known.lastSeen, more.lastSeen)
	if more.done > 0 {
		known.lastDone = latest(known.done, known.lastDone, more.lastDone)
	}
	if more.denied > 0 {
		known.lastDenied = latest(known.denied, known.lastDenied, more.lastDenied)
	}
	known.done, known.denied = known.done+more.done, known.denied+more.denied
	known.data, known.unsorted = known.data || more.data, known.unsorted || more.unsorted
	u.of[key] = known
}

// latest is the later of two times, the first of which says nothing before any were seen.
func latest(seen, a, b int64) int64 {
	if seen == 0 {
		return b
	}
	return max(a, b)
}

// write adds the uses to a table, sorted by their texts: they do not depend on the order
// of the events.
func (u *uses) write(t *table) error {
	ranks := u.names.ranks()
	order := slices.SortedFunc(maps.Keys(u.of), func(a, b use) int {
		for i := range a.texts {
			if order := cmp.Compare(rankOf(ranks, a.texts[i]), rankOf(ranks, b.texts[i])); order != 0 {
				return order
			}
		}
		return cmp.Compare(a.unnamedAt, b.unnamedAt)
	})
	row := make([]any, 0, len(parquet.UsesSchema.Columns))
	for _, key := range order {
		known := u.of[key]
		row = row[:0]
		for _, code := range key.texts {
			row = append(row, u.names.text(code))
		}
		row = append(row, time.UnixMicro(known.firstSeen).UTC(), time.UnixMicro(known.lastSeen).UTC(),
			timeIfAny(known.done, known.lastDone), timeIfAny(known.denied, known.lastDenied), known.done, known.data, known.unsorted)
		if err := t.add(row...); err != nil {
			return err
		}
	}
	return nil
}

func timeIfAny(seen, at int64) any {
	if seen == 0 {
		return nil
	}
	return time.UnixMicro(at).UTC()
}
