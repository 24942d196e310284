package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"roletrail/parquet"
)

// compactWriter writes the new files of one day, hidden until all are there.
type compactWriter struct {
	*compaction
	hidden []compactFile
}

// compactFile is a file of events with its rollups.
type compactFile struct {
	*dayFile
	rollups []rollupFile
}

// write makes a file of the rows of a part.
func (w *compactWriter) write(ctx context.Context, day string, p part, r *compactRows) error {
	if len(r.rows) == 0 {
		return nil // all of them duplicates
	}
	f, err := w.create(day)
	if err != nil {
		return err
	}
	for rows := r.rows; len(rows) > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := nextGroup(rows, w.options.bounds.groupRows)
		if err := w.writeGroup(f, p, r.counts, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	meta := f.meta(derivationsOf(p.files))
	meta[compactedKey] = compactedOrder
	if err := f.writer.Close(meta); err != nil {
		return fmt.Errorf("writing %q: %w", f.path, err)
	}
	if err := f.file.Seal(); err != nil {
		return err
	}
	for i := range f.rollups {
		if err := f.rollups[i].seal(); err != nil {
			return err
		}
	}
	return nil
}

func (w *compactWriter) create(day string) (f compactFile, err error) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return f, fmt.Errorf("listing lake: folder of %s is no day: %w", day, err)
	}
	if f.dayFile, err = createEventsFile(w.lake, w.run, parquet.EventsPath(at, w.options.newID())); err != nil {
		return f, err
	}
	if f.rollups, err = createRollups(w.lake, w.run, f.path); err != nil {
		return f, errors.Join(err, f.file.Abort())
	}
	w.hidden = append(w.hidden, f)
	return f, nil
}

// nextGroup says how many of the sorted rows become the next row group: assumptions and
// changes, which stand first, get their own, see [ownGroup], and what is left is divided evenly.
func nextGroup(rows []compactRow, most int) int {
	rows = rows[:ownGroup(len(rows), func(i int) standing { return rows[i].standing })]
	groups := (len(rows) + most - 1) / most
	return (len(rows) + groups - 1) / groups
}

// writeGroup gathers the rows from the row groups of the part and writes them.
func (w *compactWriter) writeGroup(f compactFile, p part, counts []int, rows []compactRow) error {
	w.gather.Begin(len(rows))
	byGroup := make([][]int32, len(counts)) // numbers of rows
	for i := range rows {
		byGroup[rows[i].group] = append(byGroup[rows[i].group], int32(i))
	}
	var places []int32
	err := p.each(func(i int) bool { return len(byGroup[i]) > 0 }, func(i int, g *parquet.Group) error {
		places = slices.Grow(places[:0], counts[i])[:counts[i]]
		for n := range places {
			places[n] = -1
		}
		for _, n := range byGroup[i] {
			places[rows[n].row] = n
		}
		return w.gather.Take(g, places)
	})
	if err != nil {
		return err
	}
	columns := w.gather.Columns()
	for _, rollup := range f.rollups {
		rollup.add(len(rows), columns)
	}
	return f.write(len(rows), columns)
}

// replace lets the new files count in the place of the old ones, at one moment, and takes
// the old ones off the disk. Of an error nothing is left that counts.
func (w *compactWriter) replace(old []surveyed) (written []surveyed, err error) {
	var batch parquet.Batch
	var visible []string
	for _, f := range w.hidden {
		visible = append(visible, f.path)
		file, err := f.file.Commit()
		if err != nil {
			return nil, errors.Join(err, w.lake.Discard(visible))
		}
		batch.Files = append(batch.Files, file.Entry(f.path, f.rows))
		for _, rollup := range f.rollups {
			visible = append(visible, rollup.table.path)
			entry, err := rollup.table.commit()
			if err != nil {
				return nil, errors.Join(err, w.lake.Discard(visible))
			}
			batch.Files = append(batch.Files, entry)
		}
		written = append(written, surveyed{name: f.path, rows: f.rows, bytes: file.Bytes})
	}
	for _, f := range old {
		batch.Removed = append(batch.Removed, f.name)
		batch.Removed = append(batch.Removed, f.rollups...)
	}
	if err := w.lake.Commit(w.run, batch); err != nil {
		return nil, errors.Join(err, w.lake.Discard(visible)) // which leaves them if they count
	}
	w.leftOver = errors.Join(w.leftOver, w.lake.Discard(batch.Removed))
	return written, nil
}

// abort removes the files that are still hidden.
func (w *compactWriter) abort() error {
	var errs []error
	for _, f := range w.hidden {
		if err := errors.Join(f.file.Abort(), abortRollups(f.rollups)); err != nil {
			errs = append(errs, fmt.Errorf("removing what was begun: %w; the next ingest removes it", err))
		}
	}
	return errors.Join(errs...)
}

// derivationsOf are the versions of the rules that made the rows of files, in order.
func derivationsOf(files []surveyed) (versions []string) {
	for _, f := range files {
		if f.derivation != "" && !slices.Contains(versions, f.derivation) {
			versions = append(versions, f.derivation)
		}
	}
	slices.Sort(versions)
	return versions
}
