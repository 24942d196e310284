package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"roletrail/parquet"
)

// RemoteFsckOptions say what is done about what is found.
type RemoteFsckOptions struct {
	FsckOptions
	// Keep is how long objects are kept in whose place others came, see [RemoteCompactOptions].
	Keep time.Duration
}

// FsckRemote holds the objects of a lake on a store against its commits, those that log files made
// against what their coverage says of them, and the events of each day that compactions put together
// against each other, and mends what can be mended if that is asked for. Nothing is removed that can
// be read but what lies in other objects, too. Of an interruption the error is [ErrInterrupted].
func FsckRemote(ctx context.Context, store RemoteStore, options RemoteFsckOptions) (c *Checked, err error) {
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = ErrInterrupted
		}
	}()
	f := &remoteFsck{store: store, options: options, checked: &Checked{}, mend: remoteMending{twice: map[string]bool{}}}
	if f.scratch, err = os.MkdirTemp("", "roletrail-fsck-"); err != nil {
		return nil, fmt.Errorf("checking lake %q: %w", store, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(f.scratch)) }()
	if err := f.check(ctx); err != nil {
		return f.checked, fmt.Errorf("checking lake %q: %w", store, err)
	}
	if !options.Repair || f.checked.Findings == 0 {
		return f.checked, nil
	}
	if err := f.repair(ctx); err != nil {
		return f.checked, fmt.Errorf("mending lake %q: %w; run the same command again, it goes on where it stopped", store, err)
	}
	return f.checked, nil
}

type remoteFsck struct {
	store   RemoteStore
	options RemoteFsckOptions
	scratch string // a folder for what is only read
	checked *Checked
	mend    remoteMending

	looseObjects
	there  map[string]Object // objects in the lake's folders, by name
	counts *committed        // nil: the commits cannot be read
	whole  map[string]bool   // files of compactions that are what a commit says
}

// find tells of something, which is mended in a way or not at all.
func (f *remoteFsck) find(kind parquet.FindingKind, name, format string, args ...any) error {
	f.checked.Findings++
	if f.options.Found == nil {
		return nil
	}
	return f.options.Found(parquet.Finding{Kind: kind, Path: name, Text: fmt.Sprintf(format, args...)})
}

// findLasting is find of what can only be mended from elsewhere.
func (f *remoteFsck) findLasting(kind parquet.FindingKind, name, format string, args ...any) error {
	f.checked.Lasting++
	return f.find(kind, name, format, args...)
}

func (f *remoteFsck) check(ctx context.Context) error {
	if err := f.list(ctx); err != nil {
		return err
	}
	counts, err := readCommits(ctx, f.store)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil && !errors.As(err, new(*damagedCommit)):
		return err
	case err != nil: // without them nothing else can be judged
		return f.findLasting(parquet.LedgerDamaged, "commits", "they do not say what counts: %v; restore it from a copy or an earlier version", err)
	}
	f.counts = counts
	if len(f.there) == 0 {
		return errors.New("there is no lake; the function of AWS Lambda, or ingest logs, makes one")
	}
	if err := errors.Join(f.checkCommitted(ctx), f.checkDays(ctx)); err != nil {
		return err
	}
	for _, c := range f.counts.ofTable(parquet.LogFilesSchema.Table) {
		if !f.whole[c.Path] { // it cannot be told which log files lie for themselves
			return nil
		}
	}
	return errors.Join(f.checkLeftOver(ctx), f.checkLogFiles(ctx))
}

// list lists the folders of the lake, and finds what does not belong there.
func (f *remoteFsck) list(ctx context.Context) error {
	f.there = map[string]Object{}
	for _, folder := range parquet.Folders() {
		err := f.store.List(ctx, folder+"/", func(name string, o Object) error {
			if !parquet.IsDataFile(name) && !isCatalogueObject(name) {
				f.mend.aside = append(f.mend.aside, remoteFile{name: name, object: o})
				return f.find(parquet.FileForeign, name, "it is no object that ingest made")
			}
			f.there[name] = o
			return nil
		})
		if err != nil {
			return err
		}
	}
	f.sort()
	return nil
}

// sort tells what log files made from what compactions did.
func (f *remoteFsck) sort() {
	f.looseObjects = newLooseObjects()
	for _, folder := range []string{"coverage/", "events/"} {
		for name, o := range f.there {
			if strings.HasPrefix(name, folder) {
				f.add(name, o)
			}
		}
	}
	for name, o := range f.there {
		if table, _, _ := strings.Cut(name, "/"); isCompactFile(name) && table != "coverage" && table != "events" {
			f.compacted = append(f.compacted, remoteFile{name: name, object: o})
		}
	}
	slices.SortFunc(f.compacted, func(a, b remoteFile) int { return strings.Compare(a.name, b.name) })
}

// checkCommitted holds files against the commits that name them.
func (f *remoteFsck) checkCommitted(ctx context.Context) error {
	f.whole = map[string]bool{}
	for _, c := range f.counts.inOrder() {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind, wrong, err := f.checkFile(ctx, c.on(ctx, f.store), c.object(), c.Bytes)
		if err != nil {
			return err
		}
		if f.whole[c.Path] = wrong == ""; wrong != "" {
			if err := f.doubt(kind, &c, wrong); err != nil {
				return err
			}
		}
		f.count(len(f.counts.files), c.Rows, c.Bytes)
	}
	return nil
}

// count counts a file that was looked at.
func (f *remoteFsck) count(all int, rows, bytes int64) {
	f.checked.Files++
	f.checked.Rows, f.checked.Bytes = f.checked.Rows+rows, f.checked.Bytes+bytes
	if f.options.Progress != nil {
		f.options.Progress(Progress{Objects: 1, Total: int64(all + 2*len(f.taken))})
	}
}

// doubt finds something wrong with a file that a commit names.
func (f *remoteFsck) doubt(kind parquet.FindingKind, c *committedFile, wrong string) error {
	switch table, _, _ := strings.Cut(c.Path, "/"); {
	case !isCompactFile(c.Path):
		f.mend.snapshots = append(f.mend.snapshots, c.Path)
	case slices.Contains(dayTables()[1:], table):
		f.mend.forget = append(f.mend.forget, c.Path)
	default:
		return f.findLasting(kind, c.Path, "%s; restore it from a copy or an earlier version, or make the lake anew from its log files", wrong)
	}
	return f.find(kind, c.Path, "%s", wrong)
}

// checkFile fetches a file and looks at it; wrong is "" if it is whole.
func (f *remoteFsck) checkFile(ctx context.Context, file remoteFile, object string, size int64) (kind parquet.FindingKind, wrong string, err error) {
	if o, ok := f.there[object]; ok && o.Size != size { // one that is not may have come since
		return parquet.FileChanged, fmt.Sprintf("it has %d bytes, not the %d that were stored", o.Size, size), nil
	}
	err = downloadTo(ctx, file, f.path())
	switch {
	case errors.Is(err, ErrGone):
		return parquet.FileMissing, "it is missing although a commit names it", nil
	case errors.As(err, new(*otherContents)):
		return parquet.FileChanged, "its bytes are not those that were stored", nil
	case err != nil:
		return "", "", err
	}
	return f.examine(file.name)
}

func (f *remoteFsck) path() string { return filepath.Join(f.scratch, "part") }

// examine looks at the file that was fetched last.
func (f *remoteFsck) examine(name string) (kind parquet.FindingKind, wrong string, err error) {
	findings, err := parquet.ExamineFile(f.path(), name)
	if err != nil || len(findings) == 0 {
		return "", "", err
	}
	return findings[0].Kind, findings[0].Text, nil
}

// checkDays looks for events that stand in the files of a day more than once.
func (f *remoteFsck) checkDays(ctx context.Context) error {
	days := map[string][]committedFile{}
	for _, c := range f.counts.ofTable(parquet.EventsSchema.Table) {
		if f.whole[c.Path] {
			days[dayOfPath(c.Path)] = append(days[dayOfPath(c.Path)], c)
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		if err := f.checkDay(ctx, day, days[day]); err != nil {
			return err
		}
	}
	return nil
}

func (f *remoteFsck) checkDay(ctx context.Context, day string, files []committedFile) (err error) {
	events, err := newDayEvents(f.options.keys, func() (*parquet.Scratch, error) { return parquet.NewScratch(f.scratch) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, events.close()) }()
	for _, c := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := downloadTo(ctx, c.on(ctx, f.store), f.path()); err != nil {
			return err
		}
		if err := events.count(f.path(), c.Rows); err != nil {
			return err
		}
	}
	if events.more == 0 {
		return nil
	}
	f.mend.twice[day] = true
	return f.find(parquet.EventsTwice, "events/event_date="+day, "%s", events.text())
}

// checkLeftOver finds objects that count no longer and for which nobody waits any more.
func (f *remoteFsck) checkLeftOver(ctx context.Context) error {
	swept, err := findSwept(ctx, f.store, f.counts, &f.looseObjects, f.options.At, f.options.Keep)
	if err != nil {
		return err
	}
	f.mend.remove = swept.names
	for _, name := range swept.names {
		if err := f.find(parquet.FileLeftOver, name, "a compaction put what it holds into other objects, or did not come to its end; the next one removes it"); err != nil {
			return err
		}
	}
	for _, files := range f.unfinished {
		for _, file := range files {
			if f.options.At.Sub(time.Unix(0, file.object.Modified)) < abandoned {
				continue // its log file may be read at this moment
			}
			f.mend.aside = append(f.mend.aside, file)
			if err := f.find(parquet.FileLeftOver, file.name, "the log file that it is of did not come to its end and counts as not read: ingest it again"); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkLogFiles looks at the objects of log files that lie for themselves.
func (f *remoteFsck) checkLogFiles(ctx context.Context) error {
	for _, of := range f.inOrder() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.checkLogFile(ctx, of); err != nil {
			return err
		}
	}
	return nil
}

func (f *remoteFsck) checkLogFile(ctx context.Context, of *remoteObject) error {
	rows := int64(0)
	for _, file := range append(slices.Clone(of.events), of.coverage) {
		err := downloadTo(ctx, file, f.path())
		if errors.Is(err, ErrGone) {
			return nil // a compaction removed it, or it is found missing the next time
		}
		if err != nil {
			return err
		}
		kind, wrong, err := f.examine(file.name)
		if err != nil {
			return err
		}
		if wrong != "" {
			f.mend.logFiles = append(f.mend.logFiles, of)
			return f.find(kind, file.name, "%s", wrong)
		}
		n, err := parquet.CountRows(f.path())
		if err != nil {
			return err
		}
		f.count(len(f.counts.files), n, file.object.Size)
		if file.name != of.coverage.name {
			rows += n
		}
	}
	return f.checkWritten(of, rows)
}

// checkWritten holds the events of a log file against what its coverage says, which was fetched last.
func (f *remoteFsck) checkWritten(of *remoteObject, rows int64) error {
	meta, err := parquet.Metadata(f.path())
	if err != nil {
		return err
	}
	var made logFile
	err = json.Unmarshal([]byte(meta[objectKey]), &made)
	switch {
	case err != nil:
		f.mend.logFiles = append(f.mend.logFiles, of)
		return f.find(parquet.FileForeign, of.name(), "it does not say what became of its log file")
	case made.Written != rows:
		f.mend.logFiles = append(f.mend.logFiles, of)
		return f.find(parquet.FileMissing, of.name(), "log file %q made %d events, and %d are there", made.Name, made.Written, rows)
	}
	return nil
}
