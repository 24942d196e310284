package parquet

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Suspect is a lake whose ledger and files may not agree. Its opener holds the writer's
// lock until Close, so that no run changes the lake meanwhile.
type Suspect struct {
	dir  string
	lock *lock
	lake *Lake // after Mend
}

// SuspectLake opens the lake in dir, in whatever state it is, to be examined and mended.
// It changes nothing.
func SuspectLake(dir string) (*Suspect, error) {
	err := checkLake(dir)
	s := &Suspect{dir: dir}
	if err == nil {
		s.lock, err = acquire(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("opening lake %q: %w", dir, err)
	}
	return s, nil
}

// Dir is the lake's folder as it was given.
func (s *Suspect) Dir() string { return s.dir }

// Close gives the lock back. Closing twice does nothing.
func (s *Suspect) Close() error {
	if s.lake != nil {
		err := s.lake.Close() // with the lock
		s.lake, s.lock = nil, nil
		return err
	}
	if s.lock == nil {
		return nil
	}
	err := s.lock.release()
	s.lock = nil
	return err
}

func (s *Suspect) abs(path string) string { return filepath.Join(s.dir, filepath.FromSlash(path)) }

// book is what a ledger says, as far as it can be relied on.
type book struct {
	usable      bool
	why         *Finding             // it is not usable
	files       map[string]FileEntry // by path
	announced   map[string][32]byte  // SHA-256 of files about to take the place of those of their path
	interrupted bool                 // its newest run did not come to its end
}

// readBook reads the ledger. One that must be left alone, as it is of another version or
// must not be read, is an error; one that is lost or damaged is told in the book.
func (s *Suspect) readBook() (*book, error) {
	path, err := filepath.Abs(s.abs(ledgerName))
	if err != nil {
		return nil, err
	}
	lost := &book{why: &Finding{LedgerLost, ledgerName, "it is missing or empty: the lake does not know which of its files count, nor what was read"}}
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist), err == nil && info.Mode().IsRegular() && info.Size() == 0:
		return lost, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return &book{why: &Finding{LedgerDamaged, ledgerName, "it is no file but a link or a folder, and links in a lake are not followed"}}, nil
	}
	b := &book{files: map[string]FileEntry{}, announced: map[string][32]byte{}}
	l, blank, err := connect(path, ledgerDSN(path, false, false))
	switch {
	case err == nil && blank:
		return lost, l.close()
	case err == nil:
		err = errors.Join(b.read(l), l.close())
	}
	var damage *ledgerDamage
	switch {
	case errors.As(err, &damage):
		return &book{why: &Finding{LedgerDamaged, ledgerName, damage.Error()}}, nil
	case err != nil:
		return nil, err
	}
	b.usable = true
	return b, nil
}

func (b *book) read(l *Ledger) error {
	if err := l.integrity(); err != nil {
		return err
	}
	tables, err := l.files()
	if err != nil {
		return err
	}
	for _, files := range tables {
		for path, f := range files {
			b.files[path] = f
		}
	}
	announced, err := l.announced()
	if err != nil {
		return err
	}
	for _, a := range announced {
		if _, _, err := place(a.path); err != nil {
			return damagedLedger(l.path, err)
		}
		b.announced[a.path] = a.sha256
	}
	b.interrupted, err = l.interrupted()
	return err
}

// integrity lets SQLite look at every page, index and constraint.
func (l *Ledger) integrity() error {
	err := l.rows("integrity", nil, func(scan func(...any) error) error {
		var problem string
		if err := scan(&problem); err != nil {
			return err
		}
		if problem != "ok" {
			return damagedLedger(l.path, errors.New(problem))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := l.checkSchema(); err != nil {
		return err
	}
	if err := l.wholeObjects(); err != nil {
		return err
	}
	return l.rows("foreign_keys", nil, func(scan func(...any) error) error {
		var table, parent string
		var row sql.NullInt64
		if err := scan(&table, &row, &parent); err != nil {
			return err
		}
		return damagedLedger(l.path, fmt.Errorf("a row of %s has no row of %s that it is of", table, parent))
	})
}

// checkSchema holds the ledger's own description of its tables, which nothing in SQLite
// vouches for, against that of a new one. Of the tables that the next writer adds any may be missing.
func (l *Ledger) checkSchema() error {
	needed, err := freshSchema(l.version, nil)
	if err != nil {
		return err
	}
	known, err := freshSchema(l.version, addedTables)
	if err != nil {
		return err
	}
	have, err := l.schemaTexts()
	if err != nil {
		return err
	}
	if !within(needed, have) || !within(have, known) {
		err = damagedLedger(l.path, errors.New("its tables are not those of a ledger"))
	}
	return err
}

// within reports whether all of some texts are among others, by name.
func within(some, others map[string]string) bool {
	for name, text := range some {
		if other, ok := others[name]; !ok || other != text {
			return false
		}
	}
	return true
}

// freshSchema is what a new ledger says of its tables, with some of those that were added.
func freshSchema(version int64, added []string) (map[string]string, error) {
	fresh, _, err := connect(":memory:", ":memory:")
	if err != nil {
		return nil, err
	}
	fresh.db.SetMaxOpenConns(1) // each connection would have a database of its own
	if err := fresh.createVersion(version, added); err != nil {
		return nil, errors.Join(err, fresh.close())
	}
	texts, err := fresh.schemaTexts()
	return texts, errors.Join(err, fresh.close())
}

// schemaTexts is what the ledger says of its tables and indexes, by name.
func (l *Ledger) schemaTexts() (map[string]string, error) {
	texts := map[string]string{}
	err := l.rows("schema_texts", nil, func(scan func(...any) error) error {
		var name, text string
		err := scan(&name, &text)
		texts[name] = text
		return err
	})
	return texts, err
}
