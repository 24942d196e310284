package parquet

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"roletrail/iam/history"
)

// Around implements [history.Memory] by what [Lake.Remember] kept.
func (l *Ledger) Around(subject string, m history.Moment) (before, after *history.Fact, err error) {
	if before, err = l.document("document_before", subject, m); err == nil {
		after, err = l.document("document_after", subject, m)
	}
	return before, after, err
}

func (l *Ledger) document(name, subject string, m history.Moment) (*history.Fact, error) {
	f := history.Fact{Subject: subject}
	var at int64
	err := l.db.QueryRow(statement(name), subject, m.At.UnixMicro(), m.Turn, m.Event).Scan(&at, &f.Turn, &f.Event, &f.Standing, &f.Text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	f.At = time.UnixMicro(at).UTC()
	return &f, ledgerError(l.path, err)
}

// AroundGroup is [history.InMemory.AroundGroup] by what [Lake.Remember] kept.
func (l *Ledger) AroundGroup(group string, m history.Moment, most int) (last []history.Fact, err error) {
	err = l.rows("documents_of_group", []any{group, m.At.UnixMicro(), m.Turn, m.Event, most}, func(scan func(...any) error) error {
		var f history.Fact
		var at int64
		err := scan(&f.Subject, &at, &f.Turn, &f.Event, &f.Standing, &f.Text)
		f.At = time.UnixMicro(at).UTC()
		last = append(last, f)
		return err
	})
	return last, err
}

// Untold are the files of tables of which nobody told [Lake.Remember] yet, in the order
// of the tables and then of [Lake.Files].
func (l *Lake) Untold(tables ...string) ([]DataFile, error) {
	told := map[string]bool{}
	err := l.ledger.rows("told", nil, func(scan func(...any) error) error {
		var path string
		err := scan(&path)
		told[path] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	files, err := l.FilesOf(tables...)
	if err != nil {
		return nil, err
	}
	var untold []DataFile
	for _, table := range tables {
		for _, f := range files[table] {
			if !told[f.Name] {
				untold = append(untold, f)
			}
		}
	}
	return untold, nil
}

// Remember keeps facts of a file in the ledger, of each subject the newest. told are files
// of which all facts are kept then. It may be told the same again.
func (l *Lake) Remember(facts []history.Fact, told ...DataFile) error {
	err := l.ledger.transaction(func(tx *sql.Tx) error {
		err := each(tx, "put_document", facts, func(f history.Fact) []any {
			return []any{f.Subject, f.At.UnixMicro(), f.Turn, f.Event, string(f.Standing), f.Text}
		})
		if err != nil {
			return err
		}
		err = each(tx, "trim_documents", facts, func(f history.Fact) []any { return []any{f.Subject, history.MaxKept - 1} })
		if err != nil {
			return err
		}
		return each(tx, "put_told", told, func(f DataFile) []any { return []any{f.Name} })
	})
	if err != nil {
		return fmt.Errorf("remembering documents: %w", err)
	}
	return nil
}

// ForgetTold forgets files that are gone.
func (l *Lake) ForgetTold() error {
	return l.ledger.transaction(func(tx *sql.Tx) error {
		_, err := tx.Exec(statement("forget_told"))
		return err
	})
}
