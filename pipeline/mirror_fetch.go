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
	m.keys = newKeySets(mostKeys, m.lake.Scratch, m.loadKeys)
	defer func() { err = errors.Join(err, m.keys.forget()) }()
	if m.run, err = m.lake.Ledger().Begin(m.options.Version); err != nil {
		return err
	}
	if err := m.fetchOthers(ctx); err != nil {
		return err
	}
	if err := m.fetchCompact(ctx); err != nil {
		return err
	}
	for batch := range slices.Chunk(missing, mirrorBatch) {
		if err := m.fetchBatch(ctx, batch); err != nil {
			return err
		}
	}
	if err := m.settle(parquet.Batch{}); err != nil {
		return err
	}
	if m.compacted, err = Compact(ctx, m.lake, m.compacting); err != nil {
		return err
	}
	return m.lake.Ledger().Finish(m.run)
}

// fetchCompact fetches the files of compactions. They count with the first log files that are
// fetched besides, and in the place of what goes.
func (m *mirror) fetchCompact(ctx context.Context) error {
	here, err := m.lake.Entries(compactTables()...)
	if err != nil {
		return err
	}
	lacking := m.lacking(here)
	m.pending.Files = make([]parquet.FileEntry, len(lacking))
	err = sideBySide(len(lacking), func(i int) (err error) {
		m.pending.Files[i], err = m.keep(ctx, lacking[i], lacking[i].name)
		return err
	})
	if err != nil {
		return err
	}
	if m.anew {
		m.pending.Anew = true
		m.pending.Objects = []parquet.Object{{Name: compactionName, ModifiedNs: m.counts.compaction(), Status: parquet.Ingested}}
		for path := range here {
			if _, counts := m.counts.files[path]; !counts {
				m.pending.Removed = append(m.pending.Removed, path)
				delete(here, path)
			}
		}
	}
	for _, f := range m.pending.Files {
		here[f.Path] = f
	}
	m.days = map[int32][]string{}
	for path := range here {
		if !strings.HasPrefix(path, "events/") {
			continue
		}
		if err := m.addDay(path); err != nil {
			return err
		}
	}
	return nil
}

// lacking are the files of compactions that are asked for and not here.
func (m *mirror) lacking(here map[string]parquet.FileEntry) (lacking []remoteFile) {
	for _, f := range m.compact {
		if !m.has(f, here) {
			lacking = append(lacking, f)
		}
	}
	return lacking
}

func (m *mirror) addDay(path string) error {
	day, err := dayNumber(path)
	if err == nil {
		m.days[day] = append(m.days[day], filepath.Join(m.dir, filepath.FromSlash(path)))
	}
	return err
}

// settle commits a batch, and what waits to be committed with it.
func (m *mirror) settle(b parquet.Batch) error {
	b.Files, b.Objects = append(b.Files, m.pending.Files...), append(b.Objects, m.pending.Objects...)
	b.Removed, b.Anew = m.pending.Removed, m.pending.Anew
	if len(b.Files)+len(b.Removed)+len(b.Objects) == 0 && !b.Anew {
		return nil
	}
	byName(b.Objects)
	if err := m.lake.Commit(m.run, b); err != nil {
		return err
	}
	m.pending = parquet.Batch{}
	return m.lake.Discard(b.Removed)
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
	made     logFile
}

// logFile is what became of a log file, as the footer of its coverage says.
type logFile struct {
	Name        string `json:"name"`
	Tag         string `json:"tag,omitempty"`
	Size        int64  `json:"size"`
	Family      string `json:"family"`
	Status      string `json:"status"`
	Reason      string `json:"reason,omitempty"`
	Records     int64  `json:"records"`
	Written     int64  `json:"written"`
	Duplicate   int64  `json:"duplicate"`
	Quarantined int64  `json:"quarantined"`
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
	return m.keys.endEpoch(firstDay)
}

func (m *mirror) commit(got []mirrored, b parquet.Batch) error {
	for _, g := range got {
		s := g.of.state()
		b.Objects = append(b.Objects, parquet.Object{Name: g.of.name(), Size: s.size, ModifiedNs: s.modified, Status: parquet.Ingested})
	}
	if err := m.settle(b); err != nil {
		return err
	}
	for _, g := range got {
		for _, f := range g.events {
			if err := m.addDay(f.Path); err != nil {
				return err
			}
		}
		if m.made != nil {
			m.made(g)
		}
	}
	return nil
}

// fetchFiles brings the files of log files here, side by side.
func (m *mirror) fetchFiles(ctx context.Context, batch []*remoteObject) ([]mirrored, error) {
	got := make([]mirrored, len(batch))
	err := sideBySide(len(batch), func(i int) (err error) {
		got[i], err = m.fetchOne(ctx, i, batch[i])
		return err
	})
	return got, err
}

func (m *mirror) fetchOne(ctx context.Context, number int, of *remoteObject) (g mirrored, err error) {
	g = mirrored{of: of, coverage: filepath.Join(m.aside, fmt.Sprint(number))}
	for _, f := range of.events {
		day, err := time.Parse(time.DateOnly, dayOfPath(f.name))
		if err != nil {
			return g, err
		}
		entry, err := m.keep(ctx, f, parquet.EventsPath(day, newID()))
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
	if err := json.Unmarshal([]byte(meta[objectKey]), &g.made); err != nil {
		return fmt.Errorf("reading %q: it does not say what became of its log file: %w", g.of.name(), err)
	}
	var here int64
	for _, f := range g.events {
		here += f.Rows
	}
	if here != g.made.Written {
		return fmt.Errorf("log file %q made %d events, and %d are there: objects below events/ are gone, or are others; remove %q from the lake and ingest the log file again, which makes them anew",
			g.made.Name, g.made.Written, here, g.of.name())
	}
	return nil
}

// keep makes an object the file of a path in the lake here.
func (m *mirror) keep(ctx context.Context, f remoteFile, path string) (entry parquet.FileEntry, err error) {
	file, err := m.lake.Create(path, m.run)
	if err != nil {
		return entry, err
	}
	sum := sha256.New()
	if err := verified(f, sum, download(ctx, f, io.MultiWriter(file, sum))); err != nil {
		return entry, errors.Join(err, file.Abort())
	}
	written, err := file.Commit()
	if err != nil {
		return entry, err
	}
	rows, err := parquet.CountRows(filepath.Join(m.dir, filepath.FromSlash(path)))
	return written.Entry(path, rows), err
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
		if err != nil {
			return err
		}
		for i := range rows {
			isNew, err := set.add(rows[i].key, 0)
			if err != nil {
				return err
			}
			if !isNew {
				again[coveredKey{accounts[i], regions[i], cloudtrail.Management, day}]++
			}
		}
		return nil
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

// compare finds which inventories, trails or catalogue are not here as they are there, and which
// files of compactions are lacking. differ says that there is any, or one too many here.
func (m *mirror) compare() (differ bool, others, lacking []remoteFile, err error) {
	if m.known == nil {
		return true, m.others, m.compact, nil
	}
	lake, err := parquet.OpenLake(m.dir)
	if err != nil {
		return false, nil, nil, err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	known, err := lake.Entries(otherTables()...)
	if err != nil {
		return false, nil, nil, err
	}
	here, err := lake.Entries(compactTables()...)
	if err != nil {
		return false, nil, nil, err
	}
	for _, f := range m.others {
		if !m.has(f, known) {
			others = append(others, f)
		}
	}
	lacking = m.lacking(here)
	return len(known) != len(m.others) || len(others)+len(lacking) > 0, others, lacking, nil
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
		entry, err := m.keep(ctx, f, f.name)
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
