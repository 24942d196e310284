package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

const (
	mirrorBatch  = 512 // log files that are committed together
	mirrorFetchs = 16  // objects that are fetched side by side
)

// fetch brings what is missing into the lake here. The run ends when the days are compact, so
// that a run that did not come so far is known.
func (m *mirror) fetch(ctx context.Context, missing []*remoteObject) (err error) {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return err
	}
	if m.lake, err = parquet.CreateLake(m.dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.lake.Close()) }()
	if m.aside, err = os.MkdirTemp("", "roletrail-mirror-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(m.aside)) }()
	r := run{lake: m.lake}
	if err := r.loadDays(); err != nil {
		return err
	}
	m.days, m.keys = r.days, newKeySets(m.loadKeys)
	if m.run, err = m.lake.Ledger().Begin(m.options.Version); err != nil {
		return err
	}
	if err := m.fetchOthers(ctx); err != nil {
		return err
	}
	for batch := range slices.Chunk(missing, mirrorBatch) {
		if err := m.fetchBatch(ctx, batch); err != nil {
			return err
		}
	}
	if _, err := Compact(ctx, m.lake, CompactOptions{Version: m.options.Version}); err != nil {
		return err
	}
	return m.lake.Ledger().Finish(m.run)
}

func (m *mirror) loadKeys(day int32, set *keySet) error {
	for _, path := range m.days[day] {
		if err := loadKeysOf(path, set); err != nil {
			return err
		}
	}
	return nil
}

// mirrored is one log file that was brought here.
type mirrored struct {
	of       *remoteObject
	events   []parquet.FileEntry
	coverage string // path of the file
}

// fetchBatch brings log files here, which count together.
func (m *mirror) fetchBatch(ctx context.Context, batch []*remoteObject) error {
	got, err := m.fetchFiles(ctx, batch)
	var b parquet.Batch
	for _, g := range got {
		b.Files = append(b.Files, g.events...)
	}
	var coverage []parquet.FileEntry
	if err == nil {
		coverage, err = m.coverage(got)
		b.Files = append(b.Files, coverage...)
	}
	if err == nil {
		err = m.commit(got, b)
	}
	if err != nil {
		var made []string
		for _, f := range b.Files {
			made = append(made, f.Path)
		}
		return errors.Join(err, m.lake.Discard(made))
	}
	m.keys.endEpoch(firstDay)
	return nil
}

func (m *mirror) commit(got []mirrored, b parquet.Batch) error {
	for _, g := range got {
		s := g.of.state()
		b.Objects = append(b.Objects, parquet.Object{Name: g.of.name(), Size: s.size, ModifiedNs: s.modified, Status: parquet.Ingested})
	}
	byName(b.Objects)
	if err := m.lake.Commit(m.run, b); err != nil {
		return err
	}
	for _, g := range got {
		for _, f := range g.events {
			day, err := dayNumber(f.Path)
			if err != nil {
				return err
			}
			m.days[day] = append(m.days[day], filepath.Join(m.dir, filepath.FromSlash(f.Path)))
		}
	}
	return nil
}

// fetchFiles brings the files of log files here, side by side.
func (m *mirror) fetchFiles(ctx context.Context, batch []*remoteObject) ([]mirrored, error) {
	got := make([]mirrored, len(batch))
	errs := make([]error, mirrorFetchs)
	numbers := make(chan int)
	var fetching sync.WaitGroup
	for w := range errs {
		fetching.Go(func() {
			for i := range numbers {
				if errs[w] == nil {
					got[i], errs[w] = m.fetchOne(ctx, i, batch[i])
				}
			}
		})
	}
	for i := range batch {
		numbers <- i
	}
	close(numbers)
	fetching.Wait()
	return got, errors.Join(errs...)
}

func (m *mirror) fetchOne(ctx context.Context, number int, of *remoteObject) (g mirrored, err error) {
	g = mirrored{of: of, coverage: filepath.Join(m.aside, fmt.Sprint(number))}
	for _, f := range of.events {
		entry, err := m.keep(ctx, f)
		if err != nil {
			return g, err
		}
		g.events = append(g.events, entry)
	}
	file, err := os.Create(g.coverage)
	if err != nil {
		return g, err
	}
	if err := errors.Join(download(ctx, of.coverage, file), file.Close()); err != nil {
		return g, err
	}
	return g, g.complete()
}

// complete finds out whether all is here that a log file made: its coverage, which is stored last,
// says how many events that were.
func (g *mirrored) complete() error {
	meta, err := parquet.Metadata(g.coverage)
	if err != nil {
		return fmt.Errorf("reading %q: %w", g.of.name(), err)
	}
	var made struct {
		Name    string `json:"name"`
		Written int64  `json:"written"`
	}
	if err := json.Unmarshal([]byte(meta[objectKey]), &made); err != nil {
		return fmt.Errorf("reading %q: it does not say what became of its log file: %w", g.of.name(), err)
	}
	var here int64
	for _, f := range g.events {
		here += f.Rows
	}
	if here != made.Written {
		return fmt.Errorf("log file %q made %d events, and %d are there: objects below events/ are gone, or are others; remove %q from the lake and ingest the log file again, which makes them anew",
			made.Name, made.Written, here, g.of.name())
	}
	return nil
}

// keep makes an object a file of the lake here.
func (m *mirror) keep(ctx context.Context, f remoteFile) (entry parquet.FileEntry, err error) {
	file, err := m.lake.Create(f.name, m.run)
	if err != nil {
		return entry, err
	}
	sum := sha256.New()
	err = download(ctx, f, io.MultiWriter(file, sum))
	if got := hex.EncodeToString(sum.Sum(nil)); err == nil && f.sha256 != "" && got != f.sha256 {
		err = fmt.Errorf("fetching %q: its contents have the SHA-256 %s, and what was stored had %s; restore it", f.name, got, f.sha256)
	}
	if err != nil {
		return entry, errors.Join(err, file.Abort())
	}
	written, err := file.Commit()
	if err != nil {
		return entry, err
	}
	rows, err := parquet.CountRows(filepath.Join(m.dir, filepath.FromSlash(f.name)))
	return written.Entry(f.name, rows), err
}

func download(ctx context.Context, f remoteFile, to io.Writer) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	body, err := f.object.Open()
	if err != nil {
		return fmt.Errorf("fetching %q: %w", f.name, err)
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	n, err := io.Copy(to, io.LimitReader(body, f.object.Size+1))
	if err == nil && n != f.object.Size {
		err = errSizeChanged
	}
	if err != nil {
		return fmt.Errorf("fetching %q: %w", f.name, err)
	}
	return nil
}

// coverage writes what log files cover, one file for all of them. Events that are here
// already, from other log files, count with those.
func (m *mirror) coverage(got []mirrored) ([]parquet.FileEntry, error) {
	path := parquet.CoveragePath(newID())
	t, err := newTable(m.lake, m.run, path, parquet.CoverageSchema)
	if err != nil {
		return nil, err
	}
	for _, g := range got {
		if err := m.addCoverage(t, g); err != nil {
			return nil, errors.Join(err, t.abort())
		}
	}
	if t.count == 0 {
		return nil, t.abort()
	}
	entry, err := t.commit()
	return []parquet.FileEntry{entry}, err
}

func (m *mirror) addCoverage(t *table, g mirrored) error {
	again := map[coveredKey]int64{}
	for _, f := range g.events {
		if err := m.duplicates(f.Path, again); err != nil {
			return err
		}
	}
	rows, _, err := parquet.ReadRows(g.coverage, parquet.CoverageSchema)
	if err != nil {
		return err
	}
	for key, n := range again {
		n = takeOff(rows, key, n, func(row coveredKey) bool { return row == key })
		takeOff(rows, key, n, func(coveredKey) bool { return true }) // what was counted without account and Region
	}
	for _, row := range rows {
		if err := t.add(row...); err != nil {
			return err
		}
	}
	return nil
}

// The columns of coverage.
const (
	coverageAccount = iota + 1
	coverageRegion
	coverageFamily
	coverageDate
	_ // records
	coverageEvents
)

// takeOff takes events off the rows of a day that fit, and says how many are left.
func takeOff(rows [][]any, key coveredKey, n int64, fits func(coveredKey) bool) int64 {
	for _, row := range rows {
		at, _ := row[coverageDate].(time.Time)
		family, _ := row[coverageFamily].(string)
		if int32(at.Unix()/86400) != key.day || family != cloudtrail.Management.String() {
			continue
		}
		account, _ := row[coverageAccount].(string)
		region, _ := row[coverageRegion].(string)
		if !fits(coveredKey{account, region, key.family, key.day}) {
			continue
		}
		has, _ := row[coverageEvents].(int64)
		off := min(n, has)
		row[coverageEvents], n = has-off, n-off
	}
	return n
}

// duplicates counts the events of a file that are here already, and knows the others from
// now on.
func (m *mirror) duplicates(path string, again map[coveredKey]int64) error {
	day, err := dayNumber(path)
	if err != nil {
		return err
	}
	set, err := m.keys.of(day)
	if err != nil {
		return err
	}
	return parquet.EachGroup(filepath.Join(m.dir, filepath.FromSlash(path)), parquet.EventsSchema, func(g *parquet.Group) error {
		rows := make([]compactRow, g.Rows())
		if err := readKeys(g, rows); err != nil {
			return err
		}
		accounts, regions := make([]string, len(rows)), make([]string, len(rows))
		err := errors.Join(
			g.Texts(parquet.ColIdentityAccountID, func(row int, text []byte) { accounts[row] = string(text) }),
			g.Texts(parquet.ColRecipientAccountID, func(row int, text []byte) { accounts[row] = string(text) }),
			g.Texts(parquet.ColAWSRegion, func(row int, text []byte) { regions[row] = string(text) }))
		for i := range rows {
			if !set.add(rows[i].key) {
				again[coveredKey{accounts[i], regions[i], cloudtrail.Management, day}]++
			}
		}
		return err
	})
}

// dayNumber is the day of a file of events, in days since 1970.
func dayNumber(path string) (int32, error) {
	day, err := time.Parse(time.DateOnly, dayOfPath(path))
	if err != nil {
		return 0, fmt.Errorf("listing lake: folder of %q is no day: %w", path, err)
	}
	return int32(day.Unix() / 86400), nil
}

// otherTables are those that no log file makes.
func otherTables() []string {
	return append(parquet.InventoryTables(), "trails", "catalogue/actions", "catalogue/operations")
}

// othersDiffer reports whether inventories, trails or the catalogue are others here.
func (m *mirror) othersDiffer() bool {
	lake, err := parquet.OpenLake(m.dir)
	if err != nil {
		return true
	}
	defer lake.Close()
	here, err := lake.Entries(otherTables()...)
	if err != nil {
		return true
	}
	changed := len(here) != len(m.others)
	for _, f := range m.others {
		changed = changed || !m.has(f, here)
	}
	return changed
}

// has reports whether a file of another table is here as it is there. Commits tell its hash. Where
// there are none, those of snapshots have names of their own; that of the catalogue is known by its tag.
func (m *mirror) has(f remoteFile, here map[string]parquet.FileEntry) bool {
	entry, ok := here[f.name]
	switch {
	case f.sha256 != "":
		return ok && hex.EncodeToString(entry.SHA256[:]) == f.sha256
	case strings.HasPrefix(f.name, "catalogue/"):
		return ok && m.known[f.name] == catalogueState(f)
	}
	return ok && entry.Bytes == f.object.Size
}

func catalogueState(f remoteFile) objectState {
	return objectState{f.object.Size, stateOf(f.object.Tag)}
}

// fetchOthers makes inventories, trails and the catalogue those that are there.
func (m *mirror) fetchOthers(ctx context.Context) error {
	here, err := m.lake.Entries(otherTables()...)
	if err != nil {
		return err
	}
	var b parquet.Batch
	there := map[string]bool{}
	for _, f := range m.others {
		there[f.name] = true
		if m.has(f, here) {
			continue
		}
		entry, err := m.keep(ctx, f)
		if err != nil {
			return err
		}
		b.Files = append(b.Files, entry)
		if f.sha256 == "" && strings.HasPrefix(f.name, "catalogue/") {
			s := catalogueState(f)
			b.Objects = append(b.Objects, parquet.Object{Name: f.name, Size: s.size, ModifiedNs: s.modified, Status: parquet.Ingested})
		}
	}
	for name := range here {
		if !there[name] {
			b.Removed = append(b.Removed, name)
		}
	}
	if len(b.Files)+len(b.Removed) == 0 {
		return nil
	}
	byName(b.Objects)
	if err := m.lake.Commit(m.run, b); err != nil {
		return err
	}
	return m.lake.Discard(b.Removed)
}
