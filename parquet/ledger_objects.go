package parquet

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
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
	e := objectEntry{name: o.Name, numbers: [...]int64{o.Size, o.ModifiedNs, o.Records, o.Written, o.Duplicate, o.Quarantined, run}}
	if o.Status != Ingested {
		e.status, e.reason, e.at = present(string(o.Status)), present(o.Reason), present(at)
	}
	_, err := w.putObject.Exec(w.id, minute, rest, o.Size, o.ModifiedNs, o.Records, o.Written, o.Duplicate, o.Quarantined, run,
		orNull(e.status), orNull(e.reason), orNull(e.at), int64(e.checksum()))
	return err
}

func present(text string) sql.NullString { return sql.NullString{String: text, Valid: true} }

// orNull is a text as a statement takes it, faster than database/sql finds that out.
func orNull(text sql.NullString) any {
	if !text.Valid {
		return nil
	}
	return text.String
}

// objectEntry is all that a ledger says of an object.
type objectEntry struct {
	name               string
	numbers            [7]int64       // size, modified_ns, records, written, duplicate, quarantined, run_id
	status, reason, at sql.NullString // null: ingested
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is by what a changed byte is found of any of it: CRC-32C of its texts, each after its length and whether there
// is one, and of its numbers.
func (e *objectEntry) checksum() int32 {
	var room [512]byte
	all := room[:0]
	for _, text := range [...]sql.NullString{present(e.name), e.status, e.reason, e.at} {
		all = strconv.AppendBool(all, text.Valid)
		all = append(binary.BigEndian.AppendUint64(all, uint64(len(text.String))), text.String...)
	}
	for _, number := range e.numbers {
		all = binary.BigEndian.AppendUint64(all, uint64(number))
	}
	return int32(crc32.Checksum(all, castagnoli))
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
	var size, modified int64
	return l.eachObject("known", []any{&size, &modified}, func(name string) error { return fn(name, size, modified) })
}

// eachObject calls fn for every row of a statement, whose columns are series, minute and rest of an object's name, and
// then those that are scanned into others.
func (l *Ledger) eachObject(text string, others []any, fn func(name string) error) error {
	tx, err := l.db.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return ledgerError(l.path, err)
	}
	defer tx.Rollback()
	var of series // that of the row before
	var before, id, minute int64
	var rest string
	into := append([]any{&id, &minute, &rest}, others...)
	return eachRow(l.path, tx, text, nil, func(scan func(...any) error) error {
		if err := scan(into...); err != nil {
			return damagedLedger(l.path, err) // it has other types
		}
		if id != before {
			err := tx.QueryRow(statement("series"), id).Scan(&of.before, &of.middle, &of.after)
			if errors.Is(err, sql.ErrNoRows) {
				return damagedLedger(l.path, fmt.Errorf("it has log files of a series %d, and no such series", id))
			}
			if err != nil {
				return ledgerError(l.path, err)
			}
			before = id
		}
		if of.middle == "" && minute != 0 {
			return damagedLedger(l.path, fmt.Errorf("it has a minute of log file %q, whose name has none", of.name(minute, rest)))
		}
		return fn(of.name(minute, rest))
	})
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
	var size, modified int64
	var at string
	return l.eachObject("quarantined_objects", []any{&size, &modified, &at}, func(name string) error { return fn(name, size, modified, at) })
}

// wholeObjects fails if what the ledger says of an object is not what was written.
func (l *Ledger) wholeObjects() error {
	impossible := func(name string) error {
		return damagedLedger(l.path, fmt.Errorf("what it says of log file %q is not what was written", name))
	}
	if l.version < ledgerVersion { // which has no checksums
		return l.eachOlderObject(l.db, func(o *Object, _ int64, _ string) error {
			if o.balance() != nil || o.Status != Ingested && o.Status != Quarantined && o.Status != Skipped {
				return impossible(o.Name)
			}
			return nil
		})
	}
	var e objectEntry
	var checksum int32
	into := []any{}
	for i := range e.numbers {
		into = append(into, &e.numbers[i])
	}
	return l.eachObject("objects", append(into, &e.status, &e.reason, &e.at, &checksum), func(name string) error {
		if e.name = name; e.checksum() != checksum {
			return impossible(name)
		}
		return nil
	})
}
