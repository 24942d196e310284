package queries

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// overSmall is an engine over the lake of small, one for all tests that only read: to list
// the views they must all be made, which takes three seconds of the processor.
func overSmall(t testing.TB) *duckEngine {
	t.Helper()
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "roletrail-small-")
		if err != nil {
			t.Fatal(err)
		}
		shared.dir = dir
		shared.engine, err = openDuckDB(context.Background(), smallIn(t, dir), Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
	})
	if shared.engine == nil {
		t.Fatal("the engine that tests share could not be opened")
	}
	return shared.engine
}

var shared struct {
	once   sync.Once
	dir    string
	engine *duckEngine
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.engine != nil {
		shared.engine.Close()
	}
	if shared.dir != "" {
		os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}

// small is a lake with one event and one role.
func small(t testing.TB) lakeFiles { return smallIn(t, t.TempDir()) }

func smallIn(t testing.TB, dir string) lakeFiles {
	t.Helper()
	at := time.Date(2026, 7, 2, 10, 0, 0, 0, time.UTC)
	return newWorkshop(t).write(dir, world{
		events: []event{{EventID: "e1", EventTime: at, EventSource: "s3.amazonaws.com", EventName: "ListBuckets", Outcome: "success", RoleID: ptr("AROA1"), RoleARN: ptr("arn:aws:iam::111111111111:role/r"), SessionName: ptr("s"), SessionCreated: &at}},
		roles:  []inventoryRole{{ARN: "arn:aws:iam::111111111111:role/r", RoleID: "AROA1", AccountID: "111111111111", Name: "r", SnapshotDate: "2026-07-10"}},
		coverage: []coverageRow{{SourceObject: "o", AccountID: "111111111111", Region: ptr("eu-west-1"), Family: "CloudTrail", EventDate: "2026-07-02", Records: 1,
			FirstEvent: at, LastEvent: at}},
	})
}

// TestReadsOnly tries what a statement must not do, and looks that nothing came
// of it.
func TestReadsOnly(t *testing.T) {
	e := overSmall(t)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "out")
	refused := []string{
		"copy events to '" + target + "'", "copy (select 1) to '" + target + "' (format parquet)", "export database '" + target + "'",
		"attach '" + target + "' as x", "install httpfs", "load httpfs", "load '" + target + "'",
		"set memory_limit = '100GB'", "set enable_external_access = true", "reset enable_external_access", "set variable events_files = ['" + secret + "']",
		"set lock_configuration = false", "pragma enable_profiling", "pragma memory_limit='1TB'", "use lake",
		"create table x (a int)", "create temp table x as select 1", "create or replace view events as select 1", "create macro cardinality(a) as 1",
		"drop view events", "alter view events rename to x", "insert into lake.events select * from lake.events", "delete from events", "update events set event_id = ''",
		"begin", "commit", "checkpoint", "vacuum", "analyze", "call enable_logging()", "prepare p as select 1", "execute p",
		"select * from read_csv('" + secret + "')", "select * from read_text('" + secret + "')", "select * from read_blob('" + secret + "')",
		"select * from read_json('" + secret + "')", "select * from read_parquet('" + secret + "')", "select * from glob('/etc/*')",
		"select * from sniff_csv('" + secret + "')", "from '" + secret + "'", "select * from parquet_metadata('" + secret + "')",
		"select * from read_text('/proc/self/environ')", "select * from 'https://example.com/x.parquet'", "select * from 's3://bucket/x.parquet'",
		"select * from enable_logging(storage='file', storage_path='" + target + "')", `select * from "enable_logging" ()`, "select * from system.main.enable_logging/**/()",
		"select write_log('x')", "select E'\\'', write_log('x'), ''", "select $$'$$, write_log('x'), ''", "select $a$'$a$, write_log('x'), ''", "select * from query('select 1')", "select * from query_table('events')", "select * from force_checkpoint()",
		"select 1; select 2", "select 1; drop view events", "explain analyze create table x as select 1", "explain insert into lake.events select * from lake.events",
		"explain analyze copy (select 1) to '" + target + "'", "explain (format json) create table x (a int)",
		"with x as (delete from events returning *) select * from x", "", "   ", ";", "-- nothing",
	}
	for _, text := range refused {
		rows, err := e.SQL(context.Background(), text)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		if err == nil {
			t.Errorf("%q was not refused", text)
		}
	}
	if _, err := os.Stat(target); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a refused statement wrote %q", target)
	}
	rows, err := e.SQL(context.Background(), "select count(*), min(event_id) from events")
	if got := all(t, rows, err); !reflect.DeepEqual(got, [][]any{{int64(1), "e1"}}) {
		t.Errorf("after the attempts the lake reads %v", got)
	}
	rows, err = e.SQL(context.Background(), "show tables")
	if got := all(t, rows, err); len(got) != len(viewNames()) {
		t.Errorf("after the attempts the tables are %v", got)
	}
}

func TestReadersAreServed(t *testing.T) {
	e := overSmall(t)
	for _, text := range []string{
		"select * from events", "SELECT 1;", "with x as (select 1 as a) select * from x", "values (1), (2)", "from roles", "describe events", "show tables",
		"summarize roles", "explain select * from events", "explain analyze select * from events", "explain (format json) select 1", "/* hint */ select 1 -- done",
		"table coverage", "(select 1)", "select 'enable_logging()' as text", "select event_name as query from events", "show all tables",
	} {
		rows, err := e.SQL(context.Background(), text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if all(t, rows, nil) == nil {
			t.Errorf("%q gave no row", text)
		}
	}
}

func TestValues(t *testing.T) {
	e := openEmpty(t, Options{})
	at := time.Date(2026, 7, 1, 2, 3, 4, 567000, time.UTC)
	long := strings.Repeat("é", 300)
	for text, want := range map[string]any{
		"null": nil, "true": true, "cast(-7 as tinyint)": int64(-7), "cast(300 as smallint)": int64(300), "42": int64(42),
		"cast(9223372036854775807 as bigint)": int64(math.MaxInt64), "cast(255 as utinyint)": int64(255), "cast(18446744073709551615 as ubigint)": "18446744073709551615",
		"sum(7)": int64(7), "cast(-1 as hugeint)": int64(-1), "cast('-170141183460469231731687303715884105728' as hugeint)": "-170141183460469231731687303715884105728",
		"1.5": 1.5, "-0.25": -0.25, "cast(2 as float)": 2.0, "cast(1e300 as double)": 1e300, "cast('12345678901234567890123.5' as decimal(38,1))": 12345678901234567890123.5,
		"'short'": "short", "'exactly12byt'": "exactly12byt", "'thirteen byte'": "thirteen byte", "repeat('é', 300)": long, "''": "",
		"date '2026-07-01'": time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), "date '1969-12-31'": time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC),
		"timestamp '2026-07-01 02:03:04.000567'": at, "timestamptz '2026-07-01 04:03:04.000567+02'": at, "cast('2026-07-01 02:03:04' as timestamp_s)": at.Truncate(time.Second),
		"cast('{\"a\": 1}' as json)": `{"a": 1}`, "cast('ab' as blob)": "6162", "cast('00112233-4455-6677-8899-aabbccddeeff' as uuid)": "00112233-4455-6677-8899-aabbccddeeff",
		"interval '90' minute": "0 months 0 days 1h30m0s",
		"['a', null]":          []any{"a", nil}, "cast([] as varchar[])": []any{}, "[[1], [2, 3]]": []any{[]any{int64(1)}, []any{int64(2), int64(3)}},
		"{'a': 1, 'b': ['x']}": map[string]any{"a": int64(1), "b": []any{"x"}}, "map(['k'], [1])": map[string]any{"k": int64(1)},
		"[{'a': 'x'}, {'a': null}]": []any{map[string]any{"a": "x"}, map[string]any{"a": nil}},
	} {
		rows, err := e.SQL(context.Background(), "select "+text)
		got := all(t, rows, err)
		if len(got) != 1 || !reflect.DeepEqual(got[0][0], want) {
			t.Errorf("%s is %#v, want %#v", text, got, want)
		}
	}
}

// TestNestedValuesAcrossChunks reads lists whose vectors DuckDB keeps compressed.
func TestNestedValuesAcrossChunks(t *testing.T) {
	e := openEmpty(t, Options{})
	rows, err := e.SQL(context.Background(), `
		select i, case when i % 3 = 0 then null else [cast(i as varchar), 'same', null] end, {'a': [i]}, split('a,b', ','), 'const'
		from range(10000) as t(i) where i % 2 = 1 order by i`)
	got := all(t, rows, err)
	if len(got) != 5000 {
		t.Fatalf("%d rows", len(got))
	}
	for n, row := range got {
		i := int64(2*n + 1)
		list := any([]any{strconv.FormatInt(i, 10), "same", nil})
		if i%3 == 0 {
			list = nil
		}
		if want := []any{i, list, map[string]any{"a": []any{i}}, []any{"a", "b"}, "const"}; !reflect.DeepEqual(row, want) {
			t.Fatalf("row %d is %v, want %v", n, row, want)
		}
	}
}

// residentMB is the process's memory in use.
func residentMB(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc here to read the memory in use from")
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize() >> 20
}

// TestRowsStream starts a result of ten million rows (2 GB) and reads three: they
// are there at once, and nothing of the rest is in memory.
func TestRowsStream(t *testing.T) {
	e := openEmpty(t, Options{MemoryLimit: 200_000_000})
	runtime.GC()
	before := residentMB(t)
	rows, err := e.SQL(context.Background(), "select i, repeat('x', 200) || i from range(10000000) as t(i)")
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(3) {
		if !rows.Next() || rows.Row()[0] != i {
			t.Fatalf("row %d is %v (%v)", i, rows.Row(), rows.Err())
		}
	}
	if grown := residentMB(t) - before; grown > 250 {
		t.Errorf("three rows of ten million took %d MB", grown)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if rows.Next() {
		t.Error("there is a row after Close")
	}
	if err := rows.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

// TestMemoryLimitHolds wants an error, not a machine without memory, where no
// spilling helps.
func TestMemoryLimitHolds(t *testing.T) {
	e := openEmpty(t, Options{MemoryLimit: 50_000_000})
	rows, err := e.SQL(context.Background(), "select array_agg(repeat('x', 1000) || i) from range(1000000) as t(i)")
	if err == nil {
		rows.Next()
		err = rows.Err()
		rows.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "out of memory: it needs more than the limit of 50 MB; ask for less at a time") {
		t.Errorf("a gigabyte under 50MB: %v", err)
	}
}

func TestCancelInterrupts(t *testing.T) {
	e := openEmpty(t, Options{})
	for name, text := range map[string]string{
		"before the first row": "select count(*) from range(100000000000) as t(i) where hash(i) = 1",
		"between rows":         "select i from range(100000000000) as t(i)",
	} {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		start := time.Now()
		rows, err := e.SQL(ctx, text)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > 30*time.Second { // without an interrupt it takes many minutes
			t.Errorf("%s: stopped after %v", name, d)
		}
	}
	if _, err := e.SQL(context.Background(), "select 1"); err != nil {
		t.Errorf("after an interrupt: %v", err)
	}
}

// TestConcurrentStatements: a statement does not end another's rows.
func TestConcurrentStatements(t *testing.T) {
	e := overSmall(t)
	rows, err := e.SQL(context.Background(), "select i from range(100000) as t(i)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	rows.Next()
	other, err := e.SQL(context.Background(), "select count(*) from events")
	if got := all(t, other, err); got[0][0] != int64(1) {
		t.Errorf("the second statement reads %v", got)
	}
	n := 1
	for rows.Next() {
		n++
	}
	if n != 100000 || rows.Err() != nil {
		t.Errorf("the first statement ended after %d rows: %v", n, rows.Err())
	}
}

func TestNativeHandles(t *testing.T) {
	e := openEmpty(t, Options{})
	if e.version == "" || e.version[0] != 'v' {
		t.Errorf("the engine's version is %q", e.version)
	}
}

// TestDamagedFiles wants the file and the next step named, wherever the damage.
func TestDamagedFiles(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"cut":          func(b []byte) []byte { return b[:len(b)/2] },
		"empty":        func([]byte) []byte { return nil },
		"no magic":     func(b []byte) []byte { return append(b[:len(b)-4:len(b)-4], "XXXX"...) },
		"footer":       func(b []byte) []byte { clear(b[len(b)-200 : len(b)-8]); return b },
		"page header":  func(b []byte) []byte { return damagedAt(b, 4) },
		"page":         func(b []byte) []byte { return damagedAt(b, 31) },
		"column bytes": func(b []byte) []byte { clear(b[4 : len(b)/4]); return b },
	} {
		t.Run(name, func(t *testing.T) {
			f := small(t)
			path := f.tables[0].paths[0]
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(content), 0o644); err != nil {
				t.Fatal(err)
			}
			err = readAll(f)
			if err == nil {
				t.Fatal("a damaged file gave an answer")
			}
			if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "the file is damaged; restore it from a backup") {
				t.Errorf("the error names neither file nor next step: %v", err)
			}
		})
	}
}

// damagedAt overwrites a few bytes.
func damagedAt(b []byte, at int) []byte {
	copy(b[at:], "XXXX")
	return b
}

// TestNamingAFileIsNoDamage: a statement that may not touch a file, or takes its name
// for something else, says nothing about the file.
func TestNamingAFileIsNoDamage(t *testing.T) {
	e := overSmall(t)
	path := e.files.tables[0].paths[0]
	for _, text := range []string{
		"copy (select 1) to '" + path + "'", "copy (select 1) to '" + path + "' (format csv)", "select * from read_parquet('" + path + ".old')",
		"select * from read_text('" + path + ".old')", "select cast('" + path + "' as integer)", "select * from read_csv('" + path + "')", "select * from read_json('" + path + "')",
	} {
		rows, err := e.SQL(context.Background(), text)
		if err == nil {
			for rows.Next() {
			}
			err = errors.Join(rows.Err(), rows.Close())
		}
		if err == nil || strings.Contains(err.Error(), "damaged") || strings.Contains(err.Error(), "gone") {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

// TestNextStepOfAStatement: what DuckDB says is not always what its reader can do.
func TestNextStepOfAStatement(t *testing.T) {
	e := overSmall(t)
	for text, want := range map[string]string{
		"select 1; select 2":                            "one statement at a time: leave out what follows the first semicolon",
		"pivot role_use on outcome using count(*)":      "PIVOT must name its columns, as in PIVOT role_use ON outcome IN ('success', 'denied') USING count(*)",
		"from (pivot role_use on outcome using sum(1))": "PIVOT must name its columns",
		"select * from nope":                            "(show tables lists the views)",
		"describe nope":                                 "(show tables lists the views)",
	} {
		rows, err := e.SQL(context.Background(), text)
		if err == nil {
			rows.Close()
			t.Errorf("%s: no error", text)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	rows, err := e.SQL(context.Background(), "pivot role_use on outcome in ('success', 'denied') using count(*)")
	all(t, rows, err)
}

func readAll(f lakeFiles) error {
	e, err := openDuckDB(context.Background(), f, Options{})
	if err != nil {
		return err
	}
	defer e.Close()
	rows, err := e.SQL(context.Background(), "select * from events")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

// TestHostileRoleNames binds what would be SQL if it were spliced.
func TestHostileRoleNames(t *testing.T) {
	e := overSmall(t)
	for _, name := range []string{"r'; drop view events; --", "?", strings.Repeat("r", 100000), "r' or '1'='1", "%"} {
		for _, question := range []string{"last_used", "role_actions", "role_days", "roles_like"} {
			p := window()
			p.Role = name
			rows, err := e.Run(context.Background(), question, p)
			if err != nil {
				t.Errorf("%s of role %.20q: %v", question, name, err)
				continue
			}
			n := len(all(t, rows, nil))
			if n > 0 && (question == "last_used" || question == "role_actions" || question == "role_days") {
				t.Errorf("%s finds role %.20q", question, name)
			}
		}
	}
	rows, err := e.SQL(context.Background(), "select count(*) from events")
	if got := all(t, rows, err); got[0][0] != int64(1) {
		t.Errorf("the lake now reads %v", got)
	}
}

func TestBadQuestions(t *testing.T) {
	e := overSmall(t)
	good := window()
	for want, ask := range map[string]func() error{
		`finding question "nothing": there is none; the questions are accounts, changes, coverage, `: func() error { _, err := e.Run(context.Background(), "nothing", good); return err },
		`finding question "../last_used"`: func() error { _, err := e.Run(context.Background(), "../last_used", good); return err },
		"reading the window: it is empty": func() error {
			_, err := e.Run(context.Background(), "coverage", Params{Since: good.Until, Until: good.Since})
			return err
		},
		`reading account "1,2": it is no account id`: func() error {
			p := good
			p.Accounts = []string{"1,2"}
			_, err := e.Run(context.Background(), "coverage", p)
			return err
		},
		"reading the limit of thin coverage: 1.5 is not between 0 and 1": func() error {
			p := good
			p.ThinCoverage = 1.5
			_, err := e.Run(context.Background(), "coverage", p)
			return err
		},
		`reading role "r\x00": it has a NUL byte`: func() error {
			p := good
			p.Role = "r\x00"
			_, err := e.Run(context.Background(), "role_days", p)
			return err
		},
		"reading the statement: it has a NUL byte": func() error { _, err := e.SQL(context.Background(), "select 1\x00"); return err },
		"only statements that read are allowed":    func() error { _, err := e.SQL(context.Background(), "drop view events"); return err },
		"one statement at a time":                  func() error { _, err := e.SQL(context.Background(), "select 1; select 2"); return err },
		"Did you mean":                             func() error { _, err := e.SQL(context.Background(), "select * from event"); return err },
	} {
		if err := ask(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q in it", err, want)
		}
	}
}
