package queries

import (
	"fmt"
	"math/big"
	"time"
	"unsafe"

	"github.com/marcboeker/go-duckdb/mapping"
)

// reader turns one cell of a vector into the engine-neutral value Rows
// promises. Rows are counted within the chunk.
type reader func(v vector, row uint64) any

// vector is one column of one chunk.
type vector struct {
	data  unsafe.Pointer
	valid unsafe.Pointer // nil: all rows are valid
	vec   mapping.Vector
	room  *room // of the row that is read
}

func newVector(v mapping.Vector, r *room) vector {
	return vector{data: mapping.VectorGetData(v), valid: mapping.VectorGetValidity(v), vec: v, room: r}
}

// isNull reads the validity mask: a bit per row, 1 is valid.
func (v vector) isNull(row uint64) bool {
	if v.valid == nil {
		return false
	}
	word := *(*uint64)(unsafe.Add(v.valid, row/64*8))
	return word&(1<<(row%64)) == 0
}

func at[T any](v vector, row uint64) T {
	var zero T
	return *(*T)(unsafe.Add(v.data, row*uint64(unsafe.Sizeof(zero))))
}

// columnType is the neutral name of a type and how its cells are read.
type columnType struct {
	name string
	read reader
}

// columnTypeOf knows every type that a query over the views can have. An
// unknown one is an error that says how to show it nevertheless.
func columnTypeOf(t mapping.LogicalType) (columnType, error) {
	id := mapping.GetTypeId(t)
	switch id {
	case mapping.TypeList:
		return listType(t)
	case mapping.TypeStruct:
		return structType(t)
	case mapping.TypeMap:
		return mapType(t)
	case mapping.TypeDecimal:
		return decimalType(t), nil
	}
	if c, ok := scalarTypes[id]; ok {
		return columnType{c.name, notNull(c.read)}, nil
	}
	return columnType{}, fmt.Errorf("reading a value of DuckDB type %d: it has no counterpart here; cast it to varchar in the query", id)
}

func notNull(read reader) reader {
	return func(v vector, row uint64) any {
		if v.isNull(row) {
			return nil
		}
		return read(v, row)
	}
}

func integer[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32](v vector, row uint64) any {
	return int64(at[T](v, row))
}

var scalarTypes = map[mapping.Type]columnType{
	mapping.TypeBoolean:     {"boolean", func(v vector, row uint64) any { return at[bool](v, row) }},
	mapping.TypeTinyInt:     {"bigint", integer[int8]},
	mapping.TypeSmallInt:    {"bigint", integer[int16]},
	mapping.TypeInteger:     {"bigint", integer[int32]},
	mapping.TypeBigInt:      {"bigint", integer[int64]},
	mapping.TypeUTinyInt:    {"bigint", integer[uint8]},
	mapping.TypeUSmallInt:   {"bigint", integer[uint16]},
	mapping.TypeUInteger:    {"bigint", integer[uint32]},
	mapping.TypeUBigInt:     {"bigint", func(v vector, row uint64) any { return wide(new(big.Int).SetUint64(at[uint64](v, row))) }},
	mapping.TypeHugeInt:     {"bigint", func(v vector, row uint64) any { return wide(hugeint(v, row, true)) }},
	mapping.TypeUHugeInt:    {"bigint", func(v vector, row uint64) any { return wide(hugeint(v, row, false)) }},
	mapping.TypeFloat:       {"double", func(v vector, row uint64) any { return float64(at[float32](v, row)) }},
	mapping.TypeDouble:      {"double", func(v vector, row uint64) any { return at[float64](v, row) }},
	mapping.TypeVarchar:     {"varchar", func(v vector, row uint64) any { return text(v, row) }},
	mapping.TypeBlob:        {"varchar", func(v vector, row uint64) any { return fmt.Sprintf("%x", text(v, row)) }},
	mapping.TypeDate:        {"date", func(v vector, row uint64) any { return time.Unix(int64(at[int32](v, row))*86400, 0).UTC() }},
	mapping.TypeTimestamp:   {"timestamp", micros},
	mapping.TypeTimestampTZ: {"timestamp", micros},
	mapping.TypeTimestampS:  {"timestamp", func(v vector, row uint64) any { return time.Unix(at[int64](v, row), 0).UTC() }},
	mapping.TypeTimestampMS: {"timestamp", func(v vector, row uint64) any { return time.UnixMilli(at[int64](v, row)).UTC() }},
	mapping.TypeTimestampNS: {"timestamp", func(v vector, row uint64) any { return time.Unix(0, at[int64](v, row)).UTC() }},
	mapping.TypeInterval:    {"varchar", interval},
	mapping.TypeUUID:        {"varchar", uuid},
	mapping.TypeSQLNull:     {"varchar", func(vector, uint64) any { return nil }},
}

func micros(v vector, row uint64) any { return time.UnixMicro(at[int64](v, row)).UTC() }

// text copies the string out of DuckDB's memory: 16 bytes hold the length and
// up to 12 bytes of text, or the length, a prefix and a pointer. It is empty where
// the row has no room for it.
func text(v vector, row uint64) string {
	cell := unsafe.Add(v.data, row*16)
	n := *(*uint32)(cell)
	if !v.room.take(int64(n)) {
		return ""
	}
	if n <= 12 {
		return string(unsafe.Slice((*byte)(unsafe.Add(cell, 4)), n))
	}
	return string(unsafe.Slice(*(**byte)(unsafe.Add(cell, 8)), n))
}

// wide is an int64 where it fits, as every sum and count of a real lake does,
// and decimal text beyond.
func wide(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	return n.String()
}

func hugeint(v vector, row uint64, signed bool) *big.Int {
	w := at[[2]uint64](v, row) // lower, upper
	n := new(big.Int).SetUint64(w[1])
	if signed {
		n.SetInt64(int64(w[1]))
	}
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(w[0]))
}

func interval(v vector, row uint64) any {
	i := at[struct {
		months, days int32
		micros       int64
	}](v, row)
	return fmt.Sprintf("%d months %d days %s", i.months, i.days, time.Duration(i.micros)*time.Microsecond)
}

func uuid(v vector, row uint64) any {
	w := at[[2]uint64](v, row)
	hi, lo := w[1]^(1<<63), w[0] // DuckDB flips the sign bit to sort
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&(1<<48-1))
}
