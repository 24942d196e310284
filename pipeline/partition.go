package pipeline

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

// partition is what one worker writes in one epoch: a file per event day, of one or
// more row groups. When more days come at once than files may be open, or the open files
// have more row groups than they may, files are finished early and a day gets several.
type partition struct {
	lake   parquet.Destination
	run    int64
	id     func(day int32) [16]byte // of the next file of a day
	bounds *bounds
	opened *atomic.Int64 // files that all workers have open
	open   map[int32]*dayFile
	groups int                 // row groups of the open files
	named  []string            // paths that a file may have by now, none of them in the ledger
	files  []parquet.FileEntry // durable, not yet in the ledger
	days   []int32             // of files
}

// dayFile is an open file of one event day.
type dayFile struct {
	path    string
	file    *parquet.File
	writer  parquet.Writer
	rows    int64
	groups  int
	objects sources
}

// flush writes the stored rows, a row group per event day.
func (w *worker) flush() error {
	r := w.rows
	if len(r.rows) == 0 {
		return nil
	}
	if w.observer != nil {
		w.observer.look(r)
	}
	order := r.sort()
	for len(order) > 0 {
		day := dayOf(r.rows[order[0]].time)
		n := sort.Search(len(order), func(i int) bool { return dayOf(r.rows[order[i]].time) > day })
		n = r.groupEnd(order[:min(n, r.bounds.groupRows)])
		if err := w.out.write(day, r, order[:n]); err != nil {
			return err
		}
		order = order[n:]
	}
	r.reset()
	return nil
}

// Row groups smaller than this cost a reader more than it saves by passing over
// them.
const minGroupRows = 256

// groupEnd says how many of a day's sorted rows become the next row group.
func (r *rows) groupEnd(order []int32) int {
	return ownGroup(len(order), func(i int) standing { return r.rows[order[i]].standing() })
}

// ownGroup says how many of n sorted rows are the first to have a row group of their own: the
// assumptions, else they and the changes, if there are enough of both these and the rest; all
// where there are not. The questions about them then read that group alone, because the
// statistics of the others say that their caller_kind, or change, is null.
func ownGroup(n int, standsAs func(i int) standing) int {
	for _, last := range []standing{standsAsAssumption, standsAsChange} {
		first := sort.Search(n, func(i int) bool { return standsAs(i) > last })
		if first >= minGroupRows && n-first >= minGroupRows {
			return first
		}
	}
	return n
}

func (p *partition) write(day int32, r *rows, numbers []int32) error {
	f, err := p.of(day)
	if err != nil {
		return err
	}
	r.begin(numbers)
	err = f.writeColumns(len(numbers), func(i int) *parquet.Values {
		values := r.column(i, numbers)
		if i == parquet.ColSourceObject {
			r.eachObject(f.objects.note)
		}
		return values
	})
	if err != nil {
		return err
	}
	if p.groups++; p.groups >= p.bounds.openGroups {
		return p.commitDays([]int32{p.fullest()})
	}
	return nil
}

// write writes a row group.
func (f *dayFile) write(rows int, columns []parquet.Values) error {
	for _, object := range columns[parquet.ColSourceObject].Dict {
		f.objects.note(string(object))
	}
	return f.writeColumns(rows, func(i int) *parquet.Values { return &columns[i] })
}

// writeColumns writes a row group, asking for one column after another.
func (f *dayFile) writeColumns(rows int, column func(i int) *parquet.Values) error {
	if err := f.writer.WriteColumns(rows, column); err != nil {
		return fmt.Errorf("writing %q: %w", f.path, err)
	}
	f.rows += int64(rows)
	f.groups++
	return nil
}

// of returns the open file of a day.
func (p *partition) of(day int32) (*dayFile, error) {
	if f := p.open[day]; f != nil {
		return f, nil
	}
	if len(p.open) >= min(p.bounds.openFiles, ownOpenFiles) && p.opened.Load() >= int64(p.bounds.openFiles) {
		if err := p.commitDays([]int32{p.earliest()}); err != nil {
			return nil, err
		}
	}
	f, err := createEventsFile(p.lake, p.run, parquet.EventsPath(time.Unix(int64(day)*86400, 0), p.id(day)))
	if err != nil {
		return nil, err
	}
	if p.open == nil {
		p.open = map[int32]*dayFile{}
	}
	p.open[day] = f
	p.opened.Add(1)
	return f, nil
}

func createEventsFile(lake parquet.Destination, run int64, path string) (*dayFile, error) {
	file, err := lake.Create(path, run)
	if err != nil {
		return nil, err
	}
	writer, err := parquet.NewWriter(file, parquet.EventsSchema)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("writing %q: %w", path, err), file.Abort())
	}
	return &dayFile{path: path, file: file, writer: writer}, nil
}

// earliest is the open day that is most likely complete. A flush that goes through
// more days than may be open so closes the day it has just written, and the others
// stay open for the next flush.
func (p *partition) earliest() int32 { return slices.Min(slices.Collect(maps.Keys(p.open))) }

// fullest is the open day of which most is kept for the footer.
func (p *partition) fullest() int32 {
	return slices.MaxFunc(slices.Sorted(maps.Keys(p.open)), func(a, b int32) int {
		return cmp.Compare(p.open[a].groups, p.open[b].groups)
	})
}

// syncedAtOnce is how many files a worker makes durable at a time: what the disk does for
// one fsync serves the others that wait.
const syncedAtOnce = 8

// commit makes all open files durable.
func (p *partition) commit() error {
	days := slices.Sorted(maps.Keys(p.open))
	for len(days) > 0 {
		n := min(len(days), syncedAtOnce)
		if err := p.commitDays(days[:n]); err != nil {
			return err
		}
		days = days[n:]
	}
	return nil
}

// commitDays makes the files of some days durable, all at once.
func (p *partition) commitDays(days []int32) error {
	files := make([]*dayFile, len(days))
	for i, day := range days {
		f, err := p.closeDay(day)
		if err != nil {
			return errors.Join(err, abortAll(files[:i]))
		}
		files[i] = f
	}
	written, errs := make([]parquet.Written, len(files)), make([]error, len(files))
	var syncing sync.WaitGroup
	for i, f := range files {
		syncing.Go(func() { written[i], errs[i] = f.file.Commit() })
	}
	syncing.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, f := range files {
		p.files = append(p.files, written[i].Entry(f.path, f.rows))
	}
	p.days = append(p.days, days...)
	return nil
}

// closeDay ends the open file of a day, which may be visible from now on.
func (p *partition) closeDay(day int32) (*dayFile, error) {
	f := p.open[day]
	delete(p.open, day)
	p.opened.Add(-1)
	p.groups -= f.groups
	if err := f.writer.Close(f.meta([]string{fmt.Sprint(cloudtrail.Derivation)})); err != nil {
		return nil, errors.Join(fmt.Errorf("writing %q: %w", f.path, err), f.file.Abort())
	}
	p.named = append(p.named, f.path)
	return f, nil
}

func abortAll(files []*dayFile) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.file.Abort())
	}
	return errors.Join(errs...)
}

const derivationKey = parquet.DerivationKey

// meta is the footer's provenance.
func (f *dayFile) meta(derivations []string) map[string]string {
	return map[string]string{
		"roletrail.source_objects":      f.objects.list(),
		"roletrail.source_object_count": fmt.Sprint(len(f.objects.known)),
		derivationKey:                   strings.Join(derivations, ","),
	}
}

// reset forgets what the ledger has taken, or what was discarded.
func (p *partition) reset() { p.named, p.files, p.days = nil, p.files[:0], p.days[:0] }

// abort throws away the open files.
func (p *partition) abort() error {
	open := slices.Collect(maps.Values(p.open))
	p.opened.Add(-int64(len(open)))
	clear(p.open)
	p.groups = 0
	return abortAll(open)
}

// newID is the random part of a file's name.
func newID() (id [16]byte) {
	rand.Read(id[:]) // never fails
	if isCompactID(id) {
		id[len(id)-1]++
	}
	return id
}
