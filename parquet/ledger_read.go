package parquet

import (
	"database/sql"
	"fmt"
)

// NewestRun tells the newest run from every other one of any ledger: whoever has seen it knows that
// nobody else has written since. It is empty before the first.
func (l *Ledger) NewestRun() (run string, err error) {
	err = l.rows("newest_run", nil, func(scan func(...any) error) error {
		var id int64
		var started string
		err := scan(&id, &started)
		run = fmt.Sprint(id, " ", started)
		return err
	})
	return run, err
}

// RecordReasons streams the reasons of single records in quarantine that begin with
// prefix, each reason of an object once.
func (l *Ledger) RecordReasons(prefix string, fn func(object, reason string) error) error {
	return l.rows("record_reasons", []any{prefix}, func(scan func(...any) error) error {
		var object, reason string
		if err := scan(&object, &reason); err != nil {
			return err
		}
		return fn(object, reason)
	})
}

// Quarantined lists the newest entries of the quarantine, at most limit; a
// negative limit means all.
func (l *Ledger) Quarantined(limit int) (entries []QuarantineEntry, err error) {
	err = l.eachQuarantined(limit, func(q QuarantineEntry) error {
		entries = append(entries, q)
		return nil
	})
	return entries, err
}

// EachQuarantined streams all entries of the quarantine, the newest first.
func (l *Ledger) EachQuarantined(fn func(QuarantineEntry) error) error {
	return l.eachQuarantined(-1, fn)
}

func (l *Ledger) eachQuarantined(limit int, fn func(QuarantineEntry) error) error {
	return l.rows("quarantined", []any{limit}, func(scan func(...any) error) error {
		var q QuarantineEntry
		var record sql.NullInt64
		var sum []byte
		if err := scan(&q.Object, &q.Offset, &record, &q.Reason, &q.Detail, &sum, &q.At); err != nil {
			return err
		}
		q.Record = WholeObject
		if record.Valid {
			q.Record = record.Int64
		}
		copy(q.SHA256[:], sum)
		return fn(q)
	})
}

// Totals are the sums over the whole ledger. Objects and Records are those the
// lake knows now: an object read again counts once.
type Totals struct {
	Ingested, Skipped, Quarantined                  int64 // objects
	Records, Written, Duplicate, QuarantinedRecords int64 // records
	Files, Rows, Bytes                              int64 // data files, their rows and bytes
	QuarantineEntries                               int64
}

// Totals sums up the ledger.
func (l *Ledger) Totals() (t Totals, err error) {
	if err := l.renewed(); err != nil {
		return t, err
	}
	err = l.db.QueryRow(statement("totals")).Scan(&t.Ingested, &t.Skipped, &t.Quarantined,
		&t.Records, &t.Written, &t.Duplicate, &t.QuarantinedRecords,
		&t.Files, &t.Rows, &t.Bytes, &t.QuarantineEntries)
	return t, ledgerError(l.path, err)
}

// files are the entries of all tables, each by path, as of one moment.
func (l *Ledger) files() (map[string]map[string]FileEntry, error) {
	files := map[string]map[string]FileEntry{}
	err := l.rows("files", nil, func(scan func(...any) error) error {
		var f FileEntry
		var sum []byte
		var replacing sql.NullInt64
		if err := scan(&f.Path, &f.Table, &f.Partition, &f.Rows, &f.Bytes, &sum, &replacing); err != nil {
			return err
		}
		copy(f.SHA256[:], sum)
		f.replacingBytes = -1
		if replacing.Valid {
			f.replacingBytes = replacing.Int64
		}
		if t, day, err := place(f.Path); err != nil || t.name != f.Table || day != f.Partition {
			return damagedLedger(l.path, fmt.Errorf("it names a file %q in table %q", f.Path, f.Table))
		}
		if files[f.Table] == nil {
			files[f.Table] = map[string]FileEntry{}
		}
		files[f.Table][f.Path] = f
		return nil
	})
	return files, err
}

// rows calls fn for every row of a statement's result.
func (l *Ledger) rows(name string, args []any, fn func(scan func(...any) error) error) error {
	return eachRow(l.path, l.db, name, args, fn)
}

// querier is a ledger, or a transaction of it.
type querier interface {
	Query(text string, args ...any) (*sql.Rows, error)
}

func eachRow(path string, from querier, name string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := from.Query(statement(name), args...)
	if err != nil {
		return ledgerError(path, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return ledgerError(path, rows.Err())
}

// interrupted reports whether the newest run did not come to its end.
func (l *Ledger) interrupted() (yes bool, err error) {
	err = l.db.QueryRow(statement("interrupted")).Scan(&yes)
	return yes, ledgerError(l.path, err)
}
