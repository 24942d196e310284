package queries

/*
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>

// The part of DuckDB's C API that the Go driver does not hand out: results that
// stream. The declarations repeat duckdb.h of DuckDB 1.4; the symbols come from
// the static library that the driver links.
typedef struct {
	uint64_t column_count, row_count, rows_changed;
	void *columns;
	char *error_message;
	void *internal_data;
} duckdb_result;

extern int duckdb_pending_prepared_streaming(void *prepared, void **out_pending);
extern const char *duckdb_pending_error(void *pending);
extern int duckdb_execute_pending(void *pending, duckdb_result *out_result);
extern void duckdb_destroy_pending(void **pending);
extern void *duckdb_fetch_chunk(duckdb_result result);
extern const char *duckdb_result_error(duckdb_result *result);
extern uint64_t duckdb_column_count(duckdb_result *result);
extern const char *duckdb_column_name(duckdb_result *result, uint64_t col);
extern void *duckdb_column_logical_type(duckdb_result *result, uint64_t col);
extern void duckdb_destroy_result(duckdb_result *result);
extern void duckdb_interrupt(void *connection);
*/
import "C"

import (
	"errors"
	"unsafe"

	"github.com/marcboeker/go-duckdb/mapping"
)

// nativeResult is a running statement of DuckDB that hands out its rows chunk by
// chunk. The driver's own results are read into memory whole before the first
// row is seen, outside the memory limit: 10 million rows of 200 bytes took 2.3 GB
// under a limit of 256 MB.
type nativeResult struct {
	res *C.duckdb_result
}

// executeStreaming runs a prepared and bound statement. It blocks until the
// first rows are ready.
func executeStreaming(prepared unsafe.Pointer) (*nativeResult, error) {
	var pending unsafe.Pointer
	defer C.duckdb_destroy_pending(&pending)
	if C.duckdb_pending_prepared_streaming(prepared, &pending) != 0 {
		return nil, errors.New(C.GoString(C.duckdb_pending_error(pending)))
	}
	n := &nativeResult{res: (*C.duckdb_result)(C.calloc(1, C.sizeof_duckdb_result))}
	if C.duckdb_execute_pending(pending, n.res) != 0 {
		err := n.err()
		n.close()
		return nil, err
	}
	return n, nil
}

// fetch returns the next chunk; its Ptr is nil at the end and after an error.
func (n *nativeResult) fetch() mapping.DataChunk {
	return mapping.DataChunk{Ptr: C.duckdb_fetch_chunk(*n.res)}
}

// err is the statement's error so far, or nil.
func (n *nativeResult) err() error {
	if msg := C.duckdb_result_error(n.res); msg != nil && C.GoString(msg) != "" {
		return errors.New(C.GoString(msg))
	}
	return nil
}

// columns lists names and types; the caller destroys the types.
func (n *nativeResult) columns() (names []string, types []mapping.LogicalType) {
	for i := range uint64(C.duckdb_column_count(n.res)) {
		names = append(names, C.GoString(C.duckdb_column_name(n.res, C.uint64_t(i))))
		types = append(types, mapping.LogicalType{Ptr: C.duckdb_column_logical_type(n.res, C.uint64_t(i))})
	}
	return names, types
}

func (n *nativeResult) close() {
	C.duckdb_destroy_result(n.res)
	C.free(unsafe.Pointer(n.res))
	n.res = nil
}

// interrupt stops whatever runs on the connection; it may be called from any
// goroutine as long as the connection is open.
func interrupt(connection unsafe.Pointer) {
	C.duckdb_interrupt(connection)
}
