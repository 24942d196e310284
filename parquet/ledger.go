package parquet

import (
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	ledgerName    = "ledger.sqlite"
	applicationID = 0x7274726c // "rtrl"

	// ledgerVersion is that of the ledger and of all files of a lake, which it vouches for:
	//  1  times with a zone in the data files (isAdjustedToUTC=true), which cannot be
	//     read together with others
	//  2  times without
	//  3  names of objects in parts; writers make it of version 2
	ledgerVersion  = 3
	renewedVersion = 2
)

//go:embed ledger/*.sql
var ledgerSQL embed.FS

// statement is the text of ledger/NAME.sql.
func statement(name string) string {
	text, err := ledgerSQL.ReadFile("ledger/" + name + ".sql")
	if err != nil {
		panic(err) // a test names every statement
	}
	return string(text)
}

// Ledger is the book of a lake: which objects were read, which files hold what
// they gave, and what was put aside. It is safe for concurrent use.
type Ledger struct {
	db       *sql.DB
	path     string
	version  int64
	doubtful atomic.Bool // a commit failed, see certain
}

// openLedger opens the ledger of the lake in dir. A writer makes it if it is
// missing or blank; a reader gets nil for a blank one, which is being made.
func openLedger(dir string, write bool) (*Ledger, error) {
	path, err := filepath.Abs(filepath.Join(dir, ledgerName))
	if err != nil {
		return nil, err
	}
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("opening ledger %q: it is no file but a link or a folder, and links in a lake are not followed; put the file itself there", path)
	}
	if err != nil || info.Size() == 0 {
		if err := requireNoData(dir); err != nil {
			return nil, err
		}
	}
	l, blank, err := connect(path, ledgerDSN(path, write, false))
	if unwritable(err) && !write && noWAL(path) {
		l, blank, err = connect(path, ledgerDSN(path, write, true))
	}
	if err != nil {
		return nil, err
	}
	if !blank {
		if write && l.version < ledgerVersion {
			err = l.renew()
		}
		if err == nil && write {
			err = l.addTables()
		}
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		return l, nil
	}
	err = requireNoData(dir)
	if err == nil && write {
		err = l.create()
	}
	if err != nil || !write {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// connect opens the database and reports whether it is empty.
func connect(path, dsn string) (*Ledger, bool, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, false, ledgerError(path, err)
	}
	l := &Ledger{db: db, path: path}
	blank, err := l.blank()
	if err != nil {
		return nil, false, errors.Join(err, l.close())
	}
	return l, blank, nil
}

// unwritable reports whether a reader could not make the files that SQLite shares
// between processes, as on a read-only mount.
func unwritable(err error) bool {
	var code *sqlite.Error
	return errors.As(err, &code) && (code.Code()&0xff == sqlite3.SQLITE_CANTOPEN || code.Code()&0xff == sqlite3.SQLITE_READONLY)
}

// impossible reports whether a row is against a constraint of its table.
func impossible(err error) bool {
	var code *sqlite.Error
	return errors.As(err, &code) && code.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}

// noWAL reports whether everything committed is in the ledger file itself.
func noWAL(path string) bool {
	info, err := os.Lstat(path + "-wal")
	return err != nil || info.Size() == 0
}

// ledgerDSN is a URI, in which a path may hold any character. immutable is for a
// reader where nothing can be written and so nobody writes.
func ledgerDSN(path string, write, immutable bool) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	q := url.Values{
		"_pragma": {"busy_timeout(10000)", "foreign_keys(1)", "trusted_schema(0)", "cell_size_check(1)", "cache_size(-4096)", "temp_store(memory)"},
		"_dqs":    {"0"},
	}
	if write {
		q.Set("mode", "rwc")
		q.Set("_txlock", "immediate")
		q["_pragma"] = append(q["_pragma"], "journal_mode(wal)", "synchronous(full)")
	} else {
		q.Set("mode", "ro")
		q["_pragma"] = append(q["_pragma"], "query_only(1)")
	}
	if immutable {
		q.Set("immutable", "1")
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// blank reports whether the file is an empty database, and fails if it is
// anything else than that or a ledger of this version.
func (l *Ledger) blank() (bool, error) {
	var id, version, objects int64
	l.version = ledgerVersion // of one that is made
	if err := l.db.QueryRow(statement("identity")).Scan(&id, &version, &objects); err != nil {
		return false, ledgerError(l.path, err)
	}
	switch {
	case id == 0 && version == 0 && objects == 0:
		return true, nil
	case id != applicationID:
		return false, damagedLedger(l.path, errors.New("it is no ledger of roletrail"))
	case version > ledgerVersion:
		return false, fmt.Errorf("reading ledger %q: version %d was made by a newer roletrail; use that one", l.path, version)
	case version >= 1 && version < renewedVersion:
		return false, fmt.Errorf("reading ledger %q: an older roletrail made this lake (version %d, not %d), and its files do not go together with new ones; "+
			"move it away, or name another with --lake, and make it anew from the logs, inventories and trails", l.path, version, ledgerVersion)
	case version < 1:
		return false, damagedLedger(l.path, fmt.Errorf("it has version %d", version))
	}
	l.version = version
	return false, nil
}

// addedTables are the statements of tables that ledgers of older builds do not have.
var addedTables = []string{"outbox", "schema_documents", "schema_seen"}

// addTables gives a ledger of an older build the tables that it does not have.
func (l *Ledger) addTables() error {
	for _, name := range addedTables {
		if _, err := l.db.Exec(statement(name)); err != nil {
			return ledgerError(l.path, err)
		}
	}
	return nil
}

func (l *Ledger) create() error { return l.createVersion(ledgerVersion, addedTables) }

func (l *Ledger) createVersion(version int64, added []string) error {
	objects := "schema_objects"
	if version < ledgerVersion {
		objects = "older_schema_objects"
	}
	return l.transaction(func(tx *sql.Tx) error {
		for _, name := range append([]string{"schema", objects}, added...) {
			if _, err := tx.Exec(statement(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// transaction runs do and commits, or undoes everything.
func (l *Ledger) transaction(do func(*sql.Tx) error) error {
	tx, err := l.db.Begin()
	if err != nil {
		return ledgerError(l.path, err)
	}
	if err := do(tx); err != nil {
		return errors.Join(ledgerError(l.path, err), ignoreDone(tx.Rollback()))
	}
	return l.end(tx)
}

func (l *Ledger) end(tx *sql.Tx) error {
	err := tx.Commit()
	l.doubtful.Store(err != nil)
	return ledgerError(l.path, err)
}

// certain makes sure that what is read from the ledger is what will be read from
// it after a crash. It is not when a commit failed in its last sync: the log may
// hold all of it, and only this process knows that it does not count. Emptying the
// log settles that.
func (l *Ledger) certain() error {
	if !l.doubtful.Load() {
		return nil
	}
	var busy bool
	var frames, moved int64
	if err := l.db.QueryRow(statement("empty_log")).Scan(&busy, &frames, &moved); err != nil {
		return ledgerError(l.path, err)
	}
	if busy {
		return fmt.Errorf("ledger %q: its log is being read by another process", l.path)
	}
	l.doubtful.Store(false)
	return nil
}

// ignoreDone: SQLite has undone some failed transactions by itself.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func (l *Ledger) close() error { return ledgerError(l.path, l.db.Close()) }

// ledgerError names the ledger and says what to do about damage and full disks.
func ledgerError(path string, err error) error {
	var code *sqlite.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &code):
		return fmt.Errorf("ledger %q: %w", path, err)
	}
	switch code.Code() & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return damagedLedger(path, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("writing ledger %q: no space left on the disk; free some and %s: %w", path, goesOn, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("ledger %q: the system refused to read or write it; see to the disk and to the limit on the size of files (ulimit -f), then %s: %w", path, goesOn, err)
	case sqlite3.SQLITE_READONLY:
		return fmt.Errorf("ledger %q: it must not be written; see to its permissions: %w", path, err)
	}
	return fmt.Errorf("ledger %q: %w", path, err)
}

func damagedLedger(path string, err error) error {
	return fmt.Errorf("reading ledger %q: %w; %s", path, &ledgerDamage{err}, restoreAll)
}

// ledgerDamage is why a ledger is not what this program wrote.
type ledgerDamage struct{ cause error }

func (d *ledgerDamage) Error() string { return fmt.Sprintf("it is damaged (%v)", d.cause) }
func (d *ledgerDamage) Unwrap() error { return d.cause }

// ledgerTime is how times are kept: UTC, to the nanosecond, sortable as text.
const ledgerTime = "2006-01-02T15:04:05.000000000Z"

func now() string { return time.Now().UTC().Format(ledgerTime) }
