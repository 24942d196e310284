package pipeline

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

// An epoch is what is committed together. It bounds how much a killed run has to
// do again and, from the other side, how many files a day gets.
const (
	epochRecords = 1 << 20
	epochObjects = 200_000
	epochCovered = 500_000 // rows of the table coverage, which are held until the commit
)

// epoch is the part of the queue that the workers share until the next commit.
type epoch struct {
	queue    []Object
	next     atomic.Int64
	records  atomic.Int64
	covered  atomic.Int64
	failed   atomic.Bool
	progress func(Progress)
	total    int64
}

// take returns the next object, nil when the epoch is over.
func (e *epoch) take(ctx context.Context) *Object {
	if ctx.Err() != nil || e.failed.Load() || e.records.Load() >= epochRecords || e.covered.Load() >= epochCovered {
		return nil
	}
	i := e.next.Add(1) - 1
	if i >= int64(len(e.queue)) || i >= epochObjects {
		return nil
	}
	return &e.queue[i]
}

func (e *epoch) finished(o *outcome) {
	e.records.Add(o.written)
	e.covered.Add(int64(len(o.coverage)))
	if e.progress != nil {
		e.progress(Progress{Objects: 1, Records: o.records, Inflated: o.inflated, Total: e.total})
	}
}

// work reads the queue, an epoch at a time.
func (r *run) work(ctx context.Context) error {
	workers := make([]*worker, r.workers())
	for i := range workers {
		workers[i] = newWorker(r)
	}
	total := int64(len(r.queue))
	for len(r.queue) > 0 {
		e := &epoch{queue: r.queue, progress: r.options.Progress, total: total}
		if err := r.epoch(ctx, e, workers); err != nil {
			return errors.Join(err, abortAll(workers))
		}
		r.queue = r.queue[min(e.next.Load(), int64(len(r.queue)), epochObjects):]
		if ctx.Err() != nil && len(r.queue) > 0 {
			return ErrInterrupted
		}
	}
	return nil
}

func abortAll(workers []*worker) error {
	var errs []error
	for _, w := range workers {
		errs = append(errs, w.out.abort())
	}
	return errors.Join(errs...)
}

func (r *run) epoch(ctx context.Context, e *epoch, workers []*worker) error {
	errs := make([]error, len(workers))
	var wg sync.WaitGroup
	for i, w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if errs[i] = w.work(ctx, e); errs[i] != nil {
				e.failed.Store(true)
			}
		}()
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return r.commit(workers)
}

// commit records everything that the workers have made durable, and counts it.
func (r *run) commit(workers []*worker) error {
	var batch parquet.Batch
	var done []*outcome
	for _, w := range workers {
		batch.Files = append(batch.Files, w.out.files...)
		done = append(done, w.done...)
	}
	coverage, err := r.writeCoverage(done)
	if err != nil {
		return err
	}
	batch.Files = append(batch.Files, coverage...)
	for _, o := range done {
		batch.Objects = append(batch.Objects, o.entry())
		for _, q := range o.quarantine {
			entry, err := q.entry()
			if err != nil {
				return err
			}
			batch.Quarantine = append(batch.Quarantine, entry)
		}
	}
	if err := r.lake.Ledger().Commit(r.id, batch); err != nil {
		return err
	}
	for _, o := range done {
		r.summary.add(o)
	}
	for _, f := range batch.Files {
		r.summary.Files++
		r.summary.Bytes += f.Bytes
	}
	for _, w := range workers {
		for i, day := range w.out.days {
			r.days[day] = append(r.days[day], r.path(w.out.files[i].Path))
		}
		w.out.files, w.out.days = w.out.files[:0], w.out.days[:0]
	}
	r.keys.endEpoch()
	return nil
}

// entry is the ledger's line for an object.
func (o *outcome) entry() parquet.Object {
	family := ""
	if f, ok := o.families.first(); ok {
		family = f.String()
	}
	return parquet.Object{
		Name: o.object.Name, Size: o.object.Size, ModifiedNs: o.object.Modified,
		Family: family, Status: parquet.Status(o.status), Reason: o.reason,
		Records: o.records, Written: o.written, Duplicate: o.duplicate,
		Quarantined: int64(len(o.quarantine)) - o.wholeObject(),
	}
}

func (q *Quarantined) entry() (parquet.QuarantineEntry, error) {
	entry := parquet.QuarantineEntry{Object: q.Object, Offset: q.Offset, Record: parquet.WholeObject, Reason: q.Reason, Detail: q.Detail}
	if q.Record != nil {
		entry.Record = int64(*q.Record)
	}
	if _, err := hex.Decode(entry.SHA256[:], []byte(q.SHA256)); err != nil {
		return entry, fmt.Errorf("recording the quarantine of %q: %w", q.Object, err)
	}
	return entry, nil
}

// writeCoverage writes what the epoch's objects cover, one file for all of them.
func (r *run) writeCoverage(done []*outcome) ([]parquet.FileEntry, error) {
	b := parquet.NewBuilder(parquet.CoverageSchema)
	for _, o := range done {
		for k, c := range o.coverage {
			day := time.Unix(int64(k.day)*86400, 0).UTC()
			var first, last, fingerprint any // a digest holds no event
			if k.family != cloudtrail.Management {
				fingerprint = c.fingerprint
			}
			if c.records > 0 {
				first, last = time.UnixMicro(c.first).UTC(), time.UnixMicro(c.last).UTC()
			}
			err := b.Append(o.object.Name, textOrNull(k.account), textOrNull(k.region), k.family.String(), day, c.records, c.events, first, last, fingerprint)
			if err != nil {
				return nil, err
			}
		}
	}
	if b.Rows() == 0 {
		return nil, nil
	}
	entry, err := writeTable(r.lake, r.id, parquet.CoveragePath(newID()), parquet.CoverageSchema, b)
	if err != nil {
		return nil, err
	}
	return []parquet.FileEntry{entry}, nil
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// writeTable writes a file of one row group and makes it durable.
func writeTable(lake *parquet.Lake, run int64, path string, schema *parquet.Schema, b *parquet.Builder) (entry parquet.FileEntry, err error) {
	file, err := lake.Create(path, run)
	if err != nil {
		return entry, err
	}
	rows := int64(b.Rows())
	writer, err := parquet.NewWriter(file, schema)
	if err == nil {
		err = b.Flush(writer)
	}
	if err == nil {
		err = writer.Close(map[string]string{"roletrail.derivation": fmt.Sprint(cloudtrail.Derivation)})
	}
	if err != nil {
		return entry, errors.Join(fmt.Errorf("writing %q: %w", path, err), file.Abort())
	}
	written, err := file.Commit()
	if err != nil {
		return entry, err
	}
	return written.Entry(path, rows), nil
}
