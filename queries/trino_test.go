package queries

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

// standIn answers as a Trino does. make integration asks a real one.
type standIn struct {
	t       *testing.T
	server  *httptest.Server
	mu      sync.Mutex
	asked   []string
	headers []http.Header
	// answer is the document for a statement; nil leaves that to the defaults of a lake
	// of this version.
	answer func(statement string) any
	// stopped is closed when the client cancels a statement.
	stopped chan struct{}
}

type answer struct {
	ID      string         `json:"id"`
	Columns []answerColumn `json:"columns,omitempty"`
	Data    [][]any        `json:"data,omitempty"`
	NextURI string         `json:"nextUri,omitempty"`
	Error   map[string]any `json:"error,omitempty"`
	Stats   map[string]any `json:"stats"`
}

type answerColumn struct {
	Name      string         `json:"name"`
	Type      string         `json:"type"`
	Signature map[string]any `json:"typeSignature"`
}

func columnOf(name, kind string) answerColumn {
	raw, _, _ := strings.Cut(kind, "(")
	arguments := []any{}
	if element, ok := strings.CutPrefix(kind, "array("); ok {
		arguments = append(arguments, map[string]any{"kind": "TYPE", "value": columnOf("", strings.TrimSuffix(element, ")")).Signature})
	}
	return answerColumn{name, kind, map[string]any{"rawType": raw, "arguments": arguments}}
}

func newStandIn(t *testing.T) *standIn {
	s := &standIn{t: t, stopped: make(chan struct{})}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	return s
}

func (s *standIn) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodDelete {
		close(s.stopped)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		if err := json.NewEncoder(w).Encode(s.page(r.URL.Path)); err != nil {
			s.t.Error(err)
		}
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	statement := string(body)
	s.mu.Lock()
	s.asked, s.headers = append(s.asked, statement), append(s.headers, r.Header)
	s.mu.Unlock()
	if err := json.NewEncoder(w).Encode(s.running(len(s.asked) - 1)); err != nil {
		s.t.Error(err)
	}
}

func (s *standIn) running(statement int) answer {
	return answer{ID: "1", NextURI: fmt.Sprintf("%s/%d", s.server.URL, statement), Stats: map[string]any{"state": "RUNNING", "progressPercentage": 25, "processedBytes": 123_456_789}}
}

// page is what a statement has come to; one that sleeps goes on for ever.
func (s *standIn) page(path string) any {
	number, err := strconv.Atoi(strings.TrimPrefix(path, "/"))
	if err != nil {
		s.t.Error(err)
	}
	s.mu.Lock()
	statement := s.asked[number]
	s.mu.Unlock()
	if strings.Contains(statement, "sleep") {
		time.Sleep(10 * time.Millisecond)
		return s.running(number)
	}
	if s.answer != nil {
		if doc := s.answer(statement); doc != nil {
			return doc
		}
	}
	return s.lake(statement)
}

// lake answers what is asked at opening as a lake of this version does.
func (s *standIn) lake(statement string) any {
	switch {
	case strings.Contains(statement, "version()"):
		return single("version", "varchar", "476")
	case strings.Contains(statement, "information_schema"):
		return tableColumns(func(string, *[]string) {})
	case strings.Contains(statement, "lake.replaced"):
		return single("events", "bigint", 0)
	case strings.Contains(statement, "max(derivation)"):
		return single("derivation", "integer", cloudtrail.Derivation)
	}
	return failure("SYNTAX_ERROR", "the stand-in does not know this statement")
}

// tableColumns are those of this version's tables, as change leaves them.
func tableColumns(change func(table string, columns *[]string)) any {
	a := answer{ID: "1", Columns: []answerColumn{columnOf("table_name", "varchar"), columnOf("column_name", "varchar")}, Stats: map[string]any{"state": "FINISHED"}}
	for _, schema := range parquet.Schemas() {
		var columns []string
		for _, c := range schema.Columns {
			columns = append(columns, c.Name)
		}
		if key := parquet.PartitionKey(schema); key != "" {
			columns = append(columns, key)
		}
		change(path.Base(schema.Table), &columns)
		for _, name := range columns {
			a.Data = append(a.Data, []any{path.Base(schema.Table), name})
		}
	}
	return a
}

func single(name, kind string, value any) any {
	return answer{ID: "1", Columns: []answerColumn{columnOf(name, kind)}, Data: [][]any{{value}}, Stats: map[string]any{"state": "FINISHED"}}
}

func failure(name, message string) any {
	return answer{ID: "1", Error: map[string]any{"errorName": name, "errorType": "USER_ERROR", "message": message}, Stats: map[string]any{"state": "FAILED"}}
}

func (s *standIn) open() (Engine, error) {
	return OpenTrino(context.Background(), TrinoOptions{URL: s.server.URL, Catalog: "hive", Schema: "roletrail"})
}

// TestTrinoCells reads each kind of value, and NULL of each.
func TestTrinoCells(t *testing.T) {
	s := newStandIn(t)
	s.answer = func(statement string) any {
		if statement != "select everything" {
			return nil
		}
		return answer{
			ID: "1", Stats: map[string]any{"state": "FINISHED"},
			Columns: []answerColumn{
				columnOf("v", "varchar"), columnOf("n", "bigint"), columnOf("i", "integer"), columnOf("d", "double"), columnOf("e", "decimal(5,2)"),
				columnOf("b", "boolean"), columnOf("t", "timestamp(6)"), columnOf("z", "timestamp(6) with time zone"), columnOf("day", "date"), columnOf("l", "array(varchar)"),
			},
			Data: [][]any{
				{"Grüße, 世界 \u0000", int64(1) << 60, 7, 0.25, "12.50", true, "2026-07-01 12:00:00.123456", "2026-07-01 12:00:00.000000 UTC", "2026-07-01", []any{"a", nil}},
				{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
			},
		}
	}
	e, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	rows, err := e.SQL(context.Background(), "select everything")
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, c := range rows.Columns() {
		types = append(types, c.Type)
	}
	if want := []string{"varchar", "bigint", "bigint", "double", "double", "boolean", "timestamp", "timestamp", "date", "list"}; !reflect.DeepEqual(types, want) {
		t.Errorf("the types are %v", types)
	}
	got := all(t, rows, nil)
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	want := [][]any{
		{"Grüße, 世界 \u0000", int64(1) << 60, int64(7), 0.25, 12.5, true, noon.Add(123456 * time.Microsecond), noon, noon.Truncate(24 * time.Hour), []any{"a", nil}},
		{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the rows are\n%#v, want\n%#v", got, want)
	}
}

// openScratch opens an engine that may make tables, of which the stand-in says that they are
// made and dropped.
func (s *standIn) openScratch() Engine {
	s.t.Helper()
	s.answer = func(statement string) any {
		if strings.Contains(statement, "create table hive.") || strings.Contains(statement, "drop table if exists hive.") {
			return single("rows", "bigint", 1)
		}
		return nil
	}
	e, err := OpenTrino(context.Background(), TrinoOptions{URL: s.server.URL, Catalog: "hive", Schema: "roletrail", Scratch: "hive.scratch"})
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

// TestTrinoBindsValues: what would be SQL if it were spliced arrives as a text, and numbers
// and NULL as such.
func TestTrinoBindsValues(t *testing.T) {
	s := newStandIn(t)
	e := s.openScratch()
	defer e.Close()
	p := window()
	p.Role = "r'; drop table events; --"
	before := len(s.asked)
	if rows, err := e.Run(context.Background(), "unused_summary", p); err == nil {
		t.Error("the stand-in has answered", rows.Close())
	}
	var bound string
	for _, statement := range s.asked[before:] {
		text, values, _ := strings.Cut(statement, "' USING ")
		if strings.Contains(text, "drop table events") {
			t.Errorf("the statement is %.80q …", statement)
		}
		bound += values + "\n"
	}
	for _, want := range []string{"'r''; drop table events; --'", "9e-01", "NULL", "'2026-"} {
		if !strings.Contains(bound, want) {
			t.Errorf("the values are %s, without %s", bound, want)
		}
	}
	if session := strings.Join(s.headers[0].Values("X-Trino-Session"), ","); !strings.Contains(session, "hive.timestamp_precision=MICROSECONDS") {
		t.Errorf("the session is %q", session)
	}
}

var scratchTable = regexp.MustCompile(`hive\.scratch\.roletrail_[a-z0-9]+_[0-9]+_[a-z0-9_]+`)

// TestTrinoDropsItsTables: those of a question with its rows, also if it fails, and those of views,
// which the next question reads again, at the end.
func TestTrinoDropsItsTables(t *testing.T) {
	s := newStandIn(t)
	e := s.openScratch()
	of := func(from int, word string) (tables []string) {
		for _, statement := range s.asked[from:] {
			if at := strings.Index(statement, word+" "); at >= 0 {
				tables = append(tables, scratchTable.FindString(statement[at:]))
			}
		}
		slices.Sort(tables)
		return tables
	}
	var made []string
	for range 2 {
		before := len(s.asked)
		if rows, err := e.Run(context.Background(), "last_used", window()); err == nil {
			t.Error("the stand-in has answered", rows.Close())
		}
		made = append(made, of(before, "create table")...)
	}
	views := slices.DeleteFunc(slices.Clone(made), func(name string) bool { return strings.Contains(name, "last_used") })
	if len(views) < 5 || len(slices.Compact(slices.Clone(made))) != len(made) {
		t.Errorf("made were %q", made)
	}
	before := len(s.asked)
	if dropped := of(0, "drop table if exists"); len(dropped) != len(made)-len(views) || len(dropped) == 0 {
		t.Errorf("after two questions %q are dropped", dropped)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	slices.Sort(made)
	if dropped := of(0, "drop table if exists"); !slices.Equal(dropped, made) || len(s.asked) == before {
		t.Errorf("dropped are\n%q, made were\n%q", dropped, made)
	}
}

// TestTrinoRefusesWhatIsTooDeep without a schema for tables, before the server is asked,
// in one line. These are the questions, and no others.
func TestTrinoRefusesWhatIsTooDeep(t *testing.T) {
	s := newStandIn(t)
	e, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	before := len(s.asked)
	var refused []string
	for _, question := range Questions() {
		_, err = e.Run(context.Background(), question, window())
		if question == "meta_versions" && err == nil { // asked at opening, too
			continue
		}
		if err == nil {
			t.Errorf("%s: the stand-in has answered", question)
		} else if strings.HasSuffix(err.Error(), "which is too deep for this engine to plan; name a schema for tables with --trino-scratch, or use --engine duckdb") {
			refused = append(refused, question)
		} else if !strings.Contains(err.Error(), "the stand-in does not know this statement") {
			t.Errorf("%s: the error is %v", question, err)
		}
	}
	want := []string{
		"changes", "last_used", "newest_sessions", "role_callers", "role_sessions", "session_list", "unexpected",
	}
	if !slices.Equal(refused, want) {
		t.Errorf("refused are %q", refused)
	}
	if asked := len(s.asked) - before; asked != len(Questions())-len(want) {
		t.Errorf("%d statements came to the server", asked)
	}
}

// TestTrinoErrors wants one line and the next step of each.
func TestTrinoErrors(t *testing.T) {
	at := func(part string, doc any) func(string) any {
		return func(statement string) any {
			if strings.Contains(statement, part) {
				return doc
			}
			return nil
		}
	}
	for want, answer := range map[string]func(string) any{
		"Catalog 'hive' not found; name the catalogue in which deploy/sql/trino.sql was run with --trino-catalog":                 at("version()", failure("CATALOG_NOT_FOUND", "line 1:1: Catalog 'hive' not found")),
		"Access Denied: Cannot select from table files.events; let the user read":                                                 at("lake.replaced", failure("PERMISSION_DENIED", "Access Denied: Cannot select\nfrom table files.events")),
		"run deploy/sql/trino.sql and views.sql, or name their schema":                                                            at("max(derivation)", failure("TABLE_NOT_FOUND", "line 3:6: Table 'hive.roletrail.events' does not exist")),
		"view lake.events has 3 events that later ones correct; run deploy/sql/corrected.sql":                                     at("lake.replaced", single("events", "bigint", 3)),
		fmt.Sprintf("the lake has events of rules %d, and this program knows %d", cloudtrail.Derivation+1, cloudtrail.Derivation): at("max(derivation)", single("derivation", "integer", cloudtrail.Derivation+1)),
		"there is no table files.trails; run deploy/sql/trino.sql": at("information_schema", tableColumns(func(table string, columns *[]string) {
			if table == "trails" {
				*columns = nil
			}
		})),
		"table files.events has no column event_id: it was made for an older lake": at("information_schema", tableColumns(func(table string, columns *[]string) {
			if table == "events" {
				*columns = (*columns)[1:]
			}
		})),
		`table files.roles has a column "mood", which this program does not know: it was made for a newer lake`: at("information_schema", tableColumns(func(table string, columns *[]string) {
			if table == "roles" {
				*columns = append(*columns, "mood")
			}
		})),
	} {
		s := newStandIn(t)
		s.answer = answer
		e, err := s.open()
		if err == nil {
			t.Errorf("no error, want %q", want)
			e.Close()
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error is %q, want %q in it and one line", err, want)
		}
	}
}

// TestTrinoOutOfReach: nobody listens, somebody else does, or nobody is let in.
func TestTrinoOutOfReach(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := listener.Addr().String()
	listener.Close()
	status := func(code int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
		t.Cleanup(server.Close)
		return server.URL
	}
	for address, want := range map[string]string{
		"http://" + gone:                   "cannot be reached",
		status(http.StatusUnauthorized):    "lets this user not in (401)",
		status(http.StatusForbidden):       "does not allow this user to ask (403)",
		status(http.StatusNotFound):        "answers with status 404, not as a Trino does",
		"http://u:secret@" + gone:          "a password needs https",
		"trino.example.com:8080":           "it must be like https://USER@HOST:PORT",
		"https://u:secret@%zz":             "it must be like https://USER@HOST:PORT",
		"ftp://u:secret@trino.example.com": "it must be like https://USER@HOST:PORT",
	} {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err := OpenTrino(ctx, TrinoOptions{URL: address, Catalog: "hive", Schema: "roletrail"})
		cancel()
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error is %v", address, err)
		} else if !strings.Contains(err.Error(), want) && !(strings.Contains(address, gone) && errors.Is(err, context.DeadlineExceeded)) {
			t.Errorf("%s: the error is %q, want %q in it", address, err, want)
		}
	}
}

// TestTrinoCancelled: a statement that is given up is stopped on the server, too.
func TestTrinoCancelled(t *testing.T) {
	s := newStandIn(t)
	e, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	rows, err := e.SQL(ctx, "select sleep")
	if err == nil {
		for rows.Next() {
		}
		err = errors.Join(rows.Err(), rows.Close())
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	select {
	case <-s.stopped:
	case <-time.After(10 * time.Second):
		t.Error("the statement goes on")
	}
}

// TestStartsReading knows statements that read by their beginning, and no others.
func TestStartsReading(t *testing.T) {
	for text, want := range map[string]bool{
		"select 1": true, "(select 1)": true, " -- delete\nWITH a as (select 1) select * from a": true, "values 1": true, "table events": true, "show tables": true,
		"describe events": true, "explain select 1": true, "explain analyze verbose select 1": true, "explain (type distributed, format json) select 1": true, "explain (select 1)": true,
		"delete from events": false, "explain analyze delete from events": false, "explain analyze verbose insert into a select 1": false, "explain (type io) drop table a": false,
		"call system.sync_partition_metadata('a')": false, "create table a as select 1": false, "set session a = 1": false, "execute a": false, "": false, "explain": false, "(": false,
	} {
		if got := startsReading(tokenize(text)); got != want {
			t.Errorf("%q reads: %v", text, got)
		}
	}
}
