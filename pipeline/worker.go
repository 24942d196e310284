package pipeline

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"time"

	"roletrail/cloudtrail"
	"roletrail/iam/action"
)

// worker takes objects one after the other and does everything for each: read,
// inflate, decode, deduplicate, store, write.
type worker struct {
	inflate  inflater
	decoder  *cloudtrail.Decoder
	rows     *rows
	keys     *keySets
	day      int32 // of the set at hand
	set      *keySet
	turns    *turns // of the epoch, nil unless they are kept
	isNew    []bool // of the records at hand
	out      *partition
	stored   []byte // the object at hand, if it is small
	coverage coverage
	spoiled  map[string]error // see run

	done        []*outcome  // not yet handed over to be recorded
	held        int64       // bytes of memory that they take
	changes     RoleChanges // of this epoch
	told        toldChanges // likewise
	observer    *observer   // likewise; nil if nobody asks what is unusual
	recentSince time.Time
}

func newWorker(options *Options, actions *action.Mapper, keys *keySets, out *partition, spoiled map[string]error) *worker {
	return &worker{
		inflate: inflater{limits: options.Limits},
		decoder: cloudtrail.NewDecoder(options.Limits.Records),
		rows:    newRows(out.bounds, actions),
		keys:    keys,
		out:     out,
		spoiled: spoiled,

		changes:     newRoleChanges(),
		told:        newToldChanges(options.Telling, options.Explaining != nil),
		recentSince: options.RecentSince,
	}
}

// reset makes the worker ready for another epoch.
func (w *worker) reset() {
	w.rows.reset()
	w.out.reset()
	w.told.reset()
	if w.observer != nil {
		w.observer.reset()
	}
	w.done, w.held, w.set, w.changes = nil, 0, nil, newRoleChanges()
}

// work takes objects until there are none or the epoch is full, hands over what became of
// them, and makes what it wrote durable.
func (w *worker) work(ctx context.Context, e *epoch, record chan<- []*outcome) error {
	w.turns = e.turns
	for {
		object := e.take(ctx)
		if object == nil {
			break
		}
		o, err := w.object(ctx, object)
		w.turns.pass(object.turn)
		if err != nil {
			return err
		}
		e.finished(o)
		w.done = append(w.done, o)
		if w.held += o.size(); len(w.done) >= recordedAtOnce || w.held >= heldAtOnce {
			w.handOver(record)
		}
	}
	w.handOver(record)
	if e.failed.Load() {
		return nil // whatever it is, it is not committed
	}
	if err := w.flush(); err != nil {
		return err
	}
	return w.out.commit()
}

// handOver gives away what became of objects.
func (w *worker) handOver(record chan<- []*outcome) {
	if len(w.done) > 0 {
		record <- w.done
	}
	w.done, w.held = nil, 0
}

// object takes one object into the store, or says why not. An error ends the
// epoch: a spoiledError to begin it again, any other with the run.
func (w *worker) object(ctx context.Context, object *Object) (*outcome, error) {
	o := &outcome{object: object, status: ingested}
	if why := w.spoiled[object.Name]; why != nil {
		quarantineObject(ctx, o, why)
		return o, nil
	}
	w.coverage.reset()
	err := w.read(o)
	var fatal *fatalError
	switch {
	case errors.As(err, &fatal):
		return nil, fatal.err
	case errors.Is(err, errOutOfTurn):
		return nil, err
	case err != nil && o.claimed:
		return nil, &spoiledError{object, err}
	case err != nil:
		quarantineObject(ctx, o, err)
	default:
		o.coverage = w.coverage.of()
	}
	return o, nil
}

// fatalError is an error of the lake's side, for which no object is to blame.
type fatalError struct{ err error }

func (e *fatalError) Error() string { return e.err.Error() }

func fatal(err error) error {
	if err == nil {
		return nil
	}
	return &fatalError{err}
}

func (w *worker) read(o *outcome) error {
	if o.object.Size > wholeStored {
		return w.stream(o)
	}
	stored, err := w.load(o.object)
	if err != nil {
		return err
	}
	text, ok, err := w.inflate.whole(stored)
	if err != nil {
		return err
	}
	if !ok {
		return w.stream(o)
	}
	o.inflated = int64(len(text))
	o.effort = o.inflated
	doc, err := w.decoder.Decode(text, cloudtrail.FamilyOfFolder(o.object.Name))
	if errors.Is(err, cloudtrail.ErrManyRecords) {
		return w.stream(o)
	}
	if err != nil {
		return err
	}
	w.turns.await(o.object.turn)
	if err := w.claim(o, doc.Records); err != nil {
		return err
	}
	w.turns.pass(o.object.turn)
	for i := range doc.Records {
		if err := w.record(o, &doc.Records[i], w.isNew[i]); err != nil {
			return err
		}
	}
	w.finish(o, doc)
	return nil
}

// load reads a small object into memory.
func (w *worker) load(object *Object) ([]byte, error) {
	r, err := object.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if int64(cap(w.stored)) <= object.Size {
		w.stored = make([]byte, object.Size+object.Size/4+1)
	}
	n, err := readOver(r, w.stored[:object.Size+1])
	if err != nil {
		return nil, err
	}
	if int64(n) != object.Size {
		return nil, errSizeChanged
	}
	return w.stored[:n], nil
}

// readOver fills all of buf but its last byte, or reads to the end: what is there for
// the last byte makes an object larger than it was said to be. A file that is as large
// as was said takes one call of the system.
func readOver(r io.Reader, buf []byte) (n int, err error) {
	for idle := 0; n < len(buf)-1 || n == 0; {
		got, err := r.Read(buf[n:])
		n += got
		switch {
		case err == io.EOF:
			return n, nil
		case err != nil:
			return n, err
		case got > 0:
			idle = 0
		case idle == maxIdleReads:
			return n, io.ErrNoProgress
		}
		idle++
	}
	return n, nil
}

// maxIdleReads is how often a reader may return neither bytes nor an error.
const maxIdleReads = 100

// claim finds out which of an object's records are new to the lake, which has them from now on.
func (w *worker) claim(o *outcome, records []cloudtrail.Record) error {
	w.isNew = slices.Grow(w.isNew[:0], len(records))[:len(records)]
	for i := range records {
		isNew, err := w.claimOne(o, &records[i])
		if err != nil {
			return err
		}
		w.isNew[i] = isNew
	}
	return nil
}

// claimOne does so for a record. Those of other families than the one that is use are not known.
func (w *worker) claimOne(o *outcome, rec *cloudtrail.Record) (isNew bool, err error) {
	if rec.Family != cloudtrail.Management {
		return true, nil
	}
	key, ok := keyOf(rec.Text[cloudtrail.EventID], rec.Text[cloudtrail.RecipientAccountID])
	if !ok {
		if key, err = keyOfRecord(rec.Raw, rec.Text[cloudtrail.RecipientAccountID]); err != nil {
			return false, err
		}
	}
	if day := dayOf(rec.Time); w.set == nil || day != w.day {
		set, err := w.keys.of(day)
		if err != nil {
			return false, fatal(err)
		}
		w.day, w.set = day, set
	}
	o.claimed = true
	isNew, err = w.set.add(key, o.object.turn)
	if err != nil && !errors.Is(err, errOutOfTurn) {
		err = fatal(err)
	}
	return isNew, err
}

// record counts a record and stores it, unless it is of another family or not new.
func (w *worker) record(o *outcome, rec *cloudtrail.Record, isNew bool) error {
	o.families.add(rec.Family, 1)
	if rec.Family != cloudtrail.Management {
		if rec.HasTime() {
			w.coverage.record(rec, true)
		}
		return nil
	}
	o.records++
	w.coverage.record(rec, isNew)
	if !isNew {
		o.duplicate++
		return nil
	}
	o.written++
	if c := w.rows.add(rec, o.object.Name); c != nil {
		kind := RoleChange{Account: w.coverage.text(rec.Account()), Change: c.event.Change, Severity: c.severity.String(), Outcome: string(c.outcome)}
		if w.changes.see(kind, time.UnixMicro(rec.Time).UTC(), w.recentSince) {
			w.told.see(rec, kind, w.rows, c)
		}
	}
	if w.rows.full() {
		return fatal(w.flush())
	}
	return nil
}

// finish settles an object that was decoded.
func (w *worker) finish(o *outcome, doc *cloudtrail.Document) {
	folder := cloudtrail.FamilyOfFolder(o.object.Name)
	for _, bad := range doc.Bad {
		index := bad.Index
		o.quarantine = append(o.quarantine, Quarantined{
			Object: o.object.Name, Offset: bad.Offset, Record: &index, Reason: bad.Reason, SHA256: hex.EncodeToString(bad.SHA256[:]),
		})
	}
	o.records += int64(len(doc.Bad))
	family, hasFamily := o.families.first()
	switch {
	case doc.Digest != nil:
		o.families.add(cloudtrail.Digest, 0)
		if doc.Digest.Valid() {
			w.coverage.digest(doc.Digest, regionOfKey(o.object.Name))
		}
		o.status, o.reason = skipped, "log family "+cloudtrail.Digest.String()
	case doc.Control:
		o.status, o.reason = skipped, "control message of CloudWatch Logs"
	case o.records > 0:
	case hasFamily:
		o.status, o.reason = skipped, "log family "+family.String()
	case folder != cloudtrail.Management:
		o.families.add(folder, 0)
		o.status, o.reason = skipped, "log family "+folder.String()
	default:
		o.families.add(cloudtrail.Management, 0)
	}
}
