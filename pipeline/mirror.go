package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"roletrail/parquet"
)

// MirrorOptions say what of a lake is brought here.
type MirrorOptions struct {
	// Until leaves out log files of which all events are of that UTC day's end or later. The
	// zero time is no bound.
	Until time.Time
	// Limit is how many bytes of the lake's objects may be here.
	Limit int64
	// Version is the program's, for the ledger.
	Version string
	// Begin, if set, is told what is missing here before it is fetched.
	Begin func(Fetching)
	// Compacted, if set, is told of each day that is put together from what was fetched.
	Compacted func(CompactProgress)

	noLogs bool // bring no log files here, and leave those that are here
	create bool // that there is no lake is no error
}

// Fetching is what of a lake is fetched: log files, files of compactions, and the bytes of these
// and of inventories, trails and the catalogue.
type Fetching struct {
	LogFiles int   `json:"log_files"`
	Compact  int   `json:"compact_files"`
	Bytes    int64 `json:"bytes"`
}

// String is what is fetched, in words.
func (f Fetching) String() string {
	if f.Compact == 0 {
		return fmt.Sprintf("%d log files, %d bytes", f.LogFiles, f.Bytes)
	}
	return fmt.Sprintf("%d compact files and %d log files, %d bytes", f.Compact, f.LogFiles, f.Bytes)
}

// mirrorTries is how often a fetching is begun anew because objects were removed meanwhile.
const mirrorTries = 5

// Mirror makes the folder dir a lake with what a lake on a store has, or what of it is asked
// for: every event once, however many log files hold it, and compact. What is here already is
// not fetched again: an object is known by its name and tag. What was made here of log files is made
// anew when one of them is not there any more, is another, or lies in a file of a compaction now.
// dir belongs to the mirror alone.
//
// A compaction that goes on meanwhile is seen as a whole or not at all. Objects that it removes while
// they are fetched lie in others by then, which are fetched.
func Mirror(ctx context.Context, store RemoteStore, dir string, options MirrorOptions) error {
	err := ErrGone
	for try := 0; errors.Is(err, ErrGone) && try < mirrorTries; try++ {
		m := &mirror{store: store, dir: dir, options: options, compacting: CompactOptions{Version: options.Version, keep: isCompactFile, Progress: options.Compacted}}
		err = m.mirror(ctx)
	}
	if err != nil && ctx.Err() != nil {
		return ErrInterrupted
	}
	if err != nil {
		return fmt.Errorf("fetching lake %q: %w", store, err)
	}
	return nil
}

type mirror struct {
	store   RemoteStore
	dir     string
	options MirrorOptions

	looseObjects
	others  []remoteFile           // inventories, trails, the catalogue, as far as they count
	compact []remoteFile           // files of compactions that count and are asked for
	counts  *committed             // what does
	known   map[string]objectState // what is here, by its name in the ledger
	anew    bool                   // what is here of log files is made anew

	compacting CompactOptions // of the days, when all is here
	compacted  *Compaction    // how that went
	made       func(mirrored) // if set, told of each log file that is here

	lake    *parquet.Lake
	run     int64
	keys    *keySets
	days    map[int32][]string // files of events that are here
	pending parquet.Batch      // to be committed with the next log files
	aside   string             // a folder for what is only read
}

// remoteFile is one object of the lake.
type remoteFile struct {
	name   string // relative to the lake
	object Object
	sha256 string // that a commit says it has, else empty
}

// remoteObject is everything of one log file.
type remoteObject struct {
	coverage remoteFile
	events   []remoteFile
}

// name is that of a log file's objects in the ledger.
func (o *remoteObject) name() string { return o.coverage.name }

// state changes with any of the objects.
func (o *remoteObject) state() (s objectState) {
	tags := []string{o.coverage.name + " " + o.coverage.object.Tag}
	s.size = o.coverage.object.Size
	for _, f := range o.events {
		tags, s.size = append(tags, f.name+" "+f.object.Tag), s.size+f.object.Size
	}
	slices.Sort(tags)
	s.modified = stateOf(tags...)
	return s
}

func stateOf(texts ...string) int64 {
	h := fnv.New64a()
	for _, text := range texts {
		h.Write([]byte(text))
		h.Write([]byte{0})
	}
	return int64(h.Sum64())
}

// firstDay is the day of the earliest events, "" if there are none.
func (o *remoteObject) firstDay() string {
	if len(o.events) == 0 {
		return ""
	}
	return dayOfPath(o.events[0].name)
}

// dayOfPath is the day in events/event_date=YYYY-MM-DD/….
func dayOfPath(name string) string {
	_, rest, _ := strings.Cut(name, "=")
	day, _, _ := strings.Cut(rest, "/")
	return day
}

func (m *mirror) mirror(ctx context.Context) error {
	if err := m.list(ctx); err != nil {
		return err
	}
	damaged, interrupted, err := m.look()
	if err == nil && damaged {
		err, interrupted = m.remove(), false
		m.known = nil
	}
	if err != nil {
		return err
	}
	if m.known == nil {
		m.anew = !m.options.noLogs && m.counts.compaction() != 0
	}
	differ, others, lacking, err := m.compare()
	if err != nil {
		return err
	}
	missing, bytes, err := m.missing()
	if err != nil {
		return err
	}
	if len(missing) == 0 && !interrupted && m.known != nil && !m.anew && !differ {
		return nil
	}
	if m.options.Begin != nil && len(missing)+len(lacking) > 0 {
		for _, f := range slices.Concat(others, lacking) {
			bytes += f.object.Size
		}
		m.options.Begin(Fetching{LogFiles: len(missing), Compact: len(lacking), Bytes: bytes})
	}
	return m.fetch(ctx, missing)
}

// list finds what the lake has. The commits are read when log files are listed: of a log file that
// is not there any more, or not whole, because a compaction put it together with others, they then
// say so.
func (m *mirror) list(ctx context.Context) error {
	if !m.options.noLogs {
		if err := m.listLoose(ctx, m.store); err != nil {
			return err
		}
	}
	if err := m.listOthers(ctx); err != nil {
		return err
	}
	if len(m.taken)+len(m.others)+m.counts.last == 0 && !m.options.create {
		return errors.New("there is no lake; the function of AWS Lambda, or ingest logs, makes one")
	}
	if m.options.noLogs {
		return nil
	}
	for path, f := range m.counts.files {
		if isCompactFile(path) && m.asked(dayOfPath(path)) {
			m.compact = append(m.compact, f.on(ctx, m.store))
		}
	}
	slices.SortFunc(m.compact, func(a, b remoteFile) int { return strings.Compare(a.name, b.name) })
	if len(m.taken) == 0 {
		return nil
	}
	return eachFolded(ctx, m.store, m.counts, m.dir, func(id [objectHash]byte, _ time.Time) { delete(m.taken, id) })
}

// listOthers finds the files of inventories, trails and the catalogue that count. Those that the
// commits tell of are there when they are read, and never go.
func (m *mirror) listOthers(ctx context.Context) (err error) {
	if m.counts, err = readCommits(ctx, m.store); err != nil {
		return err
	}
	there := map[string]Object{}
	for _, folder := range committedFolders {
		err := m.store.List(ctx, folder+"/", func(name string, o Object) error {
			there[name] = o
			return nil
		})
		if err != nil {
			return err
		}
	}
	if m.counts.last == 0 {
		for name, o := range there {
			m.others = append(m.others, remoteFile{name: name, object: o})
		}
	}
	for path, f := range m.counts.files {
		if isCompactFile(path) {
			continue
		}
		o, ok := there[f.object()]
		if !ok || o.Size != f.Bytes {
			return fmt.Errorf("%q is missing, or is not what was stored, although a commit names it; restore it", f.object())
		}
		m.others = append(m.others, remoteFile{path, o, f.SHA256})
	}
	slices.SortFunc(m.others, func(a, b remoteFile) int { return strings.Compare(a.name, b.name) })
	return nil
}

func strayObject(name string) error {
	return fmt.Errorf("%q is no object that ingest made; move it out of the lake", name)
}

// remove takes away what is here, unless somebody is writing to it.
func (m *mirror) remove() error {
	lake, err := parquet.CreateLake(m.dir)
	switch {
	case errors.Is(err, parquet.ErrLocked):
		return err
	case err == nil: // else it is damaged, and nobody's
		if err := lake.Close(); err != nil {
			return err
		}
	}
	return os.RemoveAll(m.dir)
}

// compactionName is what a ledger here knows the compactions under whose files are here.
const compactionName = "compaction"

// look finds out what is here, and whether that can be relied on.
func (m *mirror) look() (damaged, interrupted bool, err error) {
	lake, err := parquet.OpenLake(m.dir)
	if errors.Is(err, fs.ErrNotExist) || err != nil && !isLake(m.dir) {
		return false, false, nil
	}
	if err != nil {
		return true, false, nil // it can be made anew
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	if lake.Ledger() == nil {
		return true, false, nil
	}
	m.known = map[string]objectState{}
	err = lake.Ledger().Known(func(name string, size, modified int64) error {
		m.known[name] = objectState{size, modified}
		return nil
	})
	if err != nil {
		return false, false, err
	}
	if m.anew = !m.options.noLogs && m.outdated(); m.anew {
		maps.DeleteFunc(m.known, func(name string, _ objectState) bool { return isCoverage(name) })
	}
	interrupted, err = lake.Ledger().Interrupted()
	return false, interrupted, err
}

func isCoverage(name string) bool { return strings.HasPrefix(name, "coverage/") }

// outdated reports whether what is here of log files is not what the store has.
func (m *mirror) outdated() bool {
	if m.known[compactionName].modified != m.counts.compaction() {
		return true
	}
	states := map[string]objectState{}
	for _, of := range m.taken {
		states[of.name()] = of.state()
	}
	for name, known := range m.known {
		if s, ok := states[name]; isCoverage(name) && (!ok || s != known) {
			return true
		}
	}
	return false
}

func isLake(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "ledger.sqlite"))
	return err == nil
}

// missing are the log files that are asked for and not here, in the order of their days.
func (m *mirror) missing() (missing []*remoteObject, bytes int64, err error) {
	var all int64
	for _, of := range m.taken {
		size := of.state().size
		switch _, here := m.known[of.name()]; {
		case here:
			all += size
		case m.asked(of.firstDay()):
			missing = append(missing, of)
			all, bytes = all+size, bytes+size
		}
	}
	for _, f := range slices.Concat(m.others, m.compact) {
		all += f.object.Size
	}
	if all > m.options.Limit {
		return nil, 0, fmt.Errorf("what the question needs of it has %d bytes, and no more than %d may be here; allow more with --cache-size, or ask for an earlier --until", all, m.options.Limit)
	}
	slices.SortFunc(missing, func(a, b *remoteObject) int {
		return cmp.Or(strings.Compare(a.firstDay(), b.firstDay()), strings.Compare(a.name(), b.name()))
	})
	return missing, bytes, nil
}

// asked reports whether events from that day on may be asked for. What has no day is.
func (m *mirror) asked(day string) bool {
	return m.options.Until.IsZero() || day < m.options.Until.UTC().Add(24*time.Hour-1).Format(time.DateOnly)
}
