package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"roletrail/parquet"
)

// RemoteCompactOptions say what of a lake on a store is compacted and how.
type RemoteCompactOptions struct {
	// Since and Until bound the event days, see [CompactOptions]. A log file that has events of
	// other days too stays as it is.
	Since, Until time.Time
	// Keep is how long objects are kept in whose place others came, for those who read them.
	Keep time.Duration
	// Limit is how many bytes of the lake's objects may be here.
	Limit int64
	// Version is the program's, for the commits.
	Version string
	// Now tells the time.
	Now func() time.Time
	// Progress, if set, is told of log files that were put together.
	Progress func(Progress)

	anew       map[string]bool // days that are put together anew, and nothing else
	batch      batchBounds     // tests make them small
	bounds     compactBounds
	wholeBytes int // of a commit that is whole though it need not be
}

// KeepReplaced is how long it is by default: longer than a report takes to fetch a lake.
const KeepReplaced = 24 * time.Hour

// abandoned is how old objects are that a compaction has stored and that no commit names, before
// they are taken for those of one that did not come to its end. No compaction commits what it began
// to store half as long ago: clocks may differ.
const abandoned = 24 * time.Hour

// RemoteCompaction is the balance of a compaction of a lake on a store.
type RemoteCompaction struct {
	// LogFiles is how many log files were put together with others.
	LogFiles int `json:"log_files"`
	Compaction
	// Removed and Waiting are how many objects in whose place others came were removed, and
	// how many are still there for those who read them.
	Removed int `json:"objects_removed"`
	Waiting int `json:"objects_kept"`
}

// String is the balance in five lines.
func (c *RemoteCompaction) String() string {
	return fmt.Sprintf("log files %d put together\n%s\nreplaced objects: removed %d, kept for readers %d", c.LogFiles, &c.Compaction, c.Removed, c.Waiting)
}

// JSON is the balance as a file holds it.
func (c *RemoteCompaction) JSON() ([]byte, error) { return summaryJSON(c) }

// CompactRemote is [Compact] of a lake on a store: the log files that it has taken come into few
// objects, in which every event is once, and days get their rollups. What is put together is brought
// into the folder dir, compacted as in a lake in a folder, stored beside what is there, and counts in its place from one
// moment on: that of a commit. Objects in whose place others came are removed by a later compaction,
// when Keep is over; so are those that one stored which did not come to its end. dir belongs to
// compactions alone.
//
// Log files may come, others may read and change the lake, and be compacting it too: of two
// compactions that meet one does its work again. The balance is right also where an error is
// returned: it counts what was committed.
func CompactRemote(ctx context.Context, store RemoteStore, dir string, options RemoteCompactOptions) (*RemoteCompaction, error) {
	start := time.Now()
	if options.batch == (batchBounds{}) {
		options.batch = defaultBatchBounds
	}
	if options.wholeBytes == 0 {
		options.wholeBytes = wholeBytes
	}
	c := &remoteCompaction{store: store, dir: dir, options: options, result: &RemoteCompaction{}}
	err := c.run(ctx)
	c.result.Seconds = time.Since(start).Seconds()
	switch {
	case err != nil && ctx.Err() != nil:
		err = ErrInterrupted
	case err != nil:
		err = fmt.Errorf("compacting lake %q: %w", store, err)
	case !c.result.Balanced():
		err = fmt.Errorf("checking the balance: it does not add up, which is a mistake of this program:\n%s", c.result)
	}
	return c.result, err
}

type remoteCompaction struct {
	store   RemoteStore
	dir     string
	options RemoteCompactOptions
	result  *RemoteCompaction

	looseObjects
	counts *committed
	todo   int             // log files that there were to put together
	gone   map[string]bool // files that were replaced and of which the object is there no more
	done   map[string]bool // days that got their rollups
}

func (c *remoteCompaction) run(ctx context.Context) error {
	if err := c.look(ctx); err != nil {
		return err
	}
	if err := c.sweep(ctx); err != nil {
		return err
	}
	c.done = map[string]bool{}
	c.todo = len(c.asked())
	for tries := 0; ; {
		batch := c.next()
		if batch.isEmpty() {
			return nil
		}
		err := c.compact(ctx, batch)
		if tries++; (errors.Is(err, errOvertaken) || errors.Is(err, ErrGone)) && tries < changeTries {
			if err := c.lookAgain(ctx); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		tries = 0
	}
}

// look finds what the lake has. The commits are read last, see [mirror.list].
func (c *remoteCompaction) look(ctx context.Context) error {
	if err := c.listAll(ctx, c.store); err != nil {
		return err
	}
	counts, err := readCommits(ctx, c.store)
	if err != nil {
		return err
	}
	if counts.last == 0 {
		counts, err = c.takeOver(ctx)
	}
	c.counts = counts
	return err
}

// takeOver makes the first commit of a lake, of what was copied there.
func (c *remoteCompaction) takeOver(ctx context.Context) (*committed, error) {
	if len(c.taken) == 0 {
		return nil, errors.New("there is no lake; the function of AWS Lambda, or ingest logs, makes one")
	}
	options := ChangeOptions{Mirror: MirrorOptions{Limit: c.options.Limit, Version: c.options.Version}, NoLogs: true, NewLake: true, At: c.options.Now()}
	if err := ChangeRemote(ctx, c.store, c.dir, options, func(*parquet.Lake) error { return nil }); err != nil {
		return nil, err
	}
	return readCommits(ctx, c.store)
}

// lookAgain finds out what others did to the lake meanwhile.
func (c *remoteCompaction) lookAgain(ctx context.Context) (err error) {
	if c.counts, err = readCommits(ctx, c.store); err != nil {
		return err
	}
	return eachFolded(ctx, c.store, c.counts, c.dir, func(id [objectHash]byte, _ time.Time) { delete(c.taken, id) })
}

// compact puts the log files and days of a batch together.
func (c *remoteCompaction) compact(ctx context.Context, b batch) error {
	m := &mirror{
		store: c.store, dir: c.dir, counts: c.counts, anew: true,
		options:    MirrorOptions{Version: c.options.Version},
		compacting: CompactOptions{Version: c.options.Version, newID: compactID, every: true, bounds: c.options.bounds, anew: c.options.anew},
	}
	var made []mirrored
	m.made = func(g mirrored) { made = append(made, g) }
	bytes := b.bytes()
	for _, f := range c.filesOf(b.days) {
		m.compact, bytes = append(m.compact, f.on(ctx, c.store)), bytes+f.Bytes
	}
	if bytes > c.options.Limit {
		return fmt.Errorf("%d bytes are put together at a time, the largest day with all that came to it, and no more than %d may be here; allow more with --cache-size", bytes, c.options.Limit)
	}
	if err := m.remove(); err != nil {
		return err
	}
	if err := m.fetch(ctx, b.logFiles); err != nil {
		return err
	}
	if err := c.replace(ctx, m, made); err != nil {
		return err
	}
	c.result.LogFiles += len(b.logFiles)
	c.result.add(m.compacted)
	for _, of := range b.logFiles {
		delete(c.taken, of.id())
	}
	for _, day := range b.days {
		c.done[day] = true
	}
	if c.options.Progress != nil {
		c.options.Progress(Progress{Objects: int64(len(b.logFiles)), Records: m.compacted.Rows.Before, Total: int64(c.todo)})
	}
	return m.remove()
}

// add adds the balance of another compaction.
func (c *Compaction) add(more *Compaction) {
	c.Days.Total, c.Days.Compacted, c.Days.Already = c.Days.Total+more.Days.Total, c.Days.Compacted+more.Days.Compacted, c.Days.Already+more.Days.Already
	c.Files.Before, c.Files.After = c.Files.Before+more.Files.Before, c.Files.After+more.Files.After
	c.Bytes.Before, c.Bytes.After = c.Bytes.Before+more.Bytes.Before, c.Bytes.After+more.Bytes.After
	c.Rows.Before, c.Rows.After, c.Rows.Duplicate = c.Rows.Before+more.Rows.Before, c.Rows.After+more.Rows.After, c.Rows.Duplicate+more.Rows.Duplicate
}
