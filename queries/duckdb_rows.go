package queries

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/marcboeker/go-duckdb/mapping"
)

// duckRows reads a streaming result: one chunk of at most 2,048 rows is in
// memory at a time.
type duckRows struct {
	ctx     context.Context
	engine  *duckEngine
	result  *nativeResult
	columns []Column
	types   []columnType

	chunk   mapping.DataChunk
	vectors []vector
	row     uint64 // next row of the chunk
	size    uint64
	room    room

	current []any
	err     error
	close   func() error
}

// newDuckRows takes over the result; release is called once, by Close, or here
// if the columns cannot be read.
func newDuckRows(ctx context.Context, e *duckEngine, result *nativeResult, release func() error) (*duckRows, error) {
	r := &duckRows{ctx: ctx, engine: e, result: result}
	r.close = sync.OnceValue(func() error {
		r.dropChunk()
		result.close()
		return release()
	})
	if err := r.readColumns(); err != nil {
		return nil, errors.Join(err, r.close())
	}
	r.current = make([]any, len(r.columns))
	return r, nil
}

func (r *duckRows) readColumns() error {
	names, types := r.result.columns()
	var firstErr error
	for i, t := range types {
		c, err := columnTypeOf(t)
		mapping.DestroyLogicalType(&types[i])
		if err != nil && firstErr == nil {
			firstErr = fmt.Errorf("reading column %q: %w", names[i], err)
		}
		r.columns = append(r.columns, Column{Name: names[i], Type: c.name})
		r.types = append(r.types, c)
	}
	return firstErr
}

func (r *duckRows) Columns() []Column { return r.columns }

func (r *duckRows) Next() bool {
	if r.err != nil || r.result.res == nil {
		return false
	}
	for r.row == r.size {
		if !r.nextChunk() {
			return false
		}
	}
	r.room.left = maxRow
	for i, v := range r.vectors {
		r.current[i] = r.types[i].read(v, r.row)
	}
	r.row++
	r.err = r.room.err()
	return r.err == nil
}

// nextChunk reports false at the end and after an error.
func (r *duckRows) nextChunk() bool {
	r.dropChunk()
	if r.ctx.Err() != nil {
		r.err = r.engine.ended(r.ctx, nil)
		return false
	}
	r.chunk = r.result.fetch()
	if r.chunk.Ptr == nil {
		if err := r.result.err(); err != nil {
			r.err = r.engine.ended(r.ctx, err)
		}
		return false
	}
	r.row, r.size = 0, uint64(mapping.DataChunkGetSize(r.chunk))
	r.vectors = r.vectors[:0]
	for i := range r.types {
		r.vectors = append(r.vectors, newVector(mapping.DataChunkGetVector(r.chunk, mapping.IdxT(i)), &r.room))
	}
	return true
}

func (r *duckRows) dropChunk() {
	if r.chunk.Ptr != nil {
		mapping.DestroyDataChunk(&r.chunk)
		r.chunk.Ptr = nil
	}
	r.row, r.size, r.vectors = 0, 0, r.vectors[:0]
}

func (r *duckRows) Row() []any { return r.current }
func (r *duckRows) Err() error { return r.err }

// Close ends the statement, also one that is still running.
func (r *duckRows) Close() error { return r.close() }
