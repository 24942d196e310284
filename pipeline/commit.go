package pipeline

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

// commit lets everything count that the workers have made durable, and counts it.
func (r *run) commit(ctx context.Context, workers []*worker, recorder *recorder) error {
	if err := r.explain(ctx, workers); err != nil {
		return err
	}
	unusual, err := r.judgeAccess(ctx, workers)
	if err != nil {
		return err
	}
	batch := parquet.Batch{Messages: unusual.messages, Sightings: unusual.sightings}
	lastUse := unusual.lastUse(r.lake)
	for _, w := range workers {
		batch.Files = append(batch.Files, w.out.files...)
		messages, err := w.told.messages(lastUse)
		if err != nil {
			return err
		}
		batch.Messages = append(batch.Messages, messages...)
		w.changes.Untold = w.told.untold
	}
	if err := recorder.commit(&batch); err != nil {
		return err
	}
	r.summary.merge(recorder.summary)
	for _, f := range batch.Files {
		r.summary.Files++
		r.summary.Bytes += f.Bytes
	}
	for _, w := range workers {
		r.summary.RoleChanges.add(&w.changes)
		for i, day := range w.out.days {
			r.days[day] = append(r.days[day], r.path(w.out.files[i].Path))
		}
		w.reset()
	}
	if unusual.sightings != nil {
		r.options.Unusual.remembered.Add(unusual.sightings, r.options.RecentSince)
		unusual.counted.Forgotten = unusual.sightings.Forgotten
		r.summary.Unusual.add(&unusual.counted)
	}
	r.summary.epochs++
	if r.options.Committed != nil {
		r.options.Committed(r.summary)
	}
	return nil
}

// byName sorts objects as the ledger does, which then writes each of its pages once.
func byName(objects []parquet.Object) {
	slices.SortFunc(objects, func(a, b parquet.Object) int { return strings.Compare(a.Name, b.Name) })
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

// addCoverage adds what an object covers.
func (t *table) addCoverage(o *outcome) error {
	for i := range o.coverage {
		c := &o.coverage[i]
		day := time.Unix(int64(c.day)*86400, 0).UTC()
		var first, last, fingerprint any // a digest holds no event
		if c.family != cloudtrail.Management {
			fingerprint = c.fingerprint
		}
		if c.records > 0 {
			first, last = time.UnixMicro(c.first).UTC(), time.UnixMicro(c.last).UTC()
		}
		err := t.add(o.object.Name, textOrNull(c.account), textOrNull(c.region), c.family.String(), day, c.records, c.events, first, last, fingerprint)
		if err != nil {
			return err
		}
	}
	return nil
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
