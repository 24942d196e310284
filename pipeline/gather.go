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

// gatherer turns the stored rows of one day into the columns of a row group,
// reusing its buffers.
type gatherer struct {
	order   []int32 // row numbers by day, role and time
	ranks   []int32 // of role_arn codes
	assumed []int32 // ranks of assumed_role_arn codes
	columns []parquet.Values
	remap   []int32 // code of the store -> code of the row group
	stamp   []uint32
	stamps  uint32
}

// sort orders the rows by day, role and time, so that a role's events of a day lie
// together and row groups can be pruned by role and time. Of every day the
// assumptions come first, by the role that was assumed.
func (r *rows) sort() []int32 {
	g := &r.gather
	g.ranks = r.rank(&r.ids[idRoleARN], g.ranks)
	g.assumed = r.rank(&r.dicts[dictAssumedRoleARN], g.assumed)
	g.order = g.order[:0]
	for i := range r.rows {
		g.order = append(g.order, int32(i))
	}
	slices.SortFunc(g.order, func(a, b int32) int {
		x, y := &r.rows[a], &r.rows[b]
		if c := cmp.Compare(dayOf(x.time), dayOf(y.time)); c != 0 {
			return c
		}
		if c := cmp.Compare(r.roleRank(x), r.roleRank(y)); c != 0 {
			return c
		}
		if c := cmp.Compare(x.time, y.time); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return g.order
}

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

func (r *rows) roleRank(e *row) int32 {
	if e.isAssumption() {
		if code := e.codes[dictAssumedRoleARN]; code >= 0 {
			return r.gather.assumed[code] - math.MaxInt32
		}
		return math.MinInt32
	}
	code := r.idCode(e, idRoleARN)
	if code < 0 {
		return noCode
	}
	return r.gather.ranks[code]
}

// idCode is a row's code in one of the columns that come from its identity. The
// acting role is only that of API calls (P32).
func (r *rows) idCode(e *row, column int) int32 {
	if e.identity < 0 || column >= idRoleARN && !e.apiCall {
		return noCode
	}
	return r.identities[e.identity].codes[column]
}

// group makes the columns of a row group of the rows with the given numbers.
func (r *rows) group(numbers []int32) []parquet.Values {
	g := &r.gather
	if g.columns == nil {
		g.columns = make([]parquet.Values, parquet.NumEventColumns)
	}
	for i, column := range dictColumns {
		r.gatherCodes(column, &r.dicts[i], numbers, func(e *row) int32 { return e.codes[i] })
	}
	for i, column := range idColumns {
		r.gatherCodes(column, &r.ids[i], numbers, func(e *row) int32 { return r.idCode(e, i) })
	}
	for i, column := range plainColumns {
		r.gatherTexts(column, i, numbers)
	}
	r.gatherTimes(numbers)
	r.gatherNumbers(parquet.ColRecordIndex, numbers, func(e *row) (int64, bool) { return int64(e.index), true })
	r.gatherNumbers(parquet.ColDerivation, numbers, func(*row) (int64, bool) { return cloudtrail.Derivation, true })
	r.gatherNumbers(parquet.ColSessionCreatedAt, numbers, func(e *row) (int64, bool) {
		if e.identity < 0 {
			return 0, false
		}
		id := &r.identities[e.identity]
		return id.createdAt, id.created
	})
	r.gatherBools(parquet.ColReadOnly, numbers, func(e *row) cloudtrail.Bool { return e.readOnly })
	r.gatherBools(parquet.ColManagementEvent, numbers, func(e *row) cloudtrail.Bool { return e.manage })
	r.gatherBools(parquet.ColMFAAuthenticated, numbers, func(e *row) cloudtrail.Bool {
		if e.identity < 0 {
			return cloudtrail.Unknown
		}
		return r.identities[e.identity].mfa
	})
	return g.columns
}

// gatherCodes renumbers the codes, so that the row group's dictionary holds only
// what its rows use.
func (r *rows) gatherCodes(column int, in *intern, numbers []int32, code func(*row) int32) {
	g := &r.gather
	v := &g.columns[column]
	v.Dict, v.Codes = v.Dict[:0], v.Codes[:0]
	g.renumber(in)
	for _, n := range numbers {
		c := code(&r.rows[n])
		if c < 0 {
			v.Codes = append(v.Codes, noCode)
			continue
		}
		if g.stamp[c] != g.stamps {
			g.stamp[c] = g.stamps
			g.remap[c] = int32(len(v.Dict))
			v.Dict = append(v.Dict, r.arena.bytes(in.values[c]))
		}
		v.Codes = append(v.Codes, g.remap[c])
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

func (r *rows) gatherTexts(column, i int, numbers []int32) {
	v := &r.gather.columns[column]
	v.Bytes, v.Def = v.Bytes[:0], v.Def[:0]
	for _, n := range numbers {
		e := &r.rows[n]
		if e.present&(1<<i) == 0 {
			v.Def = append(v.Def, 0)
			continue
		}
		v.Def = append(v.Def, 1)
		v.Bytes = append(v.Bytes, arrowparquet.ByteArray(r.arena.bytes(e.plain[i])))
	}
}

// gatherTimes fills event_time, which is never NULL.
func (r *rows) gatherTimes(numbers []int32) {
	v := &r.gather.columns[parquet.ColEventTime]
	v.Int64 = v.Int64[:0]
	for _, n := range numbers {
		v.Int64 = append(v.Int64, r.rows[n].time)
	}
}

func (r *rows) gatherNumbers(column int, numbers []int32, number func(*row) (int64, bool)) {
	v := &r.gather.columns[column]
	v.Int64, v.Def = v.Int64[:0], v.Def[:0]
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

func (r *rows) gatherBools(column int, numbers []int32, value func(*row) cloudtrail.Bool) {
	v := &r.gather.columns[column]
	v.Bool, v.Def = v.Bool[:0], v.Def[:0]
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
