package parquet

import (
	"database/sql"
	"fmt"
)

// renew makes a ledger of this version of one of the version before, whose objects have their whole names, in one
// transaction: nobody sees it in between, and one that is interrupted is begun anew by the next writer. What they took
// is used again for others; the file does not become smaller.
func (l *Ledger) renew() error {
	if err := l.checkSchema(); err != nil {
		return err
	}
	err := l.transaction(func(tx *sql.Tx) error {
		if _, err := tx.Exec(statement("schema_objects")); err != nil {
			return err
		}
		w, err := newObjectWriter(tx)
		if err != nil {
			return err
		}
		if err := l.eachOlderObject(tx, w.put); err != nil {
			return err
		}
		_, err = tx.Exec(statement("drop_older_objects"))
		return err
	})
	if impossible(err) {
		return damagedLedger(l.path, err)
	}
	if err == nil {
		l.version = ledgerVersion
	}
	return err
}

// eachOlderObject streams the objects of a ledger of the version before, by name, with the run and the time of each.
func (l *Ledger) eachOlderObject(db querier, fn func(o *Object, run int64, at string) error) error {
	return eachRow(l.path, db, "older_objects", nil, func(scan func(...any) error) error {
		var o Object
		var run int64
		var at string
		err := scan(&o.Name, &o.Size, &o.ModifiedNs, &o.Status, &o.Reason, &o.Records, &o.Written, &o.Duplicate, &o.Quarantined, &run, &at)
		if err != nil {
			return err
		}
		return fn(&o, run, at)
	})
}

// renewed fails for a reader of a ledger of the version before, which only writers renew.
func (l *Ledger) renewed() error {
	if l.version < ledgerVersion {
		return fmt.Errorf("reading ledger %q: an older roletrail made it (version %d, not %d); any ingest into the lake renews it", l.path, l.version, ledgerVersion)
	}
	return nil
}
