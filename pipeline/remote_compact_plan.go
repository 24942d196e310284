package pipeline

import (
	"maps"
	"slices"
	"time"

	"roletrail/parquet"
)

// batchBounds are how much is put together at a time: what one commit lets count.
type batchBounds struct {
	logFiles int
	bytes    int64
}

var defaultBatchBounds = batchBounds{logFiles: 20_000, bytes: 512 << 20}

// batch is what is put together at a time.
type batch struct {
	logFiles []*remoteObject // in the order of their first days
	days     []string        // that they have events of, or that lack rollups
}

func (b *batch) isEmpty() bool { return len(b.logFiles)+len(b.days) == 0 }

// bytes is how large the objects of the log files are.
func (b *batch) bytes() (n int64) {
	for _, of := range b.logFiles {
		n += of.state().size
	}
	return n
}

// id is what the objects of a log file have in common.
func (o *remoteObject) id() [objectHash]byte {
	id, _ := partID(o.coverage.name)
	return [objectHash]byte(id[:])
}

// asked are the log files that are to be put together, in the order of their first days. One without events
// is, whatever the days.
func (c *remoteCompaction) asked() []*remoteObject {
	return slices.DeleteFunc(c.inOrder(), func(of *remoteObject) bool {
		return c.options.anew != nil || slices.ContainsFunc(of.events, func(f remoteFile) bool { return !c.asksFor(dayOfPath(f.name)) })
	})
}

func (c *remoteCompaction) asksFor(day string) bool {
	since, until := c.options.Since, c.options.Until
	return (since.IsZero() || day >= since.UTC().Format(time.DateOnly)) && (until.IsZero() || day < until.UTC().Format(time.DateOnly))
}

// next is what is put together next: log files as long as there are any, then days of which the
// rollups are not those of today.
func (c *remoteCompaction) next() (b batch) {
	bytes, bounds := int64(0), c.options.batch
	for _, of := range c.asked() {
		bytes += of.state().size
		if len(b.logFiles) > 0 && (len(b.logFiles) == bounds.logFiles || bytes > bounds.bytes) {
			break
		}
		b.logFiles = append(b.logFiles, of)
	}
	if len(b.logFiles) > 0 {
		days := map[string]bool{}
		for _, of := range b.logFiles {
			for _, f := range of.events {
				days[dayOfPath(f.name)] = true
			}
		}
		b.days = slices.Sorted(maps.Keys(days))
		return b
	}
	for _, day := range c.daysWithoutRollups() {
		for _, f := range c.filesOf([]string{day}) {
			bytes += f.Bytes
		}
		if len(b.days) > 0 && bytes > bounds.bytes {
			break
		}
		b.days = append(b.days, day)
	}
	return b
}

// daysWithoutRollups are those that have events of which not all rollups are there, as after a new
// one was invented.
func (c *remoteCompaction) daysWithoutRollups() (days []string) {
	if c.options.anew != nil {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(c.options.anew)), func(day string) bool { return c.done[day] })
	}
	for _, f := range c.counts.ofTable(parquet.EventsSchema.Table) {
		day := dayOfPath(f.Path)
		lacks := slices.ContainsFunc(parquet.Rollups(), func(s *parquet.Schema) bool {
			_, ok := c.counts.files[parquet.RollupPath(s, f.Path)]
			return !ok
		})
		if lacks && !c.done[day] && c.asksFor(day) && !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	return days
}

// filesOf are the files of compactions that days have.
func (c *remoteCompaction) filesOf(days []string) (files []committedFile) {
	for _, table := range dayTables() {
		for _, f := range c.counts.ofTable(table) {
			if _, asked := slices.BinarySearch(days, dayOfPath(f.Path)); asked {
				files = append(files, f)
			}
		}
	}
	return files
}
