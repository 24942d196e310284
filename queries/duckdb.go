package queries

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"

	duckdb "github.com/marcboeker/go-duckdb/v2"

	"roletrail/parquet"
)

// Options bound what DuckDB may take of the machine.
type Options struct {
	// MemoryLimit is DuckDB's memory limit in bytes; what does not fit spills to
	// TempDir. 0 means 640 MB.
	MemoryLimit int64
	// Threads is the number of worker threads; 0 means one per core, at most 8.
	Threads int
	// TempDir is where intermediate results spill. Empty means a folder of its own among the
	// system's temporary files, removed by Close, or by the next engine if nobody could.
	TempDir string
	// GiveUp ends the process. It is called when a statement of SQL has brought
	// the process far above MemoryLimit and is not stopped by an interrupt; err
	// says so. If it is nil such a statement goes on.
	GiveUp func(err error)
	// Progress, if set, is told how far statements are while they run.
	Progress func(Progress)
}

const (
	// maxThreads keeps a share of the memory limit for each thread that is enough
	// for its work.
	maxThreads = 8
	// maxSpill bounds what intermediate results take in TempDir.
	maxSpill = "10GB"
)

// duckEngine is DuckDB in memory over the files of one lake. It is safe for
// concurrent use: every statement has its own connection.
type duckEngine struct {
	connector *duckdb.Connector
	files     lakeFiles
	version   string
	ownTemp   *spill // to be removed by Close; nil: results spill elsewhere
	mixed     bool   // the files differ in their columns
	corrected bool   // events correct others, so that the views are other ones
	memory    int64  // limit in bytes
	giveUp    func(error)
	progress  func(Progress) // nil: nobody asks

	making sync.Mutex
	made   map[string]bool // late views that there are by now
	kept   map[string]bool // views that are tables by now

	closing sync.Once
}

// OpenDuckDB makes the views over the lake's files and locks the engine down:
// from then on it reads these files and nothing else, and no setting can be
// changed. It fails if the lake's files are not those of its ledger, or have
// not the columns of this version.
func OpenDuckDB(ctx context.Context, lake *parquet.Lake, o Options) (Engine, error) {
	for try := 1; ; try++ {
		files, err := listFiles(lake)
		if err != nil {
			return nil, err
		}
		e, err := openDuckDB(ctx, files, o)
		if err == nil {
			return e, nil
		}
		if try == openTries || !errors.Is(err, errGone) {
			return nil, err
		}
	}
}

// openTries is how often opening begins anew because a file was replaced meanwhile.
const openTries = 3

func openDuckDB(ctx context.Context, files lakeFiles, o Options) (*duckEngine, error) {
	e := &duckEngine{files: files, made: map[string]bool{}, kept: map[string]bool{}, memory: cmp.Or(o.MemoryLimit, defaultMemory), giveUp: o.GiveUp, progress: o.Progress}
	dsn, err := e.settings(o)
	if err != nil {
		return nil, err
	}
	e.connector, err = duckdb.NewConnector(dsn, e.prepareConnection)
	if err == nil {
		err = e.setUp(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening DuckDB over lake %q: %w", files.dir, err), e.Close())
	}
	return e, nil
}

// settings is the data source name: an in-memory database, no extension ever
// loaded over the network, no secret kept. What a statement took is given back to the
// system while the next one runs: else it stands beside what that takes.
func (e *duckEngine) settings(o Options) (string, error) {
	if e.memory < 0 {
		return "", fmt.Errorf("reading the memory limit: %d bytes are less than nothing", e.memory)
	}
	v := url.Values{
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"allow_persistent_secrets":     {"false"},
		"preserve_insertion_order":     {"false"},
		"allocator_background_threads": {"true"},
		"memory_limit":                 {strconv.FormatInt(e.memory, 10) + "B"},
		"temp_directory":               {o.TempDir},
		"max_temp_directory_size":      {maxSpill},
		"threads":                      {strconv.Itoa(cmp.Or(o.Threads, min(runtime.GOMAXPROCS(0), maxThreads)))},
	}
	if o.TempDir == "" {
		var err error
		if e.ownTemp, err = newSpill(); err != nil {
			return "", err
		}
		v.Set("temp_directory", e.ownTemp.dir)
	}
	return ":memory:?" + v.Encode(), nil
}

// prepareConnection hands a new connection the lists of files. They travel as
// bound values, so no path is ever part of a statement.
func (e *duckEngine) prepareConnection(c driver.ExecerContext) error {
	for _, t := range e.files.tables {
		if _, err := c.ExecContext(context.Background(), t.bind, []driver.NamedValue{{Ordinal: 1, Value: t.paths}}); err != nil {
			return fmt.Errorf("handing over the file list of %q: %w", t.name, err)
		}
	}
	for file, wanted := range map[string]bool{"duckdb/mixed.sql": e.mixed, "duckdb/progress.sql": e.progress != nil} {
		if !wanted {
			continue
		}
		text, err := texts.ReadFile(file)
		if err == nil {
			_, err = c.ExecContext(context.Background(), string(text), nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *duckEngine) connect(ctx context.Context) (*duckdb.Conn, error) {
	c, err := e.connector.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to DuckDB: %w", err)
	}
	return c.(*duckdb.Conn), nil
}

// Close frees the engine; rows still open must be closed before.
func (e *duckEngine) Close() error {
	var err error
	e.closing.Do(func() {
		if e.connector != nil {
			err = e.connector.Close()
		}
		err = errors.Join(err, e.ownTemp.remove())
	})
	return err
}

// query binds and starts one statement on a connection of its own. Cancelling
// ctx interrupts it, while it runs and while its rows are read.
func (e *duckEngine) query(ctx context.Context, text string, args []driver.Value) (*duckRows, error) {
	return e.start(ctx, text, args, func(*duckdb.Conn, *duckdb.Stmt, string) error { return nil })
}

func (e *duckEngine) start(ctx context.Context, text string, args []driver.Value, check func(*duckdb.Conn, *duckdb.Stmt, string) error) (_ *duckRows, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	conn, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	prepared, err := conn.Prepare(text)
	if err != nil {
		return nil, e.explain(oneStatement(text, err))
	}
	stmt := prepared.(*duckdb.Stmt)
	if ctx.Err() != nil { // planning can take long: constants are computed there
		return nil, errors.Join(e.ended(ctx, nil), stmt.Close())
	}
	if err := check(conn, stmt, text); err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	if err := stmt.Bind(ordinals(args)); err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	return e.stream(ctx, conn, stmt)
}

// stream takes over conn and stmt, also on error.
func (e *duckEngine) stream(ctx context.Context, conn *duckdb.Conn, stmt *duckdb.Stmt) (*duckRows, error) {
	connection, prepared, err := nativeHandles(conn, stmt)
	if err != nil {
		return nil, errors.Join(err, stmt.Close())
	}
	stopInterrupt, stopWatch := interruptOnDone(ctx, connection), e.watchProgress(connection)
	stop := func() { stopInterrupt(); stopWatch() }
	result, err := executeStreaming(prepared)
	if err != nil {
		stop()
		return nil, errors.Join(e.ended(ctx, err), stmt.Close())
	}
	return newDuckRows(ctx, e, result, func() error {
		stop()
		return errors.Join(stmt.Close(), conn.Close())
	})
}

// interruptOnDone interrupts the connection when ctx ends; stop waits until no
// interrupt can come any more.
func interruptOnDone(ctx context.Context, connection unsafe.Pointer) (stop func()) {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-ctx.Done():
			interrupt(connection)
		case <-done:
		}
	}()
	return sync.OnceFunc(func() { close(done); <-gone })
}

// nativeHandles reads the C handles out of the driver's objects: the driver has
// no streaming results, and hands its handles to nobody. The version is pinned;
// TestNativeHandles tells when a new one has other fields.
func nativeHandles(conn *duckdb.Conn, stmt *duckdb.Stmt) (connection, prepared unsafe.Pointer, err error) {
	if connection, err = nativeConnection(conn); err != nil {
		return nil, nil, err
	}
	s := reflect.ValueOf(stmt).Elem().FieldByName("preparedStmt")
	if !s.IsValid() || s.Kind() != reflect.Pointer {
		return nil, nil, errHandles
	}
	s = s.Elem().FieldByName("Ptr")
	if !s.IsValid() || s.Kind() != reflect.UnsafePointer {
		return nil, nil, errHandles
	}
	return connection, s.UnsafePointer(), nil
}

func nativeConnection(conn *duckdb.Conn) (unsafe.Pointer, error) {
	c := reflect.ValueOf(conn).Elem().FieldByName("conn")
	if c.IsValid() {
		c = c.FieldByName("Ptr")
	}
	if !c.IsValid() || c.Kind() != reflect.UnsafePointer {
		return nil, errHandles
	}
	return c.UnsafePointer(), nil
}

var errHandles = errors.New("reading the driver's handles: this version of go-duckdb keeps them elsewhere; use the pinned one")

// oneStatement words the driver's refusal of several statements for people. DuckDB
// makes several of a PIVOT whose columns depend on the rows.
func oneStatement(text string, err error) error {
	switch {
	case !strings.Contains(err.Error(), "multi-statement"):
		return err
	case slices.ContainsFunc(tokenize(text), func(t string) bool { return strings.EqualFold(t, "pivot") || strings.EqualFold(t, "pivot_wider") }):
		return errors.New("PIVOT must name its columns, as in PIVOT role_use ON outcome IN ('success', 'denied') USING count(*)")
	}
	return errors.New("one statement at a time: leave out what follows the first semicolon")
}

func ordinals(args []driver.Value) []driver.NamedValue {
	named := make([]driver.NamedValue, len(args))
	for i, a := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return named
}

// SQL runs one statement that reads. Which statements do is DuckDB's own
// classification after parsing, not ours of the text.
func (e *duckEngine) SQL(ctx context.Context, text string) (Rows, error) {
	switch {
	case strings.Contains(text, "\x00"):
		return nil, errors.New("reading the statement: it has a NUL byte")
	case len(tokenize(text)) == 0:
		return nil, errors.New("reading the statement: it is empty")
	}
	if err := checkFunctions(text); err != nil {
		return nil, err
	}
	if err := e.makeViews(ctx, text, nil); err != nil {
		return nil, fmt.Errorf("running the statement: %w", err)
	}
	ctx, stop := e.watchMemory(ctx)
	rows, err := e.start(ctx, text, nil, checkReads)
	if err != nil {
		stop()
		return nil, fmt.Errorf("running the statement: %w", err)
	}
	return &watchedRows{rows, stop}, nil
}

// errWrites refuses a statement.
var errWrites = errors.New("only statements that read are allowed (SELECT, WITH, VALUES, FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN); copy the lake to change it elsewhere")

// checkReads refuses every statement type but SELECT, which includes WITH,
// VALUES, FROM, DESCRIBE, SHOW and SUMMARIZE, and EXPLAIN of one of these:
// EXPLAIN ANALYZE runs what it explains.
func checkReads(conn *duckdb.Conn, s *duckdb.Stmt, text string) error {
	t, err := s.StatementType()
	switch {
	case err != nil:
		return err
	case t == duckdb.STATEMENT_TYPE_SELECT:
		return nil
	case t != duckdb.STATEMENT_TYPE_EXPLAIN:
		return errWrites
	}
	explained, ok := afterExplain(text)
	if !ok {
		return errWrites
	}
	inner, err := conn.Prepare(explained)
	if err != nil {
		return err
	}
	innerType, err := inner.(*duckdb.Stmt).StatementType()
	if err == nil && innerType != duckdb.STATEMENT_TYPE_SELECT {
		err = errWrites
	}
	return errors.Join(err, inner.Close())
}
