package pipeline

import (
	"cmp"
	"hash/fnv"
	"slices"

	"roletrail/parquet"
)

// compactRow is a row of a part, by what decides on its place.
type compactRow struct {
	standing    standing
	role        int32 // rank of the role assumed or acting; -1: none
	time        int64 // µs since 1970
	object      uint64
	recordIndex int32
	group, row  int32 // where it is: row group of the part, and row in that
	key         eventKey
}

// compactRows are rows of a part in the order of the lake.
type compactRows struct {
	rows   []compactRow
	counts []int // rows of each row group of the part
}

// read reads of all rows of a part what decides on their place, and their keys.
func (p *part) read() (*compactRows, error) {
	out := &compactRows{counts: make([]int, len(p.groups))}
	total := 0
	for i, g := range p.groups {
		out.counts[i], total = g.rows, total+g.rows
	}
	out.rows = make([]compactRow, 0, total)
	roles := newTextCodes()
	err := p.each(func(int) bool { return true }, func(i int, g *parquet.Group) error {
		at := len(out.rows)
		out.rows = out.rows[:at+g.Rows()]
		for n := range out.rows[at:] {
			out.rows[at+n] = compactRow{standing: standsAsOther, role: noCode, group: int32(i), row: int32(n)}
		}
		if err := readKeys(g, out.rows[at:]); err != nil {
			return err
		}
		return readPlaces(g, out.rows[at:], &roles)
	})
	if err != nil {
		return nil, err
	}
	ranks := roles.ranks()
	for i := range out.rows {
		out.rows[i].role = rankOf(ranks, out.rows[i].role)
	}
	return out, nil
}

// readKeys gives the rows of a row group the keys of their events.
func readKeys(g *parquet.Group, rows []compactRow) error {
	ids, isGUID := make([][36]byte, len(rows)), make([]bool, len(rows))
	err := g.Texts(parquet.ColEventID, func(row int, id []byte) {
		if _, _, isGUID[row] = parseGUID(id); isGUID[row] {
			copy(ids[row][:], id)
		}
	})
	if err != nil {
		return err
	}
	withAccount := func(row int, account []byte) {
		if isGUID[row] {
			rows[row].key, _ = keyOf(ids[row][:], account)
		}
	}
	for row := range rows { // some have no account
		withAccount(row, nil)
	}
	if err := g.Texts(parquet.ColRecipientAccountID, withAccount); err != nil {
		return err
	}
	return eachOddKey(g, isGUID, func(row int, key eventKey) error {
		rows[row].key = key
		return nil
	})
}

// readPlaces reads the columns that decide on the places of a row group's rows.
func readPlaces(g *parquet.Group, rows []compactRow, roles *textCodes) (err error) {
	text := func(column int, fn func(row int, text []byte)) {
		if err == nil {
			err = g.Texts(column, fn)
		}
	}
	text(parquet.ColChange, func(row int, _ []byte) { rows[row].standing = standsAsChange })
	text(parquet.ColCallerKind, func(row int, _ []byte) { rows[row].standing = standsAsAssumption })
	text(parquet.ColAssumedRoleARN, func(row int, arn []byte) {
		if rows[row].standing == standsAsAssumption {
			rows[row].role = roles.code(arn)
		}
	})
	text(parquet.ColRoleARN, func(row int, arn []byte) {
		if rows[row].standing != standsAsAssumption {
			rows[row].role = roles.code(arn)
		}
	})
	text(parquet.ColSourceObject, func(row int, name []byte) { rows[row].object = hashOfName(name) })
	if err == nil {
		err = g.Numbers(parquet.ColEventTime, func(row int, time int64) { rows[row].time = time })
	}
	if err == nil {
		err = g.Numbers(parquet.ColRecordIndex, func(row int, index int64) { rows[row].recordIndex = int32(index) })
	}
	return err
}

// hashOfName hashes the name of a source object, in the same way in every process.
func hashOfName(name []byte) uint64 {
	h := fnv.New64a()
	h.Write(name)
	return h.Sum64()
}

// sort puts the rows into the order of the lake, see [rows.sort]. Of the same role and
// time the source object and the place in it decide, so that the order does not depend
// on how the rows came into their files.
func (r *compactRows) sort() {
	slices.SortFunc(r.rows, func(a, b compactRow) int {
		switch {
		case a.standing != b.standing:
			return cmp.Compare(a.standing, b.standing)
		case a.role != b.role:
			return cmp.Compare(a.role, b.role)
		case a.time != b.time:
			return cmp.Compare(a.time, b.time)
		case a.object != b.object:
			return cmp.Compare(a.object, b.object)
		case a.recordIndex != b.recordIndex:
			return cmp.Compare(a.recordIndex, b.recordIndex)
		}
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.row, b.row))
	})
}

// dropKnown drops the rows whose keys are known, or stand before them, and counts them.
func (r *compactRows) dropKnown(keys *keySet) (dropped int64, err error) {
	before := len(r.rows)
	r.rows = slices.DeleteFunc(r.rows, func(row compactRow) bool {
		isNew, failed := keys.add(row.key, 0)
		err = cmp.Or(err, failed)
		return !isNew
	})
	return int64(before - len(r.rows)), err
}
