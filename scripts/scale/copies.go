package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"roletrail/parquet"
)

// firstDay is that of the quarter. The corpus begins then, too.
var firstDay = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// copier lays copies of the days of one lake over a quarter in another.
type copier struct {
	base, to *parquet.Lake
	run      int64
	files    map[string]map[string][]parquet.DataFile // of base, by table and day
	coverage []parquet.DataFile
	mu       sync.Mutex // of to
}

// copies makes a lake of copies of the days of base, from its second day on.
func copies(base, made string, p plan, days int) (err error) {
	c := &copier{}
	if c.base, err = parquet.OpenLake(base); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.base.Close()) }()
	if err := c.find(); err != nil {
		return err
	}
	if c.to, err = parquet.CreateLake(made); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.to.Close()) }()
	if c.run, err = c.to.Ledger().Begin("scale"); err != nil {
		return err
	}
	if err := c.all(p, days); err != nil {
		return err
	}
	return c.to.Ledger().Finish(c.run)
}

// find looks for the files of base.
func (c *copier) find() (err error) {
	c.files = map[string]map[string][]parquet.DataFile{}
	for _, s := range append([]*parquet.Schema{parquet.EventsSchema}, parquet.Rollups()...) {
		files, err := c.base.Files(s.Table)
		if err != nil {
			return err
		}
		c.files[s.Table] = map[string][]parquet.DataFile{}
		for _, f := range files {
			c.files[s.Table][f.Partition] = append(c.files[s.Table][f.Partition], f)
		}
	}
	c.coverage, err = c.base.Files(parquet.CoverageSchema.Table)
	return err
}

// all makes the copies, two days at a time. The day of the corpus after firstDay is laid upon
// firstDay, the next ones upon the next, and so on, over and over.
func (c *copier) all(p plan, days int) error {
	work := make(chan int)
	errs := make([]error, 2)
	var workers sync.WaitGroup
	for i := range errs {
		workers.Go(func() {
			for day := range work {
				if errs[i] == nil {
					errs[i] = c.day(day, days, p.generations)
				}
			}
		})
	}
	for day := range p.days {
		work <- day
		fmt.Fprintf(os.Stderr, "scale: day %d of %d\n", day+1, p.days)
	}
	close(work)
	workers.Wait()
	return errors.Join(errs...)
}

// day makes all copies of one day, of days that the corpus has, and commits them. Days count
// from firstDay.
func (c *copier) day(day, days, generations int) error {
	of := 1 + day%days
	from := firstDay.AddDate(0, 0, of).Format(time.DateOnly)
	if len(c.files["events"][from]) == 0 {
		return fmt.Errorf("copying %s: the corpus has no events of that day", from)
	}
	var batch parquet.Batch
	for g := range generations {
		v := variant{number: uint32(day*generations + g), generation: g, round: day / days, shift: day - of}
		for _, f := range c.files["events"][from] {
			path := parquet.EventsPath(firstDay.AddDate(0, 0, day), newID())
			copied, err := c.withRollups(v, f, path)
			if err != nil {
				return err
			}
			batch.Files = append(batch.Files, copied...)
		}
		entry, err := c.covers(v, from)
		if err != nil {
			return err
		}
		batch.Files = append(batch.Files, entry)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.to.Commit(c.run, batch)
}

// withRollups copies a file of events, and those of rollups that go with it.
func (c *copier) withRollups(v variant, f parquet.DataFile, path string) (entries []parquet.FileEntry, err error) {
	entry, err := c.altered(v, parquet.EventsSchema, f, path)
	if err != nil {
		return nil, err
	}
	entries = append(entries, entry)
	for _, s := range parquet.Rollups() {
		name := parquet.RollupPath(s, f.Name)
		for _, rollup := range c.files[s.Table][f.Partition] {
			if rollup.Name != name {
				continue
			}
			if entry, err = c.altered(v, s, rollup, parquet.RollupPath(s, path)); err != nil {
				return nil, err
			}
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

// altered writes a file anew with what the variant changes.
func (c *copier) altered(v variant, s *parquet.Schema, f parquet.DataFile, path string) (entry parquet.FileEntry, err error) {
	out, err := c.to.Create(path, c.run)
	if err != nil {
		return entry, fmt.Errorf("copying into %q: %w", path, err)
	}
	rows, err := parquet.Alter(f.Path, s, out, v.alteration(s))
	if err != nil {
		return entry, errors.Join(fmt.Errorf("copying into %q: %w", path, err), out.Abort())
	}
	written, err := out.Commit()
	return written.Entry(path, rows), err
}

// covers writes what the coverage says of a day.
func (c *copier) covers(v variant, from string) (entry parquet.FileEntry, err error) {
	path := parquet.CoveragePath(newID())
	defer func() {
		if err != nil {
			err = fmt.Errorf("copying into %q: %w", path, err)
		}
	}()
	at, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return entry, err
	}
	out, err := c.to.Create(path, c.run)
	if err != nil {
		return entry, err
	}
	rows, err := writeCoverage(out, c.coverage, at.Unix()/86400, v)
	if err != nil {
		return entry, errors.Join(err, out.Abort())
	}
	written, err := out.Commit()
	return written.Entry(path, rows), err
}

// writeCoverage writes the rows of one day, changed, of all files of the coverage into one.
func writeCoverage(out io.Writer, files []parquet.DataFile, day int64, v variant) (rows int64, err error) {
	s := parquet.CoverageSchema
	w, err := parquet.NewWriter(out, s)
	if err != nil {
		return 0, err
	}
	gather := parquet.NewGather(s)
	for _, f := range files {
		err := parquet.EachGroup(f.Path, s, func(g *parquet.Group) error {
			places, n := make([]int32, g.Rows()), 0
			for i := range places {
				places[i] = -1
			}
			err := g.Numbers(s.Index("event_date"), func(row int, on int64) {
				if on == day {
					places[row] = int32(n)
					n++
				}
			})
			if err != nil || n == 0 {
				return err
			}
			gather.Begin(n)
			if err := gather.Take(g, places); err != nil {
				return err
			}
			columns := gather.Columns()
			v.columns(s, columns)
			rows += int64(n)
			return w.WriteRowGroup(n, columns)
		})
		if err != nil {
			return 0, err
		}
	}
	return rows, w.Close(nil)
}

func newID() (id [16]byte) {
	rand.Read(id[:])
	return id
}
