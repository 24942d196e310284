package parquet

import "database/sql"

// announcement is a file that was about to replace another of its path.
type announcement struct {
	path   string
	sha256 [32]byte
}

// announce records that a file is about to replace the one of its path. Readers
// accept both until the replacement is committed or settled. A file that was
// never committed is replaced without that.
func (l *Ledger) announce(path string, run int64, w Written) error {
	_, err := l.db.Exec(statement("put_replacing"), path, w.Bytes, w.SHA256[:], run)
	return ledgerError(l.path, err)
}

func (l *Ledger) announced() (all []announcement, err error) {
	err = l.rows("replacing", nil, func(scan func(...any) error) error {
		var a announcement
		var bytes int64
		var sum []byte
		if err := scan(&a.path, &bytes, &sum); err != nil {
			return err
		}
		copy(a.sha256[:], sum)
		all = append(all, a)
		return nil
	})
	return all, err
}

// settle ends an announcement; took is the new file if it has taken the place,
// else nil.
func (l *Ledger) settle(path string, took *FileEntry) error {
	return l.transaction(func(tx *sql.Tx) error {
		if took != nil {
			if _, err := tx.Exec(statement("settle"), path, took.Rows, took.Bytes, took.SHA256[:]); err != nil {
				return err
			}
		}
		_, err := tx.Exec(statement("drop_replacing"), path)
		return err
	})
}
