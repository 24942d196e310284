package pipeline

import (
	"context"
	"errors"
	"fmt"

	"roletrail/parquet"
)

// ErrNotTaken says that a run was stopped before the inventory counted.
var ErrNotTaken = errors.New("nothing of the inventory was taken into the lake; run the same command again")

// notTaken is ErrNotTaken in the place of an error by which a run ended because ctx
// did.
func notTaken(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return ErrNotTaken
	}
	return err
}

// snapshotWriter writes the files of snapshots, hidden until all are there. They count
// when they are committed. Its user fills and seals what create gives, then calls
// complete, and abort in any case.
type snapshotWriter struct {
	lake    *parquet.Lake
	run     int64
	warn    func(error)
	hidden  []*table
	removed []string // files in whose place they come
}

// create starts a file.
func (w *snapshotWriter) create(path string, schema *parquet.Schema) (*table, error) {
	t, err := newTable(w.lake, w.run, path, schema)
	if err == nil {
		w.hidden = append(w.hidden, t)
	}
	return t, err
}

// complete lets the new files count in the place of the old ones, at one moment, and
// ends the run. If they do not count the new ones are taken off the disk. Old ones that
// cannot be are warned of.
func (w *snapshotWriter) complete() (err error) {
	batch := parquet.Batch{Removed: w.removed}
	var visible []string
	for _, t := range w.hidden {
		visible = append(visible, t.path)
		entry, err := t.commit()
		if err != nil {
			return errors.Join(err, w.lake.Discard(visible))
		}
		batch.Files = append(batch.Files, entry)
	}
	leftOver, err := w.lake.Complete(w.run, batch)
	switch {
	case err != nil:
		return errors.Join(err, w.lake.Discard(visible)) // which leaves them if they count
	case leftOver != nil && w.warn == nil:
		return leftOver
	case leftOver != nil:
		w.warn(leftOver)
	}
	return nil
}

// abort removes the files that are still hidden.
func (w *snapshotWriter) abort() error {
	var errs []error
	for _, t := range w.hidden {
		if err := t.abort(); err != nil {
			errs = append(errs, fmt.Errorf("removing what was begun: %w; the next ingest removes it", err))
		}
	}
	return errors.Join(errs...)
}
