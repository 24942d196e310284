package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"roletrail/parquet"
)

// CompactOptions say which days are compacted and how.
type CompactOptions struct {
	// Since and Until bound the event days: from the UTC day of Since on, and before
	// that of Until. The zero time is no bound.
	Since, Until time.Time
	// Version is the program's, for the ledger.
	Version string
	// Progress, if set, is told of every finished day.
	Progress func(CompactProgress)
	// Warn, if set, is told of files that count no longer and could not be removed.
	// They are no failure; without Warn they are.
	Warn func(error)

	bounds compactBounds          // tests make them small
	newID  func() [16]byte        // of a new file
	keep   func(path string) bool // whether a file stays as it is
	every  bool                   // also a single file that ingest wrote is made a compact one
	anew   map[string]bool        // days, YYYY-MM-DD, that are put together anew, compact or not, and no others
}

// CompactProgress is one day that is finished.
type CompactProgress struct {
	Rows int64 // that were written anew
	Days int64 // that there are to do
}

// Compaction is the balance of a compaction.
type Compaction struct {
	Days  DayCounts `json:"days"`
	Files Change    `json:"files"`
	Bytes Change    `json:"bytes"`
	Rows  RowCounts `json:"rows"`
	// Seconds is how long it took.
	Seconds float64 `json:"seconds"`
}

// DayCounts add up: Total = Compacted + Already.
type DayCounts struct {
	Total     int `json:"total"`
	Compacted int `json:"compacted"`
	Already   int `json:"already"` // compact before, and left as they are
}

// Change is a number of the days that were looked at, before and after.
type Change struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

// RowCounts add up: Before = After + Duplicate.
type RowCounts struct {
	Before    int64 `json:"before"`
	After     int64 `json:"after"`
	Duplicate int64 `json:"duplicate"`
}

// Balanced reports whether days and rows add up.
func (c *Compaction) Balanced() bool {
	return c.Days.Total == c.Days.Compacted+c.Days.Already && c.Rows.Before == c.Rows.After+c.Rows.Duplicate
}

// String is the balance in three lines.
func (c *Compaction) String() string {
	return fmt.Sprintf("days %d = compacted %d + already compact %d\nrows %d = kept %d + duplicate %d\nfiles %d became %d, bytes %d became %d",
		c.Days.Total, c.Days.Compacted, c.Days.Already, c.Rows.Before, c.Rows.After, c.Rows.Duplicate,
		c.Files.Before, c.Files.After, c.Bytes.Before, c.Bytes.After)
}

// JSON is the balance as a file holds it.
func (c *Compaction) JSON() ([]byte, error) { return summaryJSON(c) }

func summaryJSON(balance any) ([]byte, error) {
	text, err := json.MarshalIndent(balance, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the summary: %w", err)
	}
	return append(text, '\n'), nil
}

// compaction is one run of it.
type compaction struct {
	run      int64
	lake     *parquet.Lake
	options  CompactOptions
	gather   *parquet.Gather
	result   *Compaction
	leftOver error // files that count no longer and could not be removed
}

// Compact brings the events of each day into few files: every event once, in the order
// of the lake, in row groups by which readers pass over roles that they do not ask for.
// A day changes at one moment, for which its new files count in the place of the old
// ones; days that are compact stay as they are. The balance is right also where an error
// is returned: it counts what was committed.
func Compact(ctx context.Context, lake *parquet.Lake, options CompactOptions) (*Compaction, error) {
	start := time.Now()
	if options.bounds == (compactBounds{}) {
		options.bounds = defaultCompactBounds
	}
	if options.newID == nil {
		options.newID = newID
	}
	if options.keep == nil {
		options.keep = func(string) bool { return false }
	}
	c := &compaction{lake: lake, options: options, gather: parquet.NewGather(parquet.EventsSchema), result: &Compaction{}}
	err := c.days(ctx)
	c.result.Seconds = time.Since(start).Seconds()
	if err == nil && !c.result.Balanced() {
		err = fmt.Errorf("checking the balance: it does not add up, which is a mistake of this program:\n%s", c.result)
	}
	return c.result, err
}

// days compacts one day after another, in one run. The run stays open if files are left
// over, by which the next writer knows what they are.
func (c *compaction) days(ctx context.Context) (err error) {
	plans, err := c.plan(ctx)
	if err != nil || len(plans) == 0 {
		return err
	}
	if c.run, err = c.lake.Ledger().Begin(c.options.Version); err != nil {
		return err
	}
	for _, p := range plans {
		if err = c.day(ctx, p); err != nil {
			break
		}
		if c.options.Progress != nil {
			c.options.Progress(CompactProgress{Rows: p.rows(), Days: int64(len(plans))})
		}
	}
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = ErrInterrupted
	}
	switch finished := err == nil || errors.Is(err, ErrInterrupted); {
	case c.leftOver != nil && c.options.Warn == nil:
		return errors.Join(err, c.leftOver)
	case c.leftOver != nil:
		c.options.Warn(c.leftOver)
	case finished:
		return errors.Join(err, c.lake.Ledger().Finish(c.run))
	}
	return err
}

// plan looks at the files of all days that are asked for, and counts those that stay.
func (c *compaction) plan(ctx context.Context) (todo []*dayPlan, err error) {
	names := []string{"events"}
	for _, schema := range parquet.Rollups() {
		names = append(names, schema.Table)
	}
	tables, err := c.lake.FilesOf(names...)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{} // the files of rollups
	for _, name := range names[1:] {
		for _, f := range tables[name] {
			known[f.Name] = true
		}
	}
	files := tables["events"] // sorted by path, so by day
	for len(files) > 0 {
		day := files[0].Partition
		n := 1
		for n < len(files) && files[n].Partition == day {
			n++
		}
		ofDay := files[:n]
		files = files[n:]
		if !c.asked(day) {
			continue
		}
		if ctx.Err() != nil {
			return nil, ErrInterrupted
		}
		p, err := planDay(day, ofDay, known, &c.options)
		if err == nil && c.options.anew[day] {
			p.takeAll(c.options.bounds)
		}
		if err != nil {
			return nil, fmt.Errorf("compacting %s: %w", day, err)
		}
		c.result.Days.Total++
		if len(p.loose) == 0 {
			c.result.Days.Already++
			c.count(p.kept, p.kept)
			continue
		}
		todo = append(todo, p)
	}
	c.result.Days.Total -= len(todo) // each counts when it is committed
	return todo, nil
}

func (c *compaction) asked(day string) bool {
	if c.options.anew != nil {
		return c.options.anew[day]
	}
	since, until := c.options.Since, c.options.Until
	return (since.IsZero() || day >= since.UTC().Format(time.DateOnly)) && (until.IsZero() || day < until.UTC().Format(time.DateOnly))
}

// count counts files of a day as they were and as they are.
func (c *compaction) count(before, after []surveyed) {
	for i, files := range [][]surveyed{before, after} {
		for _, f := range files {
			if i == 0 {
				c.result.Files.Before, c.result.Bytes.Before, c.result.Rows.Before = c.result.Files.Before+1, c.result.Bytes.Before+f.bytes, c.result.Rows.Before+f.rows
				continue
			}
			c.result.Files.After, c.result.Bytes.After, c.result.Rows.After = c.result.Files.After+1, c.result.Bytes.After+f.bytes, c.result.Rows.After+f.rows
		}
	}
}

// day makes the new files of a day and puts them in the place of the loose ones.
func (c *compaction) day(ctx context.Context, p *dayPlan) (err error) {
	w := &compactWriter{compaction: c}
	defer func() {
		if err = errors.Join(err, w.abort()); err != nil {
			err = fmt.Errorf("compacting %s: %w", p.day, err)
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	known := newKeySets(mostKeys, c.lake.Scratch, func(_ int32, set *keySet) error { return p.loadKept(set) })
	defer func() { err = errors.Join(err, known.forget()) }()
	keys, err := known.of(0)
	if err != nil {
		return err
	}
	duplicates := int64(0)
	for _, part := range p.parts {
		rows, err := part.read()
		if err != nil {
			return err
		}
		rows.sort()
		dropped, err := rows.dropKnown(keys)
		if err != nil {
			return err
		}
		duplicates += dropped
		if err := w.write(ctx, p.day, part, rows); err != nil {
			return err
		}
	}
	written, err := w.replace(p.loose)
	if err != nil {
		return err
	}
	c.result.Days.Total++
	c.result.Days.Compacted++
	c.result.Rows.Duplicate += duplicates
	c.count(slices.Concat(p.kept, p.loose), slices.Concat(p.kept, written))
	return nil
}
