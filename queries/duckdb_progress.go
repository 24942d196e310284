package queries

import (
	"sync"
	"time"
	"unsafe"

	"github.com/marcboeker/go-duckdb/mapping"
)

// progressEvery is how often a statement is asked how far it is.
const progressEvery = 200 * time.Millisecond

// watchProgress tells how far the statements of a connection are, until stop is called, after
// which the connection may be closed.
func (e *duckEngine) watchProgress(connection unsafe.Pointer) (stop func()) {
	if e.progress == nil {
		return func() {}
	}
	e.progress(Progress{}) // a statement begins
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				e.progress(progressOf(connection))
			}
		}
	}()
	return sync.OnceFunc(func() { close(done); <-gone })
}

// progressOf asks DuckDB, which may be done by any goroutine while the connection is open. The
// rows that it tells too are multiples of its guess of how many there are, so they are not
// handed on.
func progressOf(connection unsafe.Pointer) Progress {
	told := mapping.QueryProgress(mapping.Connection{Ptr: connection})
	percent, _, _ := mapping.QueryProgressTypeMembers(&told)
	return Progress{Share: min(max(percent, 0), 100) / 100} // -1: not known
}
