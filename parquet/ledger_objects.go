package parquet

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// objectWriter puts objects into a ledger as part of a transaction, which ends it too. One after the other should be
// sorted by name: then most are of the series of the one before.
type objectWriter struct {
	findSeries, putSeries, putObject *sql.Stmt

	series series // of the object before
	id     int64  // 0: there was none
}

func newObjectWriter(tx *sql.Tx) (*objectWriter, error) {
	w := &objectWriter{}
	for name, stmt := range map[string]**sql.Stmt{"find_series": &w.findSeries, "put_series": &w.putSeries, "put_object": &w.putObject} {
		var err error
		if *stmt, err = tx.Prepare(statement(name)); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// put replaces what is known of an object. Of one that was ingested the run alone says when that was.
func (w *objectWriter) put(o *Object, run int64, at string) error {
	s, minute, rest := splitName(o.Name)
	if w.id == 0 || s != w.series {
		if err := w.turnTo(s); err != nil {
			return err
		}
	}
	var status, reason, when any
	if o.Status != Ingested {
		status, reason, when = string(o.Status), o.Reason, at
	}
	_, err := w.putObject.Exec(w.id, minute, rest, o.Size, o.ModifiedNs, o.Records, o.Written, o.Duplicate, o.Quarantined, run, status, reason, when)
	return err
}

// turnTo finds the series of the objects that come, or makes it.
func (w *objectWriter) turnTo(s series) error {
	var id int64
	err := w.findSeries.QueryRow(s.before, s.middle, s.after).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		var made sql.Result
		if made, err = w.putSeries.Exec(s.before, s.middle, s.after); err == nil {
			id, err = made.LastInsertId()
		}
	}
	w.series, w.id = s, id
	return err
}

// Known streams the objects that need not be read again unless size or
// modification time (ns since 1970) differ. Quarantined objects are not among
// them: they are tried again.
func (l *Ledger) Known(fn func(name string, size, modifiedNs int64) error) error {
	if l.version < ledgerVersion {
		return l.eachOlderObject(l.db, func(o *Object, _ int64, _ string) error {
			if o.Status == Quarantined {
				return nil
			}
			return fn(o.Name, o.Size, o.ModifiedNs)
		})
	}
	tx, err := l.db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return ledgerError(l.path, err)
	}
	defer tx.Rollback()
	var of series // that of the row before
	var id int64
	return eachRow(l.path, tx, "known", nil, func(scan func(...any) error) error {
		var now, minute, size, modified int64
		var rest string
		if err := scan(&now, &minute, &rest, &size, &modified); err != nil {
			return err
		}
		if now != id {
			err := tx.QueryRow(statement("series"), now).Scan(&of.before, &of.middle, &of.after)
			if errors.Is(err, sql.ErrNoRows) {
				return damagedLedger(l.path, fmt.Errorf("it has log files of a series %d, and no such series", now))
			}
			if err != nil {
				return ledgerError(l.path, err)
			}
			id = now
		}
		return fn(of.name(minute, rest), size, modified)
	})
}

// scanName puts the name of an object together, of which a row has the parts before all else.
func scanName(scan func(...any) error, others ...any) (string, error) {
	var s series
	var minute int64
	var rest string
	err := scan(append([]any{&s.before, &s.middle, &s.after, &minute, &rest}, others...)...)
	return s.name(minute, rest), err
}

// Has reports whether the lake has an object of that size and modification time (ns since
// 1970): whether it was ingested, or skipped as none of its log files.
func (l *Ledger) Has(name string, size, modifiedNs int64) (yes bool, err error) {
	if err := l.renewed(); err != nil {
		return false, err
	}
	s, minute, rest := splitName(name)
	err = l.db.QueryRow(statement("has_object"), s.before, s.middle, s.after, minute, rest, size, modifiedNs).Scan(&yes)
	return yes, ledgerError(l.path, err)
}

// QuarantinedObjects streams the objects that are in quarantine as a whole: with size and
// modification time (ns since 1970) as they were then, and when that was, RFC 3339.
func (l *Ledger) QuarantinedObjects(fn func(name string, size, modifiedNs int64, at string) error) error {
	if err := l.renewed(); err != nil {
		return err
	}
	return l.rows("quarantined_objects", nil, func(scan func(...any) error) error {
		var size, modified int64
		var at string
		name, err := scanName(scan, &size, &modified, &at)
		if err != nil {
			return err
		}
		return fn(name, size, modified, at)
	})
}

// possibleObjects fails if the ledger says of an object what no commit writes.
func (l *Ledger) possibleObjects() error {
	impossible := func(name string) error {
		return damagedLedger(l.path, fmt.Errorf("what it says of log file %q cannot be", name))
	}
	if l.version < ledgerVersion {
		return l.eachOlderObject(l.db, func(o *Object, _ int64, _ string) error {
			if o.balance() != nil || o.Status != Ingested && o.Status != Quarantined && o.Status != Skipped {
				return impossible(o.Name)
			}
			return nil
		})
	}
	return l.rows("impossible_objects", nil, func(scan func(...any) error) error {
		name, err := scanName(scan)
		if err != nil {
			return err
		}
		return impossible(name)
	})
}
