package pipeline

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	arrowparquet "github.com/apache/arrow/go/v17/parquet"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

const microsPerDay = 86400 * 1e6

// dayOf is the UTC day of a time, in days since 1970. Times are never before.
func dayOf(micros int64) int32 { return int32(micros / microsPerDay) }

// gatherer turns the stored rows of one day into the columns of a row group, one
// after another, reusing its buffers.
type gatherer struct {
	places  []place // of the rows in the order
	order   []int32 // row numbers by day, role and time
	ranks   []int32 // of role_arn codes
	assumed []int32 // ranks of assumed_role_arn codes

	// Of the row group at hand, by its rows: what many of its columns come from. Rows lie
	// where they were read, all over memory, so each is looked at a few times and not once
	// per column.
	identities  []int32 // noCode: none
	acting      []int32 // the same, of API calls alone
	assumptions []int32 // noCode: none
	changes     []int32 // noCode: none
	present     uint16  // which plain texts any of them has
	some        struct{ identity, assumption, change bool }
	block       [codesAtOnce][]int32 // of some of row.codes
	blockFrom   int                  // the first of them, -1 if none are there

	codes  []int32 // of the store, of the column at hand
	values parquet.Values
	remap  []int32 // code of the store -> code of the row group
	stamp  []uint32
	stamps uint32
}

// codesAtOnce is how many of the columns of row.codes are brought into the order of a row
// group at a time.
const codesAtOnce = 5

// place is what a row's place in the order depends on.
type place struct {
	role   uint64 // day, and rank of the role in it
	time   int64
	number int32
}

// sort orders the rows by day, role and time, so that a role's events of a day lie
// together and row groups can be pruned by role and time. Of every day the
// assumptions come first, by the role that was assumed, then the role changes.
func (r *rows) sort() []int32 {
	g := &r.gather
	g.ranks = r.rank(&r.ids[idRoleARN], g.ranks)
	g.assumed = r.rank(&r.dicts[dictAssumedRoleARN], g.assumed)
	g.places = g.places[:0]
	for i := range r.rows {
		e := &r.rows[i]
		g.places = append(g.places, place{uint64(uint32(dayOf(e.time)))<<32 | uint64(rising(r.roleRank(e))), e.time, int32(i)})
	}
	slices.SortFunc(g.places, func(a, b place) int {
		if c := cmp.Compare(a.role, b.role); c != 0 {
			return c
		}
		if c := cmp.Compare(a.time, b.time); c != 0 {
			return c
		}
		return cmp.Compare(a.number, b.number)
	})
	g.order = g.order[:0]
	for i := range g.places {
		g.order = append(g.order, g.places[i].number)
	}
	return g.order
}

// rising turns numbers into some without a sign, in the same order.
func rising(n int32) uint32 { return uint32(n) ^ 1<<31 }

// rank orders the codes of a column by their texts.
func (r *rows) rank(in *intern, ranks []int32) []int32 {
	codes := make([]int32, len(in.values))
	for i := range codes {
		codes[i] = int32(i)
	}
	slices.SortFunc(codes, func(a, b int32) int {
		return bytes.Compare(r.arena.bytes(in.values[a]), r.arena.bytes(in.values[b]))
	})
	ranks = append(ranks[:0], codes...)
	for rank, code := range codes {
		ranks[code] = int32(rank)
	}
	return ranks
}

// roleRank orders the rows of a day by what they stand as, and then by role.
func (r *rows) roleRank(e *row) int32 {
	if e.isAssumption() {
		if code := r.assumptions[e.assumption][dictAssumedRoleARN-rowDicts]; code >= 0 {
			return r.gather.assumed[code] - math.MaxInt32
		}
		return math.MinInt32
	}
	rank := noCode
	if id := e.acting(); id >= 0 && r.identities[id].codes[idRoleARN] >= 0 {
		rank = r.gather.ranks[r.identities[id].codes[idRoleARN]]
	}
	if e.standing() == standsAsChange {
		rank += math.MinInt32 / 2 // a store has far fewer roles than that
	}
	return rank
}

// begin starts a row group of the rows with the given numbers.
func (r *rows) begin(numbers []int32) {
	g := &r.gather
	g.identities, g.acting, g.assumptions, g.changes = g.identities[:0], g.acting[:0], g.assumptions[:0], g.changes[:0]
	g.present, g.some.identity, g.some.assumption, g.some.change, g.blockFrom = 0, false, false, false, -1
	for _, n := range numbers {
		e := &r.rows[n]
		g.identities, g.acting = append(g.identities, e.identity), append(g.acting, e.acting())
		g.assumptions, g.changes = append(g.assumptions, e.assumption), append(g.changes, e.change)
		g.some.identity = g.some.identity || e.identity >= 0
		g.some.assumption = g.some.assumption || e.assumption >= 0
		g.some.change = g.some.change || e.change >= 0
		g.present |= e.present
	}
}

// column makes a column of the row group that was begun with the same numbers. It is
// valid until the next one is made.
func (r *rows) column(column int, numbers []int32) *parquet.Values {
	v := &r.gather.values
	*v = parquet.Values{Dict: v.Dict[:0], Codes: v.Codes[:0], Bytes: v.Bytes[:0], Int64: v.Int64[:0], Bool: v.Bool[:0], Def: v.Def[:0]}
	if r.lacks(column) {
		return &parquet.Values{}
	}
	switch from := columnSources[column]; from.kind {
	case fromCodes:
		r.gatherDict(from.index, numbers)
	case fromIdentity:
		r.gatherIdentity(from.index)
	case fromTexts:
		r.gatherTexts(from.index, numbers)
	case fromRow:
		r.gatherRest(column, numbers)
	case fromChange:
		r.gatherChangedRoles()
	}
	return v
}

// lacks reports whether no row of the row group has a value in a column, as far as that
// can be told without looking at each.
func (r *rows) lacks(column int) bool {
	g := &r.gather
	switch from := columnSources[column]; from.kind {
	case fromCodes:
		switch {
		case from.index >= assumptionDicts:
			return !g.some.change
		case from.index >= rowDicts:
			return !g.some.assumption
		}
		return len(r.dicts[from.index].values) == 0
	case fromIdentity:
		return !g.some.identity || len(r.ids[from.index].values) == 0
	case fromTexts:
		return g.present&(1<<from.index) == 0
	case fromRow:
		return false
	case fromChange:
		return !g.some.change
	}
	return true // no rule fills it
}

// columnSource says where in a row store a column comes from.
type columnSource struct {
	kind  sourceKind
	index int
}

type sourceKind uint8

const (
	fromCodes    sourceKind = iota + 1 // row.codes and assumption
	fromIdentity                       // identity.codes
	fromTexts                          // row.sizes
	fromRow                            // other fields of row and identity
	fromChange                         // change.roles
)

var columnSources = func() (sources [parquet.NumEventColumns]columnSource) {
	for i, column := range dictColumns {
		sources[column] = columnSource{fromCodes, i}
	}
	for i, column := range idColumns {
		sources[column] = columnSource{fromIdentity, i}
	}
	for i, column := range plainColumns {
		sources[column] = columnSource{fromTexts, i}
	}
	sources[parquet.ColChangeRoleARNs] = columnSource{kind: fromChange}
	for _, column := range [...]int{
		parquet.ColEventTime, parquet.ColRecordIndex, parquet.ColDerivation, parquet.ColSessionCreatedAt,
		parquet.ColReadOnly, parquet.ColManagementEvent, parquet.ColMFAAuthenticated,
	} {
		sources[column].kind = fromRow
	}
	return sources
}()

func (r *rows) gatherDict(i int, numbers []int32) {
	g := &r.gather
	if i < rowDicts {
		r.gatherBlock(i-i%codesAtOnce, numbers)
		r.gatherCodes(&r.dicts[i], g.block[i%codesAtOnce])
		return
	}
	g.codes = g.codes[:0]
	if i < assumptionDicts {
		for _, n := range g.assumptions {
			if n >= 0 {
				n = r.assumptions[n][i-rowDicts]
			}
			g.codes = append(g.codes, n)
		}
	} else {
		for _, n := range g.changes {
			if n >= 0 {
				n = r.changes.all[n].codes[i-assumptionDicts]
			}
			g.codes = append(g.codes, n)
		}
	}
	r.gatherCodes(&r.dicts[i], g.codes)
}

// gatherBlock brings the columns of row.codes from one on into the order of the row group.
func (r *rows) gatherBlock(from int, numbers []int32) {
	g := &r.gather
	if g.blockFrom == from {
		return
	}
	g.blockFrom = from
	columns := min(codesAtOnce, rowDicts-from)
	for i := range columns {
		g.block[i] = slices.Grow(g.block[i][:0], len(numbers))[:len(numbers)]
	}
	for row, n := range numbers {
		for i, code := range r.rows[n].codes[from : from+columns] {
			g.block[i][row] = code
		}
	}
}

func (r *rows) gatherIdentity(i int) {
	g := &r.gather
	of := g.identities
	if i >= idRoleARN {
		of = g.acting
	}
	g.codes = g.codes[:0]
	for _, n := range of {
		if n >= 0 {
			n = r.identities[n].codes[i]
		}
		g.codes = append(g.codes, n)
	}
	r.gatherCodes(&r.ids[i], g.codes)
}

// gatherCodes renumbers the codes, so that the row group's dictionary holds only
// what its rows use.
func (r *rows) gatherCodes(in *intern, of []int32) {
	g := &r.gather
	g.renumber(in)
	dict, codes := g.values.Dict, g.values.Codes
	for _, c := range of {
		if c < 0 {
			codes = append(codes, noCode)
			continue
		}
		if g.stamp[c] != g.stamps {
			g.stamp[c] = g.stamps
			g.remap[c] = int32(len(dict))
			dict = append(dict, r.arena.bytes(in.values[c]))
		}
		codes = append(codes, g.remap[c])
	}
	g.values.Dict, g.values.Codes = dict, codes
}

// eachObject calls fn with the objects of the row group's rows. Their column must be the
// one that was made last.
func (r *rows) eachObject(fn func(name string)) {
	for code, name := range r.objects {
		if r.gather.stamp[code] == r.gather.stamps {
			fn(name)
		}
	}
}

// renumber begins a dictionary: no code has a number in it yet.
func (g *gatherer) renumber(in *intern) {
	if len(in.values) > len(g.remap) {
		g.remap = make([]int32, 2*len(in.values))
		g.stamp = make([]uint32, 2*len(in.values))
		g.stamps = 0
	}
	g.stamps++
}

func (r *rows) gatherTexts(i int, numbers []int32) {
	v := &r.gather.values
	for _, n := range numbers {
		text, ok := r.rows[n].plain(i)
		if !ok {
			v.Def = append(v.Def, 0)
			continue
		}
		v.Def = append(v.Def, 1)
		v.Bytes = append(v.Bytes, arrowparquet.ByteArray(r.arena.bytes(text)))
	}
}

// gatherRest gathers a column of numbers or booleans.
func (r *rows) gatherRest(column int, numbers []int32) {
	switch column {
	case parquet.ColEventTime:
		r.gatherNumbers(numbers, func(e *row) (int64, bool) { return e.time, true })
	case parquet.ColRecordIndex:
		r.gatherNumbers(numbers, func(e *row) (int64, bool) { return int64(e.index), true })
	case parquet.ColDerivation:
		r.gatherNumbers(numbers, func(*row) (int64, bool) { return cloudtrail.Derivation, true })
	case parquet.ColSessionCreatedAt:
		r.gatherNumbers(numbers, func(e *row) (int64, bool) {
			if e.identity < 0 {
				return 0, false
			}
			id := &r.identities[e.identity]
			return id.createdAt, id.created
		})
	case parquet.ColReadOnly:
		r.gatherBools(numbers, func(e *row) cloudtrail.Bool { return e.readOnly })
	case parquet.ColManagementEvent:
		r.gatherBools(numbers, func(e *row) cloudtrail.Bool { return e.manage })
	case parquet.ColMFAAuthenticated:
		r.gatherBools(numbers, func(e *row) cloudtrail.Bool {
			if e.identity < 0 {
				return cloudtrail.Unknown
			}
			return r.identities[e.identity].mfa
		})
	}
}

func (r *rows) gatherNumbers(numbers []int32, number func(*row) (int64, bool)) {
	v := &r.gather.values
	for _, n := range numbers {
		x, ok := number(&r.rows[n])
		if !ok {
			v.Def = append(v.Def, 0)
			continue
		}
		v.Def = append(v.Def, 1)
		v.Int64 = append(v.Int64, x)
	}
}

func (r *rows) gatherBools(numbers []int32, value func(*row) cloudtrail.Bool) {
	v := &r.gather.values
	for _, n := range numbers {
		b := value(&r.rows[n])
		if b == cloudtrail.Unknown {
			v.Def = append(v.Def, 0)
			continue
		}
		v.Def = append(v.Def, 1)
		v.Bool = append(v.Bool, b == cloudtrail.True)
	}
}
