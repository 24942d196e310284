package pipeline

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"roletrail/parquet"
)

// RemoteStore is where a lake lies that is no folder, for those who look what it has.
type RemoteStore interface {
	parquet.Store
	// List calls fn for every object below a folder of the lake (events/, …), with its name
	// relative to the lake. That there is none is no error.
	List(ctx context.Context, folder string, fn func(name string, o Object) error) error
	// Claim stores content under a name, unless there is something else of that name: then it
	// is false, and that stays.
	Claim(ctx context.Context, name string, content []byte) (bool, error)
	// Object is what lies under a name, of which the size is known. Opening one that is not there is
	// [ErrGone].
	Object(ctx context.Context, name string, size int64) Object
	// Delete removes objects. Those that are not there are no error.
	Delete(ctx context.Context, names []string) error
}

// ErrGone says that an object does not lie any more where it was listed.
var ErrGone = errors.New("it was removed since it was listed")

// OwnFile reports whether an object, by its name, is one of the lake on the store. A trail may lie
// in the same bucket, and even below the lake's prefix.
func OwnFile(store parquet.Store, name string) bool {
	below, ok := strings.CutPrefix(name, ObjectName(store.String())+"/")
	return ok && (parquet.IsDataFile(below) || isCommit(below) || isCatalogueObject(below) || strings.HasPrefix(below, asideFolder) || strings.HasPrefix(below, outboxFolder) || strings.HasPrefix(below, memoryFolder))
}

// deliveries is how many objects are taken side by side: each waits for the network most of
// the time.
const deliveries = 8

// IngestRemote is [Ingest] into a lake on a store: every object that the lake does not have yet
// makes files of its own, see [Delivery]. Objects that cannot be read are quarantined in the
// balance, and named by it alone.
func IngestRemote(ctx context.Context, store RemoteStore, sources []Source, options Options) (*Summary, error) {
	return NewRemoteIngest(store).Ingest(ctx, sources, options)
}

// RemoteIngest ingests into a lake on a store again and again. What the lake has is listed once, and
// what comes into it by others afterwards is taken again, which changes nothing.
type RemoteIngest struct {
	store RemoteStore
	known map[[16]byte]struct{} // objects that the lake has; nil if that is not known
	aside map[string]SetAside
}

// SetAside is an object that is not in the lake because it could not be read, or is none that can
// be ingested; as it was then.
type SetAside struct {
	Size, Modified int64
	At             time.Time
}

// NewRemoteIngest makes one that has asked the store for nothing yet.
func NewRemoteIngest(store RemoteStore) *RemoteIngest {
	return &RemoteIngest{store: store, aside: map[string]SetAside{}}
}

// Has reports whether the lake has an object, as far as is known.
func (r *RemoteIngest) Has(o Object) bool {
	_, has := r.known[partName(identity256(&o), 0)]
	return has
}

// SetAside are the objects that this process set aside as a whole and has not taken since, by name.
func (r *RemoteIngest) SetAside() map[string]SetAside { return r.aside }

// Ingest ingests what the sources have and the lake has not. It is to be called again only when it
// has returned.
func (r *RemoteIngest) Ingest(ctx context.Context, sources []Source, options Options) (*Summary, error) {
	start := time.Now()
	run := &remoteRun{RemoteIngest: r, options: options, summary: newSummary(), objects: make(chan Object), offered: map[[16]byte]struct{}{}}
	err := r.loadKnown(ctx)
	if err == nil {
		err = run.work(ctx, sources)
	}
	if memory := options.Remembering; memory != nil {
		err = errors.Join(err, memory.Flush(context.WithoutCancel(ctx)))
	}
	run.summary.took(time.Since(start))
	if err == nil && !run.summary.Balanced() {
		err = fmt.Errorf("checking the balance: it does not add up, which is a mistake of this program:\n%s", run.summary)
	}
	return run.summary, err
}

// loadKnown lists what the lake has: of every object that was taken, its coverage.
func (r *RemoteIngest) loadKnown(ctx context.Context) error {
	if r.known != nil {
		return nil
	}
	known := map[[16]byte]struct{}{}
	err := r.store.List(ctx, "coverage/", func(name string, _ Object) error {
		if id, ok := partID(name); ok {
			known[id] = struct{}{}
		}
		return nil
	})
	if err == nil { // after the list: what is not in it any more is in these
		err = eachFoldedOf(ctx, r.store, func(id [objectHash]byte) { known[[16]byte(append(id[:], 0, 0))] = struct{}{} })
	}
	if err != nil {
		return stopped(ctx, err)
	}
	r.known = known
	return nil
}

// remoteRun is one time that it is done.
type remoteRun struct {
	*RemoteIngest
	options Options
	objects chan Object

	mu      sync.Mutex // also of what the lake has
	offered map[[16]byte]struct{}
	summary *Summary
	listed  int64 // that are to be read
}

// partID is the id in the name of a file.
func partID(name string) (id [16]byte, ok bool) {
	digits := strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "part-"), ".parquet")
	if len(digits) != 2*len(id) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(digits))
	return id, err == nil
}

// work lists the sources and takes what they have, until all is done or one cannot go on.
func (r *remoteRun) work(ctx context.Context, sources []Source) error {
	listing, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, cmp.Or(r.options.Workers, deliveries))
	var working sync.WaitGroup
	for i := range errs {
		working.Go(func() {
			if errs[i] = r.take(ctx); errs[i] != nil {
				cancel()
			}
		})
	}
	var err error
	for _, source := range sources {
		if listing.Err() == nil { // that one cannot be listed keeps nothing else from being read
			err = errors.Join(err, source.List(listing, func(o Object) error { return r.offer(listing, o) }))
		}
	}
	close(r.objects)
	working.Wait()
	if failed := errors.Join(errs...); failed != nil {
		return failed
	}
	if err != nil && r.summary.Objects.Total > 0 {
		err = readButFor(err)
	}
	return stopped(ctx, err)
}

// offer gives an object to whoever takes it, unless the lake has it.
func (r *remoteRun) offer(ctx context.Context, o Object) error {
	if OwnFile(r.store, o.Name) {
		return nil
	}
	id := partName(identity256(&o), 0)
	r.mu.Lock()
	_, has := r.known[id]
	if _, again := r.offered[id]; again {
		has = true
	}
	if has {
		r.summary.Objects.Total++
		r.summary.Objects.Already++
	} else {
		r.offered[id] = struct{}{}
		r.listed++
	}
	r.mu.Unlock()
	if has {
		return nil
	}
	select {
	case r.objects <- o:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take delivers objects. What it has begun it ends, also when the run is stopped.
func (r *remoteRun) take(ctx context.Context) (err error) {
	lake, err := parquet.CreateRemote(r.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	d := NewDelivery(lake, r.options)
	for o := range r.objects {
		receipt, err := d.Deliver(context.WithoutCancel(ctx), o)
		var cannot *unreadable
		switch {
		case err == nil:
			r.count(receipt)
		case errors.As(err, &cannot):
			q := Quarantined{Object: o.Name, Reason: cannot.Error(), Detail: "not hashed: it cannot be read"}
			r.count(Receipt{outcome: &outcome{object: &o, status: quarantined, reason: q.Reason, quarantine: []Quarantined{q}}})
		default:
			return err
		}
	}
	return nil
}

func (r *remoteRun) count(of Receipt) {
	o := of.outcome
	r.mu.Lock()
	r.summary.Files += of.files
	r.summary.Bytes += of.bytes
	r.summary.Objects.Total++
	r.summary.add(o)
	r.summary.RoleChanges.add(&of.changes)
	if r.options.Remembering != nil {
		r.summary.Unusual.add(&of.unusual)
	}
	r.keep(o)
	total := r.listed
	if r.options.Committed != nil {
		r.options.Committed(r.summary)
	}
	r.mu.Unlock()
	if r.options.Progress != nil {
		r.options.Progress(Progress{Objects: 1, Records: o.records, Inflated: o.inflated, Total: total})
	}
}

// keep notes what became of an object, for later runs.
func (r *remoteRun) keep(o *outcome) {
	if o.status == quarantined {
		r.aside[o.object.Name] = SetAside{o.object.Size, o.object.Modified, time.Now()}
		return
	}
	r.known[partName(identity256(o.object), 0)] = struct{}{}
	delete(r.aside, o.object.Name)
}
