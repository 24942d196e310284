package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"roletrail/iam/action"
	"roletrail/parquet"
)

// Delivery takes objects into a lake that has no ledger, one after another. Each makes
// files of its own, whose names follow from what the object is: an object that comes
// again makes the same files again, of the same bytes, and nothing changes. Events that
// other objects hold too are not known here; whoever reads such a lake counts each once,
// see [Mirror].
type Delivery struct {
	lake       *parquet.Remote
	outbox     *RemoteOutbox // nil where nobody is told
	memory     *RemoteMemory // nil where nobody asks what is unusual
	explaining *Explaining
	worker     *worker
	opened     atomic.Int64
	files      map[int32]uint16 // made of the object at hand, by day
	object     [sha256.Size]byte
}

// NewDelivery makes one that writes to a lake.
func NewDelivery(lake *parquet.Remote, options Options) *Delivery {
	bounds := deliveryBounds()
	d := &Delivery{lake: lake, outbox: options.Outbox, memory: options.Remembering, explaining: options.Explaining, files: map[int32]uint16{}}
	keys := newKeySets(bounds.keys, lake.Scratch, func(int32, *keySet) error { return nil })
	out := &partition{lake: lake, id: d.id, bounds: &bounds, opened: &d.opened}
	options.Limits = cmp.Or(options.Limits, DefaultLimits)
	d.worker = newWorker(&options, action.NewMapper(action.Embedded()), keys, out, map[string]error{})
	if d.memory != nil {
		d.worker.observer = newObserver(options.RecentSince, d.memory.unusual)
	}
	return d
}

// NewsSince says since when changes are news, in the place of [Options.RecentSince].
func (d *Delivery) NewsSince(since time.Time) {
	d.worker.recentSince = since
	if d.worker.observer != nil {
		d.worker.observer.begin(since)
	}
}

// Receipt says that everything of an object is in the lake, to stay. Only a delivery
// makes one.
type Receipt struct {
	outcome *outcome
	changes RoleChanges
	unusual UnusualAccess
	files   int
	bytes   int64
}

// String is what became of the object.
func (r Receipt) String() string {
	o := r.outcome
	if o == nil {
		return "nothing"
	}
	text := fmt.Sprintf("%s: records %d = written %d + duplicate %d + quarantined %d", o.status, o.records, o.written, o.duplicate, int64(len(o.quarantine))-o.wholeObject())
	if o.reason != "" {
		text += ": " + o.reason
	}
	return text
}

// Valid reports whether a delivery made it.
func (r Receipt) Valid() bool { return r.outcome != nil }

// Quarantined are what was set aside of the object, or the object itself.
func (r Receipt) Quarantined() []Quarantined {
	if r.outcome == nil {
		return nil
	}
	return r.outcome.quarantine
}

// unreadable is an error of where an object lies.
type unreadable struct {
	object string
	err    error
}

func (e *unreadable) Error() string { return e.err.Error() }
func (e *unreadable) Unwrap() error { return e.err }

// Deliver takes an object whole. One that is not what it should be goes to quarantine,
// for which there is a receipt too; one that cannot be read is an error, and nothing of it
// is in the lake.
func (d *Delivery) Deliver(ctx context.Context, object Object) (Receipt, error) {
	receipt, err := d.deliver(ctx, object)
	if err != nil {
		err = fmt.Errorf("taking %q into lake %q: %w", object.Name, d.lake, err)
	}
	return receipt, err
}

func (d *Delivery) deliver(ctx context.Context, object Object) (_ Receipt, err error) {
	defer func() {
		err = errors.Join(err, d.forget())
		if err != nil {
			err = errors.Join(err, d.lake.Clear())
		}
		delete(d.worker.spoiled, object.Name)
	}()
	o, err := d.take(ctx, object)
	var spoiled *spoiledError
	if errors.As(err, &spoiled) { // it showed late that the object is a bad one
		d.worker.spoiled[object.Name] = spoiled.why
		if err = errors.Join(d.forget(), d.lake.Clear()); err == nil {
			o, err = d.take(ctx, object)
		}
	}
	if err != nil {
		return Receipt{}, err
	}
	receipt, err := d.store(ctx, o)
	if err != nil {
		return Receipt{}, err
	}
	return receipt, nil
}

// take makes files of the events of an object.
func (d *Delivery) take(ctx context.Context, object Object) (*outcome, error) {
	d.object = identity256(&object)
	var questions *snapshotQuestions
	if d.memory != nil {
		questions = d.memory.questions(ctx)
		d.worker.observer.known = observedRoles{watched: d.memory.unusual.Watched, privileged: questions.isPrivileged}
	}
	reading := readings{ctx: ctx, open: object.Open}
	object.Open = reading.start
	o, err := d.worker.object(ctx, &object)
	switch {
	case reading.err != nil:
		return nil, &unreadable{object.Name, reading.err}
	case err != nil:
		return nil, err
	}
	if err := d.worker.flush(); err != nil {
		return nil, err
	}
	if questions != nil && questions.err != nil {
		return nil, questions.err
	}
	return o, d.worker.out.commit()
}

// identity256 is what the names of an object's files come from.
func identity256(o *Object) [sha256.Size]byte {
	h := sha256.New()
	for _, text := range []string{o.Name, o.Tag} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(text)))
		h.Write(size[:])
		h.Write([]byte(text))
	}
	if o.Tag == "" { // of what has none, time and size tell whether it is the same
		var state [16]byte
		binary.BigEndian.PutUint64(state[:8], uint64(o.Size))
		binary.BigEndian.PutUint64(state[8:], uint64(o.Modified))
		h.Write(state[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// id names the next file of a day of the object, see [partName].
func (d *Delivery) id(day int32) [16]byte {
	n := d.files[day]
	d.files[day]++
	return partName(d.object, n)
}

// objectHash is how many bytes of a file's id are of its object, by which those of one object
// know each other. The rest numbers its files of a day: it has one, unless the object holds
// more days than files may be open.
const objectHash = 14

func partName(object [sha256.Size]byte, number uint16) (id [16]byte) {
	copy(id[:objectHash], object[:])
	binary.BigEndian.PutUint16(id[objectHash:], number)
	return id
}

// store brings the files into the lake: first those of events and of the quarantine, and
// when they are there that of coverage, by which the object counts as taken.
func (d *Delivery) store(ctx context.Context, o *outcome) (Receipt, error) {
	id := partName(d.object, 0)
	files := slices.Clone(d.worker.out.files)
	if len(o.quarantine) > 0 {
		entry, err := d.writeQuarantine(parquet.QuarantinePath(partName(d.object, o.quarantineNumber())), o)
		if err != nil {
			return Receipt{}, err
		}
		files = append(files, entry)
	}
	if o.status != quarantined { // else it may be taken at another time
		entry, err := d.writeCoverage(parquet.CoveragePath(id), o)
		if err != nil {
			return Receipt{}, err
		}
		files = append(files, entry)
	}
	if err := d.explain(ctx); err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{outcome: o, changes: d.worker.changes, files: len(files)}
	var paths []string
	for _, f := range files {
		receipt.bytes += f.Bytes
		paths = append(paths, f.Path)
	}
	told := d.told()
	if o.status == ingested && d.memory != nil {
		findings, err := d.findUnusual(ctx, &receipt)
		if err != nil {
			return Receipt{}, err
		}
		for i := range told {
			if err := told[i].addLastUse(d.memory.lastUse(ctx)); err != nil {
				return Receipt{}, err
			}
		}
		told = append(told, findings...)
	}
	receipt.changes.Untold = d.worker.told.untold
	if err := d.outbox.put(ctx, told); err != nil {
		return Receipt{}, err
	}
	last := len(paths) - 1
	if err := d.lake.Store(ctx, paths[:last], paths[last]); err != nil {
		return Receipt{}, err
	}
	d.outbox.release(told)
	return receipt, nil
}

// explain holds the changes of the object against what was before them, where somebody remembers that.
func (d *Delivery) explain(ctx context.Context) error {
	if changes := &d.worker.changes; d.memory == nil || d.explaining == nil || len(changes.Recent) == 0 && changes.Old == 0 {
		return nil
	}
	var paths []string
	for _, f := range d.worker.out.files {
		paths = append(paths, d.lake.Path(f.Path))
	}
	explained, counted, err := d.memory.explain(ctx, d.explaining, d.worker.recentSince, paths, d.worker)
	if err != nil {
		return fmt.Errorf("holding changes of roles against what was before them: %w", err)
	}
	if explained != nil {
		d.worker.changes = counted
		d.worker.told.explained(explained.by)
	}
	return nil
}

// mostToldOfObject is how many changes of a log file are told: each makes an object.
const mostToldOfObject = 100

// told are the changes that are to be told of an object.
func (d *Delivery) told() []toldChange {
	t := &d.worker.told
	if n := len(t.changes); n > mostToldOfObject {
		t.untold += int64(n - mostToldOfObject)
		t.changes = t.changes[:mostToldOfObject]
	}
	return t.changes
}

// wholeNumber is that of an object's file of the quarantine when the object is there as a
// whole: it may be taken at another time, and single records of it set aside.
const wholeNumber = math.MaxUint16

func (o *outcome) quarantineNumber() uint16 {
	if o.status == quarantined {
		return wholeNumber
	}
	return 0
}

// findUnusual finds what is unusual in the object, and returns what of it is to be told.
func (d *Delivery) findUnusual(ctx context.Context, receipt *Receipt) (told []toldChange, err error) {
	all := d.worker.observer.Observations
	findings, err := d.memory.judge(ctx, hex.EncodeToString(d.object[:]), all)
	if err != nil {
		return nil, err
	}
	counted := UnusualAccess{Found: newRoleChanges(), Unobserved: all.Unobserved}
	for _, f := range findings {
		counted.Found.see(RoleChange{Account: f.Account, Change: f.Kind, Severity: f.Severity.String(), Outcome: f.Outcome}, f.At, all.Since)
		switch t := d.worker.told; {
		case len(t.Webhooks) == 0 || !slices.Contains(t.grave, f.Severity.String()):
		case len(told) >= mostToldOfObject:
			counted.Found.Untold++
		default:
			told = append(told, toldChange{f.Key, toldFinding(f)})
		}
	}
	receipt.unusual = counted
	return told, nil
}

func (d *Delivery) writeCoverage(path string, o *outcome) (parquet.FileEntry, error) {
	t, err := newTable(d.lake, 0, path, parquet.CoverageSchema)
	if err != nil {
		return parquet.FileEntry{}, err
	}
	account, err := json.Marshal(o.account())
	if err == nil {
		t.meta[objectKey] = string(account)
		err = t.addCoverage(o)
	}
	if err != nil {
		return parquet.FileEntry{}, errors.Join(err, t.abort())
	}
	return t.commit()
}

// objectKey is the footer's entry of what became of an object.
const objectKey = "roletrail.object"

// account is what became of an object, as the ledger of other lakes has it.
func (o *outcome) account() logFile {
	e := o.entry()
	return logFile{e.Name, o.object.Tag, e.Size, e.Family, string(e.Status), e.Reason, e.Records, e.Written, e.Duplicate, e.Quarantined}
}

func (d *Delivery) writeQuarantine(path string, o *outcome) (parquet.FileEntry, error) {
	t, err := newTable(d.lake, 0, path, parquet.QuarantineSchema)
	if err != nil {
		return parquet.FileEntry{}, err
	}
	for _, q := range o.quarantine {
		var record any
		if q.Record != nil {
			record = int64(*q.Record)
		}
		if err := t.add(q.Object, q.Offset, record, q.Reason, textOrNull(q.Detail), textOrNull(q.SHA256)); err != nil {
			return parquet.FileEntry{}, errors.Join(err, t.abort())
		}
	}
	return t.commit()
}

// forget makes ready for another object.
func (d *Delivery) forget() error {
	err := errors.Join(d.worker.out.abort(), d.worker.keys.forget())
	d.worker.reset()
	clear(d.files)
	return err
}

// readings notes why an object could not be read, which is no fault of what it holds.
type readings struct {
	ctx  context.Context
	open func() (io.ReadCloser, error)
	err  error // the first
}

func (r *readings) start() (io.ReadCloser, error) {
	body, err := r.open()
	r.note(err)
	if err != nil {
		return nil, err
	}
	return &notedReader{body, r}, nil
}

func (r *readings) note(err error) {
	if err != nil && r.err == nil {
		r.err = err
	}
}

type notedReader struct {
	io.ReadCloser
	readings *readings
}

func (r *notedReader) Read(p []byte) (int, error) {
	if err := r.readings.ctx.Err(); err != nil {
		r.readings.note(err)
		return 0, err
	}
	n, err := r.ReadCloser.Read(p)
	if err != io.EOF { // one that is wrapped is a connection that broke, and no end
		r.readings.note(err)
	}
	return n, err
}
