package queries

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// DuckDB's own memory limit counts its buffers, hash tables and lists. It does
// not count the texts and lists that a function builds within one chunk of 2,048
// rows (repeat, lpad, concat, list_transform, range, flatten …) nor constants it
// folds while planning: under a limit of 200 MB such statements held 2 to 8 GB.
// So the process is watched from outside.
const (
	// defaultMemory is DuckDB's limit, in bytes, where none is given: with it and all else
	// that the process holds, a review of a thousand roles over 20 million events stays
	// within 1 GiB. What spills beyond it costs a tenth more time.
	defaultMemory = 640_000_000
	// memorySpare is what the process may hold above the limit, in bytes, for
	// itself and for what DuckDB does not count. Beyond it a statement is
	// interrupted; beyond twice as much it is not waited for any longer, since
	// DuckDB sees an interrupt only between two chunks.
	memorySpare = 860_000_000
	// watchEvery bounds how much more is taken before it is noticed.
	watchEvery = 5 * time.Millisecond
)

// errMemory is why a statement was ended that needs more than it may have.
var errMemory = errors.New("out of memory")

// tooLarge words errMemory with the limit, in bytes, and the next step.
func tooLarge(limit int64) error {
	return fmt.Errorf("%w: it needs more than the limit of %d MB; ask for less at a time (fewer rows or columns, shorter texts and lists)", errMemory, limit/1_000_000)
}

// watchedRows are rows whose statement is watched until they are closed.
type watchedRows struct {
	Rows
	stop func()
}

func (r *watchedRows) Close() error {
	defer r.stop()
	return r.Rows.Close()
}

// watchMemory cancels the context it returns, with errMemory as cause, when the
// process holds more than a statement may bring it to, and gives up when it holds
// far more in spite of that. It does nothing on a system that does not say what a
// process holds.
func (e *duckEngine) watchMemory(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	done, gone := make(chan struct{}), make(chan struct{})
	before, _ := residentMemory() // what others hold is not this statement's
	most := max(e.memory, before) + memorySpare
	go func() {
		defer close(gone)
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			held, known := residentMemory()
			switch {
			case !known:
				return
			case held > most+memorySpare && e.giveUp != nil:
				// Nobody will close the engine any more.
				e.giveUp(errors.Join(tooLarge(e.memory), e.ownTemp.remove()))
				return
			case held > most:
				cancel(tooLarge(e.memory))
			}
		}
	}()
	return ctx, sync.OnceFunc(func() { close(done); <-gone; cancel(nil) })
}
