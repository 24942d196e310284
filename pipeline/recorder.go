package pipeline

import (
	"errors"
	"sync/atomic"

	"roletrail/parquet"
)

// recorder writes down what became of the objects of an epoch while others are still read:
// into a commit of the ledger and a file of coverage, which count when the epoch is
// committed. So no worker waits for the ledger, and of an object little stays in memory.
type recorder struct {
	lake *parquet.Lake
	run  int64
	in   chan []*outcome
	done chan struct{} // closed when all that came in is written down
	err  error         // the first one, known when done is closed

	late  bool          // the ledger is written by others until the commit
	batch parquet.Batch // objects and quarantine, if it is late

	pending  *parquet.Pending // nil before the first object
	coverage *table           // nil before the first object that covers something
	path     string           // of coverage, as path in the lake
	summary  *Summary         // of what is written down
}

// recordedAtOnce is how many objects a worker hands over together, and heldAtOnce the most
// bytes of memory that they may take. The ledger gets them sorted by name, as it is itself.
const (
	recordedAtOnce = 512
	heldAtOnce     = 256 << 10
)

// coverageGroup is how many rows a row group of coverage holds at most: most have an object
// of their own, and wait in memory.
const coverageGroup = 16 << 10

// startRecorder starts one, which says if it failed; finish ends it. A late one leaves the
// ledger to others until the commit.
func startRecorder(lake *parquet.Lake, run int64, failed *atomic.Bool, late bool) *recorder {
	r := &recorder{lake: lake, run: run, late: late, in: make(chan []*outcome, 1), done: make(chan struct{}), summary: newSummary()}
	go func() {
		defer close(r.done)
		for outcomes := range r.in {
			if r.err != nil {
				continue // it is not committed
			}
			if r.err = r.record(outcomes); r.err != nil {
				failed.Store(true)
			}
		}
	}()
	return r
}

// finish waits until all that workers have handed over is written down.
func (r *recorder) finish() error {
	close(r.in)
	<-r.done
	return r.err
}

func (r *recorder) record(outcomes []*outcome) error {
	if r.pending == nil && !r.late {
		var err error
		if r.pending, err = r.lake.Prepare(r.run); err != nil {
			return err
		}
	}
	objects := make([]parquet.Object, len(outcomes))
	var bad []parquet.QuarantineEntry
	for i, o := range outcomes {
		objects[i] = o.entry()
		for _, q := range o.quarantine {
			entry, err := q.entry()
			if err != nil {
				return err
			}
			bad = append(bad, entry)
		}
		if err := r.cover(o); err != nil {
			return err
		}
		r.summary.add(o)
	}
	if r.late {
		r.batch.Objects, r.batch.Quarantine = append(r.batch.Objects, objects...), append(r.batch.Quarantine, bad...)
		return nil
	}
	byName(objects)
	return r.pending.Add(objects, bad)
}

// cover writes down what an object covers.
func (r *recorder) cover(o *outcome) (err error) {
	if len(o.coverage) == 0 {
		return nil
	}
	if r.coverage == nil {
		path := parquet.CoveragePath(newID())
		if r.coverage, err = newTable(r.lake, r.run, path, parquet.CoverageSchema); err != nil {
			return err
		}
		r.coverage.group = coverageGroup
		r.path = path
	}
	return r.coverage.addCoverage(o)
}

// commit lets what is written down count, together with the rest of a batch, to which it
// adds the file of coverage.
func (r *recorder) commit(rest *parquet.Batch) error {
	if r.coverage != nil {
		entry, err := r.coverage.commit()
		if err != nil {
			return err
		}
		rest.Files = append(rest.Files, entry)
	}
	if r.late {
		rest.Objects, rest.Quarantine = r.batch.Objects, r.batch.Quarantine
		byName(rest.Objects)
		return r.lake.Commit(r.run, *rest)
	}
	if r.pending == nil { // no object was read
		return nil
	}
	return r.pending.Commit(*rest)
}

// undo leaves nothing of what was written down but a file that has its name already.
func (r *recorder) undo() error {
	var errs []error
	if r.pending != nil {
		errs = append(errs, r.pending.Undo())
	}
	if r.coverage != nil {
		errs = append(errs, r.coverage.abort())
	}
	return errors.Join(errs...)
}

// named are the paths that a file may have by now.
func (r *recorder) named() []string {
	if r.coverage == nil {
		return nil
	}
	return []string{r.path}
}
