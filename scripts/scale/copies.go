package main

import (
	"crypto/rand"
	"errors"
	"fmt"
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
			gather := map[*parquet.Schema]*parquet.Gather{}
			for day := range work {
				if errs[i] == nil {
					errs[i] = c.day(gather, day, 1+day%days, p.generations)
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

// day makes all copies of one day, and commits them. Days count from firstDay.
func (c *copier) day(gather map[*parquet.Schema]*parquet.Gather, day, of, generations int) error {
	from := firstDay.AddDate(0, 0, of).Format(time.DateOnly)
	if len(c.files["events"][from]) == 0 {
		return fmt.Errorf("copying %s: the corpus has no events of that day", from)
	}
	var batch parquet.Batch
	for g := range generations {
		v := variant{number: uint32(day*generations + g), generation: g, shift: day - of}
		for _, f := range c.files["events"][from] {
			path := parquet.EventsPath(firstDay.AddDate(0, 0, day), newID())
			copied, err := c.withRollups(gather, v, f, path)
			if err != nil {
				return err
			}
			batch.Files = append(batch.Files, copied...)
		}
		entry, err := c.covers(gather, v, from)
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
func (c *copier) withRollups(gather map[*parquet.Schema]*parquet.Gather, v variant, f parquet.DataFile, path string) (entries []parquet.FileEntry, err error) {
	entry, err := c.file(gather, v, parquet.EventsSchema, []parquet.DataFile{f}, path, nil)
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
			if entry, err = c.file(gather, v, s, []parquet.DataFile{rollup}, parquet.RollupPath(s, path), nil); err != nil {
				return nil, err
			}
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

// covers copies what the coverage says of a day.
func (c *copier) covers(gather map[*parquet.Schema]*parquet.Gather, v variant, from string) (parquet.FileEntry, error) {
	at, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return parquet.FileEntry{}, fmt.Errorf("copying %s: %w", from, err)
	}
	wanted, column := at.Unix()/86400, parquet.CoverageSchema.Index("event_date")
	ofDay := func(g *parquet.Group) ([]int32, int, error) {
		places, n := make([]int32, g.Rows()), 0
		for i := range places {
			places[i] = -1
		}
		err := g.Numbers(column, func(row int, day int64) {
			if day == wanted {
				places[row] = int32(n)
				n++
			}
		})
		return places, n, err
	}
	return c.file(gather, v, parquet.CoverageSchema, c.coverage, parquet.CoveragePath(newID()), ofDay)
}

// file writes the row groups of files, changed, into one. choose says of a row group which
// rows are taken, and to which places; nil takes all.
func (c *copier) file(gather map[*parquet.Schema]*parquet.Gather, v variant, s *parquet.Schema, from []parquet.DataFile, path string,
	choose func(*parquet.Group) ([]int32, int, error),
) (entry parquet.FileEntry, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("copying into %q: %w", path, err)
		}
	}()
	if gather[s] == nil {
		gather[s] = parquet.NewGather(s)
	}
	if choose == nil {
		choose = everyRow
	}
	out, err := c.to.Create(path, c.run)
	if err != nil {
		return entry, err
	}
	w, err := parquet.NewWriter(out, s)
	if err != nil {
		return entry, errors.Join(err, out.Abort())
	}
	rows := int64(0)
	var meta map[string]string
	for _, f := range from {
		if meta, err = parquet.Metadata(f.Path); err == nil {
			err = parquet.EachGroup(f.Path, s, func(g *parquet.Group) error {
				n, err := copyGroup(gather[s], v, s, g, w, choose)
				rows += int64(n)
				return err
			})
		}
		if err != nil {
			return entry, errors.Join(err, out.Abort())
		}
	}
	if err := w.Close(meta); err != nil {
		return entry, errors.Join(err, out.Abort())
	}
	written, err := out.Commit()
	return written.Entry(path, rows), err
}

func everyRow(g *parquet.Group) ([]int32, int, error) {
	places := make([]int32, g.Rows())
	for i := range places {
		places[i] = int32(i)
	}
	return places, len(places), nil
}

// copyGroup writes a row group, changed, unless it has no row that is wanted.
func copyGroup(gather *parquet.Gather, v variant, s *parquet.Schema, g *parquet.Group, w parquet.Writer, choose func(*parquet.Group) ([]int32, int, error)) (int, error) {
	places, n, err := choose(g)
	if err != nil || n == 0 {
		return 0, err
	}
	gather.Begin(n)
	if err := gather.Take(g, places); err != nil {
		return 0, err
	}
	columns := gather.Columns()
	v.columns(s, columns)
	return n, w.WriteRowGroup(n, columns)
}

func newID() (id [16]byte) {
	rand.Read(id[:])
	return id
}
