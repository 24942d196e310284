package pipeline

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// epoch is the part of the queue that is committed together and that the workers
// share until then. It bounds how much a killed run has to do again and, from the
// other side, how many files a day gets.
type epoch struct {
	queue  *queue
	first  int // place in the queue
	bounds *bounds
	turns  *turns // nil: they are not kept
	next   atomic.Int64
	failed atomic.Bool

	records, inflated, held atomic.Int64

	progress func(Progress)
	total    int64
	told     struct{ objects, records, inflated atomic.Int64 } // of progress
}

// take returns the next object, nil when the epoch is over.
func (e *epoch) take(ctx context.Context) *Object {
	if ctx.Err() != nil || e.failed.Load() || e.full() {
		return nil
	}
	i := e.next.Add(1) - 1
	if i >= e.left() {
		return nil
	}
	return e.queue.object(e.first + int(i))
}

func (e *epoch) full() bool {
	return e.records.Load() >= e.bounds.records || e.inflated.Load() >= e.bounds.inflated || e.held.Load() >= e.bounds.held
}

// left is how many objects there were when the epoch began.
func (e *epoch) left() int64 { return int64(e.queue.len() - e.first) }

// taken is how many of them were taken.
func (e *epoch) taken() int64 { return min(e.next.Load(), e.left()) }

func (e *epoch) finished(o *outcome) {
	e.records.Add(o.read())
	e.inflated.Add(max(o.effort, o.object.Size))
	e.held.Add(o.held())
	e.tell(Progress{Objects: 1, Records: o.records, Inflated: o.inflated})
}

// takeBack tells that nothing of what was read counts.
func (e *epoch) takeBack() {
	if n := e.told.objects.Load(); n > 0 {
		e.tell(Progress{Objects: -n, Records: -e.told.records.Load(), Inflated: -e.told.inflated.Load()})
	}
}

func (e *epoch) tell(p Progress) {
	e.told.objects.Add(p.Objects)
	e.told.records.Add(p.Records)
	e.told.inflated.Add(p.Inflated)
	if e.progress != nil {
		p.Total = e.total
		e.progress(p)
	}
}

// work reads the queue, an epoch at a time.
func (r *run) work(ctx context.Context) error {
	workers := make([]*worker, r.workers())
	for i := range workers {
		out := &partition{lake: r.lake, run: r.id, id: func(int32) [16]byte { return newID() }, bounds: &r.options.bounds, opened: &r.openFiles}
		workers[i] = newWorker(&r.options, r.actions, r.keys, out, r.spoiled)
		if u := r.options.Unusual; u != nil {
			workers[i].observer = u.observer(i, r.options.RecentSince)
		}
	}
	total := int64(r.queue.len())
	for r.read < r.queue.len() {
		e := &epoch{queue: &r.queue, first: r.read, bounds: &r.options.bounds, progress: r.options.Progress, total: total}
		if r.inOrder {
			e.turns = startTurns(int32(r.read) + 1)
		}
		recorder := startRecorder(r.lake, r.id, &e.failed, r.options.Explaining != nil || r.options.Unusual != nil)
		again, err := r.epoch(ctx, e, workers, recorder)
		if err != nil || again {
			err = errors.Join(err, r.abandon(e, workers, recorder))
		}
		switch {
		case err != nil:
			return err
		case !again:
			r.read += int(e.taken())
			if err := r.keys.endEpoch(r.queue.eventsFrom(r.read)); err != nil {
				return err
			}
		}
		if ctx.Err() != nil && r.read < r.queue.len() {
			return ErrInterrupted
		}
	}
	return nil
}

// epoch reads and commits one epoch. It is to be read again if an object was
// spoiled, of which the epoch may hold records already, or overtaken by a later one that holds
// the same event; nothing is committed then.
func (r *run) epoch(ctx context.Context, e *epoch, workers []*worker, recorder *recorder) (again bool, err error) {
	errs := make([]error, len(workers))
	var wg sync.WaitGroup
	for i, w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if errs[i] = w.work(ctx, e, recorder.in); errs[i] != nil {
				e.failed.Store(true)
			}
		}()
	}
	wg.Wait()
	recording := recorder.finish()
	for i, err := range errs {
		var s *spoiledError
		switch {
		case errors.As(err, &s):
			r.spoiled[s.object.Name] = s.why
			again, errs[i] = true, nil
		case errors.Is(err, errOutOfTurn):
			r.inOrder, again, errs[i] = true, true, nil
		}
	}
	if err := errors.Join(append(errs, recording)...); err != nil || again {
		return again, err
	}
	return false, r.commit(ctx, workers, recorder)
}

// spoiledError says that an object failed after some of its records were taken:
// their keys are known, so that other objects' records may have been dropped for
// them, and their rows may be in files.
type spoiledError struct {
	object *Object
	why    error
}

func (e *spoiledError) Error() string { return e.why.Error() }

// abandon makes an epoch that was not committed undone: its files are removed,
// which other engines would read, and its events are unknown again.
func (r *run) abandon(e *epoch, workers []*worker, recorder *recorder) error {
	e.takeBack()
	errs := []error{recorder.undo()}
	files := recorder.named()
	for _, w := range workers {
		errs = append(errs, w.out.abort())
		files = append(files, w.out.named...)
		w.reset()
	}
	return errors.Join(append(errs, r.keys.forget(), r.lake.Discard(files))...)
}
