package queries

import (
	"fmt"
	"math"
	"math/big"

	"github.com/marcboeker/go-duckdb/mapping"
)

// listType reads VARCHAR[] and the like as []any.
func listType(t mapping.LogicalType) (columnType, error) {
	child := mapping.ListTypeChildType(t)
	defer mapping.DestroyLogicalType(&child)
	of, err := columnTypeOf(child)
	if err != nil {
		return columnType{}, err
	}
	return columnType{"list", notNull(func(v vector, row uint64) any {
		return elements(v, row, of.read)
	})}, nil
}

// elements reads the list in a row: offset and length into the child vector. It
// is nil where the row has no room for it.
func elements(v vector, row uint64, read reader) []any {
	entry := at[[2]uint64](v, row)
	if !v.room.take(16 * int64(entry[1])) {
		return nil
	}
	child := newVector(mapping.ListVectorGetChild(v.vec), v.room)
	out := make([]any, entry[1])
	for i := range out {
		out[i] = read(child, entry[0]+uint64(i))
	}
	return out
}

// structType reads a struct as map[string]any.
func structType(t mapping.LogicalType) (columnType, error) {
	n := mapping.StructTypeChildCount(t)
	names, types := make([]string, n), make([]columnType, n)
	for i := range n {
		names[i] = mapping.StructTypeChildName(t, i)
		child := mapping.StructTypeChildType(t, i)
		of, err := columnTypeOf(child)
		mapping.DestroyLogicalType(&child)
		if err != nil {
			return columnType{}, err
		}
		types[i] = of
	}
	return columnType{"struct", notNull(func(v vector, row uint64) any {
		out := make(map[string]any, n)
		for i := range names {
			out[names[i]] = types[i].read(newVector(mapping.StructVectorGetChild(v.vec, mapping.IdxT(i)), v.room), row)
		}
		return out
	})}, nil
}

// mapType reads a map as map[string]any; keys that are no text become text.
func mapType(t mapping.LogicalType) (columnType, error) {
	keyType, valueType := mapping.MapTypeKeyType(t), mapping.MapTypeValueType(t)
	defer mapping.DestroyLogicalType(&keyType)
	defer mapping.DestroyLogicalType(&valueType)
	key, err := columnTypeOf(keyType)
	if err != nil {
		return columnType{}, err
	}
	value, err := columnTypeOf(valueType)
	if err != nil {
		return columnType{}, err
	}
	pair := func(v vector, row uint64) any {
		return [2]any{
			key.read(newVector(mapping.StructVectorGetChild(v.vec, 0), v.room), row),
			value.read(newVector(mapping.StructVectorGetChild(v.vec, 1), v.room), row),
		}
	}
	return columnType{"struct", notNull(func(v vector, row uint64) any {
		out := map[string]any{}
		for _, p := range elements(v, row, pair) {
			kv := p.([2]any)
			out[fmt.Sprint(kv[0])] = kv[1]
		}
		return out
	})}, nil
}

// decimalType reads DECIMAL(width, scale), whose integer is as wide as needed.
func decimalType(t mapping.LogicalType) columnType {
	scale := math.Pow10(int(mapping.DecimalScale(t)))
	var whole func(v vector, row uint64) float64
	switch mapping.DecimalInternalType(t) {
	case mapping.TypeSmallInt:
		whole = func(v vector, row uint64) float64 { return float64(at[int16](v, row)) }
	case mapping.TypeInteger:
		whole = func(v vector, row uint64) float64 { return float64(at[int32](v, row)) }
	case mapping.TypeBigInt:
		whole = func(v vector, row uint64) float64 { return float64(at[int64](v, row)) }
	default:
		whole = func(v vector, row uint64) float64 {
			f, _ := new(big.Float).SetInt(hugeint(v, row, true)).Float64()
			return f
		}
	}
	return columnType{"double", notNull(func(v vector, row uint64) any { return whole(v, row) / scale })}
}
