package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"roletrail/iam/action"
	"roletrail/parquet"
)

// Options say how a run goes about its work.
type Options struct {
	Limits Limits
	// Workers is how many objects are worked on at a time; 0 means one per core.
	Workers int
	// Version is the program's, for the ledger.
	Version string
	// Progress, if set, is told of every finished object from any goroutine.
	Progress func(Progress)
	// Committed, if set, is told after each commit what the run has committed so far. The
	// summary must not be kept.
	Committed func(*Summary)
	// RecentSince is since when role changes are news, for the summary's counts.
	RecentSince time.Time
	// Known, if set, is what an earlier run in this process left there, so that the ledger's list
	// of objects need not be read anew; this one leaves there what the next one needs.
	Known *Known
	// Telling says which of the news are told to people.
	Telling Telling
	// Outbox is where they go of a lake on a store, nil where nobody is told; those of other
	// lakes go into the ledger.
	Outbox *RemoteOutbox
	// Explaining, if set, holds the news against what was before them; of a lake on a store if it has
	// Remembering.
	Explaining *Explaining
	// Unusual, if set, finds unusual access among the news of a lake in a folder, and Remembering of
	// one on a store, of which it is the memory.
	Unusual     *Unusual
	Remembering *RemoteMemory

	bounds bounds // tests make them small
}

// Progress is how far a run has come.
type Progress struct {
	Objects, Records, Inflated int64 // since the last call; negative where something is read again
	Total                      int64 // objects to read; known from the first call on
}

// run is one run of ingest.
type run struct {
	id      int64
	lake    *parquet.Lake
	options Options
	keys    *keySets
	days    map[int32][]string // event day -> files of the lake
	known   *objectTable
	actions *action.Mapper
	queue   queue
	read    int              // how many objects of the queue are done
	spoiled map[string]error // objects of the queue that must not be read again, by name, and why
	inOrder bool             // workers keep the objects' turns: one was overtaken
	summary *Summary
	// unlisted is why not all of the sources could be listed.
	unlisted error

	openFiles atomic.Int64
}

// ErrInterrupted says that a run was stopped before it had read everything. What
// it finished is in the lake; the same command goes on from there.
var ErrInterrupted = errors.New("interrupted; run the same command again to go on")

// Ingest reads all objects of the sources that the lake does not have yet. The
// summary is right also where an error is returned: it counts what was committed.
func Ingest(ctx context.Context, lake *parquet.Lake, sources []Source, options Options) (*Summary, error) {
	start := time.Now()
	r := &run{lake: lake, options: options, spoiled: map[string]error{}, summary: newSummary()}
	defer func() { r.summary.took(time.Since(start)) }()
	err := r.prepare(ctx, sources)
	if err == nil {
		err = r.work(ctx)
	}
	r.queue.close()
	if failed := r.keys.forget(); failed != nil {
		err = errors.Join(err, failed)
	}
	if err == nil || errors.Is(err, ErrInterrupted) && r.id != 0 { // what it finished is committed
		if failed := lake.Ledger().Finish(r.id); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	r.dropUnread()
	if err == nil {
		err = r.keepKnown()
	}
	r.summary.took(time.Since(start))
	if err == nil && !r.summary.Balanced() {
		err = fmt.Errorf("checking the balance: it does not add up, which is a mistake of this program:\n%s", r.summary)
	}
	if err == nil && r.unlisted != nil {
		err = readButFor(r.unlisted)
	}
	return r.summary, err
}

// prepare finds out what there is to do.
func (r *run) prepare(ctx context.Context, sources []Source) error {
	if r.options.Limits == (Limits{}) {
		r.options.Limits = DefaultLimits
	}
	if r.options.bounds == (bounds{}) {
		r.options.bounds = defaultBounds()
	}
	r.keys = newKeySets(r.options.bounds.keys, r.lake.Scratch, r.loadKeys)
	if err := r.loadKnown(); err != nil {
		return err
	}
	if err := r.loadDays(); err != nil {
		return err
	}
	mapper := sync.OnceValues(r.mapper)
	go mapper() // unpacking the catalogue takes as long as listing some thousand files
	err := r.list(ctx, sources)
	actions, failed := mapper()
	if err = cmp.Or(err, failed); err != nil {
		return err
	}
	r.actions = actions
	beside := r.queue.bytes()
	if r.options.Known == nil {
		r.known = nil
	} else {
		beside += r.known.bytes()
	}
	r.queue.sort()
	r.options.bounds.beside(beside)
	begin := func() error {
		r.id, err = r.lake.Ledger().Begin(r.options.Version)
		return err
	}
	if r.options.Unusual == nil {
		return begin()
	}
	return r.options.Unusual.begin(r.lake, begin)
}

// mapper maps by the catalogue of the lake.
func (r *run) mapper() (*action.Mapper, error) {
	catalogue, err := LoadCatalogue(r.lake)
	if err != nil {
		return nil, err
	}
	return action.NewMapper(catalogue), nil
}

// listWeight is memory that the collector counts while sources are listed. Each object leaves
// a little garbage then, and not much else is in memory: it would be collected all the time.
const listWeight = 64 << 20

// list finds what there is to read. That something cannot be listed keeps nothing else from being read.
func (r *run) list(ctx context.Context, sources []Source) error {
	defer WeighHeap(listWeight)()
	for _, source := range sources {
		err := source.List(ctx, r.listed)
		if err != nil && ctx.Err() != nil {
			return ErrInterrupted
		}
		r.unlisted = errors.Join(r.unlisted, err)
	}
	if r.queue.list.count == 0 {
		return r.unlisted
	}
	return nil
}

// readButFor is the end of a run that read all but what could not be listed.
func readButFor(unlisted error) error {
	return fmt.Errorf("%w; what could be listed was read", unlisted)
}

func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	return err
}

// listed takes an object into the queue, unless it is known. One that two sources
// name is known the second time.
func (r *run) listed(o Object) error {
	r.summary.Objects.Total++
	name, state := hashName(o.Name), hashState(o.Size, o.Modified)
	if r.known.is(name, state) {
		r.summary.Objects.Already++
		return nil
	}
	r.known.put(name, state)
	r.queue.add(o)
	return nil
}

// smallRun is below what a second worker only makes more files.
const smallRun = 64 << 20

func (r *run) workers() int {
	if r.options.Workers > 0 {
		return r.options.Workers
	}
	if r.queue.stored < smallRun/8 {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// dropUnread takes objects that were not finished out of the balance, which counts
// what was committed.
func (r *run) dropUnread() {
	o := &r.summary.Objects
	o.Total = o.Ingested + o.Already + o.Skipped + o.Quarantined
}
