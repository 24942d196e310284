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
	order   []int32 // row numbers by day, role and time
	ranks   []int32 // of role_arn codes
	assumed []int32 // ranks of assumed_role_arn codes
	codes   []int32 // of the store, of the column at hand
	values  parquet.Values
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
		if code := r.code(e, dictAssumedRoleARN); code >= 0 {
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

// column makes a column of the row group of the rows with the given numbers. It is
// valid until the next one is made.
func (r *rows) column(column int, numbers []int32) *parquet.Values {
	v := &r.gather.values
	*v = parquet.Values{Dict: v.Dict[:0], Codes: v.Codes[:0], Bytes: v.Bytes[:0], Int64: v.Int64[:0], Bool: v.Bool[:0], Def: v.Def[:0]}
	switch from := columnSources[column]; from.kind {
	case fromCodes:
		r.gatherDict(from.index, numbers)
	case fromIdentity:
		r.gatherIdentity(from.index, numbers)
	case fromTexts:
		r.gatherTexts(from.index, numbers)
	case fromRow:
		r.gatherRest(column, numbers)
	case fromChange:
		r.gatherChangedRoles(numbers)
	default:
		return &parquet.Values{} // no rule fills it
	}
	return v
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
	g.codes = g.codes[:0]
	for _, n := range numbers {
		g.codes = append(g.codes, r.code(&r.rows[n], i))
	}
	r.gatherCodes(&r.dicts[i])
}

func (r *rows) gatherIdentity(i int, numbers []int32) {
	g := &r.gather
	g.codes = g.codes[:0]
	for _, n := range numbers {
		g.codes = append(g.codes, r.idCode(&r.rows[n], i))
	}
	r.gatherCodes(&r.ids[i])
}

// gatherCodes renumbers the codes, so that the row group's dictionary holds only
// what its rows use.
func (r *rows) gatherCodes(in *intern) {
	g := &r.gather
	g.renumber(in)
	dict, codes := g.values.Dict, g.values.Codes
	for _, c := range g.codes {
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
