package parquet

import (
	"database/sql"
	"errors"
	"fmt"
)

// Status is what became of an object.
type Status string

const (
	Ingested    Status = "ingested"    // its records were read; single ones may be in quarantine
	Quarantined Status = "quarantined" // unreadable as a whole; tried again by the next run
	Skipped     Status = "skipped"     // not meant for the lake, with the reason
)

// Object is one source object (a log file) and what became of it. Records =
// Written + Duplicate + Quarantined always holds.
type Object struct {
	Name       string
	Size       int64
	ModifiedNs int64  // modification time, ns since 1970
	Family     string // the ledger does not keep it: the file of coverage has it
	Status     Status
	Reason     string // why it was skipped or quarantined

	Records, Written, Duplicate, Quarantined int64
}

// balance is an error if the records are not the sum of what became of them.
func (o *Object) balance() error {
	if o.Records != o.Written+o.Duplicate+o.Quarantined {
		return fmt.Errorf("object %q has %d records, not %d written + %d duplicate + %d quarantined", o.Name, o.Records, o.Written, o.Duplicate, o.Quarantined)
	}
	return nil
}

// WholeObject is the Record of a quarantine entry about an object as a whole.
const WholeObject = -1

// QuarantineEntry is one object or record that could not be ingested.
type QuarantineEntry struct {
	Object string
	Offset int64 // of the first byte, in the inflated object
	Record int64 // index in Records, WholeObject for the object itself
	Reason string
	Detail string
	SHA256 [32]byte // of the bytes; zero where they could not be read, which Detail explains
	At     string   // when it was recorded, RFC 3339; set by the ledger
}

// FileEntry is one data file of the lake.
type FileEntry struct {
	Path      string // relative to the lake, as given to Lake.Create
	Table     string // set by the ledger
	Partition string // set by the ledger
	Rows      int64
	Bytes     int64
	SHA256    [32]byte

	replacingBytes int64 // size of a file about to take its place, -1 = none
}

// Entry is the ledger's entry for a committed file of path.
func (w Written) Entry(path string, rows int64) FileEntry {
	return FileEntry{Path: path, Rows: rows, Bytes: w.Bytes, SHA256: w.SHA256}
}

// Batch is what one commit adds to the ledger.
type Batch struct {
	Files []FileEntry
	// Removed are the paths of files that count no longer, as what took their place
	// is among Files. See [Lake.Complete].
	Removed []string
	// Anew says that no object is known any more but those of this commit.
	Anew       bool
	Objects    []Object
	Quarantine []QuarantineEntry
	// Messages are to be told when all of it counts, see [Ledger.Due].
	Messages []Message
	// Sightings, if set, are what the events of Files showed, to be remembered.
	Sightings *Sightings
}

// Begin records the start of a run of the given program version.
func (l *Ledger) Begin(version string) (run int64, err error) {
	result, err := l.db.Exec(statement("begin"), now(), version)
	if err != nil {
		return 0, ledgerError(l.path, err)
	}
	run, err = result.LastInsertId()
	return run, ledgerError(l.path, err)
}

// Finish records that a run came to its end.
func (l *Ledger) Finish(run int64) error {
	_, err := l.db.Exec(statement("finish"), run, now())
	return ledgerError(l.path, err)
}

// Commit adds a batch to the ledger in one transaction, see [Pending]: all of it counts
// afterwards, or nothing.
func (l *Lake) Commit(run int64, b Batch) error {
	return l.ledger.commit(run, b)
}

// Complete commits the last batch of a run and finishes the run. In between the removed
// files are taken off the disk, which is late enough for readers, who go by the ledger,
// and soon for engines that do not know it.
//
// leftOver names those that could not be removed. The batch counts all the same, and
// the run stays open, by which the next writer knows what the files are and removes
// them, as it does after a crash. This writer must not begin another run.
func (l *Lake) Complete(run int64, b Batch) (leftOver, err error) {
	if err := l.Commit(run, b); err != nil {
		return nil, err
	}
	if leftOver := l.Discard(b.Removed); leftOver != nil {
		return leftOver, nil
	}
	return nil, l.ledger.Finish(run)
}

func (l *Ledger) commit(run int64, b Batch) error {
	p, err := l.prepare(run)
	if err != nil {
		return err
	}
	if err := p.Commit(b); err != nil {
		return errors.Join(err, p.Undo())
	}
	return nil
}

// Pending is a commit that is made while the work goes on of which it tells: objects are
// added as they are done, and count with the rest or not at all. Nothing else can be
// written to the ledger meanwhile. Commit or Undo ends it. It is not for concurrent use.
type Pending struct {
	ledger      *Ledger
	run         int64
	at          string
	tx          *sql.Tx
	objects     *objectWriter
	quarantined bool // the ledger has a quarantine, of which objects may be that come again
}

// Prepare begins a commit of a run.
func (l *Lake) Prepare(run int64) (*Pending, error) { return l.ledger.prepare(run) }

func (l *Ledger) prepare(run int64) (*Pending, error) {
	tx, err := l.db.Begin()
	if err != nil {
		return nil, ledgerError(l.path, err)
	}
	p := &Pending{ledger: l, run: run, at: now(), tx: tx}
	if p.objects, err = newObjectWriter(tx); err == nil {
		err = tx.QueryRow(statement("has_quarantine")).Scan(&p.quarantined)
	}
	if err != nil {
		return nil, errors.Join(ledgerError(l.path, err), p.Undo())
	}
	return p, nil
}

// Add adds objects, each once, and what of them is in quarantine. An object that is known
// already is replaced together with its quarantine entries.
func (p *Pending) Add(objects []Object, quarantine []QuarantineEntry) error {
	for _, o := range objects {
		if err := o.balance(); err != nil {
			return fmt.Errorf("committing to ledger %q: %w", p.ledger.path, err)
		}
	}
	return ledgerError(p.ledger.path, p.add(objects, quarantine))
}

// Commit adds the rest, and all of it counts afterwards. The files must be durable before
// ([File.Commit]). After an error Undo must be called.
func (p *Pending) Commit(b Batch) error {
	for i := range b.Files {
		if err := b.Files[i].locate(); err != nil {
			return fmt.Errorf("committing to ledger %q: %w", p.ledger.path, err)
		}
	}
	if err := failpoint(stepCommit, p.ledger.path); err != nil {
		return ledgerError(p.ledger.path, err)
	}
	if err := b.putFiles(p.tx, p.run); err != nil {
		return ledgerError(p.ledger.path, err)
	}
	if err := putMessages(p.tx, b.Messages); err != nil {
		return ledgerError(p.ledger.path, err)
	}
	if err := b.putSightings(p.tx); err != nil {
		return ledgerError(p.ledger.path, err)
	}
	if b.Anew {
		if _, err := p.tx.Exec(statement("forget_all_objects")); err != nil {
			return ledgerError(p.ledger.path, err)
		}
	}
	if err := p.Add(b.Objects, b.Quarantine); err != nil {
		return err
	}
	if err := p.ledger.end(p.tx); err != nil {
		return err
	}
	return failpoint(stepCommitted, p.ledger.path)
}

// Undo leaves the ledger as it was. After Commit it does nothing.
func (p *Pending) Undo() error { return ledgerError(p.ledger.path, ignoreDone(p.tx.Rollback())) }

// Steps of a commit, as failpoint sees them.
const (
	stepCommit    = "commit ledger"
	stepCommitted = "ledger is committed"
)

// locate fills table and partition from the path.
func (f *FileEntry) locate() error {
	t, partition, err := place(f.Path)
	f.Table, f.Partition = t.name, partition
	return err
}

func (p *Pending) add(objects []Object, quarantine []QuarantineEntry) error {
	if p.quarantined {
		if err := each(p.tx, "clear_quarantine", objects, func(o Object) []any { return []any{o.Name} }); err != nil {
			return err
		}
	}
	for i := range objects {
		if err := p.objects.put(&objects[i], p.run, p.at); err != nil {
			return err
		}
	}
	return each(p.tx, "put_quarantine", quarantine, func(q QuarantineEntry) []any {
		var record, sum any
		if q.Record != WholeObject {
			record = q.Record
		}
		if q.SHA256 != [32]byte{} {
			sum = q.SHA256[:]
		}
		return []any{q.Object, q.Offset, record, q.Reason, q.Detail, sum, p.run, p.at}
	})
}

func (b *Batch) putFiles(tx *sql.Tx, run int64) error {
	err := each(tx, "put_file", b.Files, func(f FileEntry) []any {
		return []any{f.Path, f.Table, f.Partition, f.Rows, f.Bytes, f.SHA256[:], run}
	})
	if err != nil {
		return err
	}
	err = each(tx, "drop_replacing", b.Files, func(f FileEntry) []any { return []any{f.Path} })
	if err != nil {
		return err
	}
	return each(tx, "remove_file", b.Removed, func(path string) []any { return []any{path} })
}

// each runs the named statement once for every row.
func each[T any](tx *sql.Tx, name string, rows []T, values func(T) []any) (err error) {
	if len(rows) == 0 {
		return nil
	}
	stmt, err := tx.Prepare(statement(name))
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, row := range rows {
		if _, err := stmt.Exec(values(row)...); err != nil {
			return err
		}
	}
	return nil
}
