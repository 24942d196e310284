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
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roletrail/cloudtrail"
)

// athenaStandIn answers as Athena does, over its JSON protocol. What it knows of a lake is
// what the stand-in for Trino does.
type athenaStandIn struct {
	t      *testing.T
	server *httptest.Server
	trino  *standIn // answers, by statement

	mu       sync.Mutex
	started  []athenaStart
	looks    map[string]int
	stopped  []string
	pageSize int
	slow     bool // statements run at the first look
	// refuse is the code and message that a call is refused with, by its name.
	refuse map[string][2]string
}

type athenaStart struct {
	QueryString           string
	ExecutionParameters   []string
	WorkGroup             string
	ClientRequestToken    string
	QueryExecutionContext struct{ Database, Catalog string }
	ResultConfiguration   struct{ OutputLocation string }
}

func newAthenaStandIn(t *testing.T) *athenaStandIn {
	s := &athenaStandIn{t: t, trino: &standIn{t: t}, looks: map[string]int{}, pageSize: 1000, refuse: map[string][2]string{}}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_ATHENA": s.server.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "", "AWS_MAX_ATTEMPTS": "3", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	return s
}

func (s *athenaStandIn) serve(w http.ResponseWriter, r *http.Request) {
	_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	s.mu.Lock()
	defer s.mu.Unlock()
	if why, ok := s.refuse[call]; ok {
		w.WriteHeader(http.StatusBadRequest)
		s.write(w, map[string]string{"__type": why[0], "Message": why[1]})
		return
	}
	var asked struct {
		athenaStart
		QueryExecutionId, NextToken string
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		s.t.Errorf("%s: %v", call, err)
	}
	switch call {
	case "StartQueryExecution":
		s.started = append(s.started, asked.athenaStart)
		s.write(w, map[string]string{"QueryExecutionId": fmt.Sprint(len(s.started) - 1)})
	case "GetQueryExecution":
		s.write(w, map[string]any{"QueryExecution": s.execution(asked.QueryExecutionId)})
	case "GetQueryResults":
		s.write(w, s.results(asked.QueryExecutionId, asked.NextToken))
	case "StopQueryExecution":
		s.stopped = append(s.stopped, asked.QueryExecutionId)
		s.write(w, map[string]string{})
	default:
		s.t.Errorf("the stand-in does not know %q", call)
	}
}

func (s *athenaStandIn) write(w io.Writer, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.t.Error(err)
	}
}

// of is the answer of a statement that was started.
func (s *athenaStandIn) of(id string) (athenaStart, answer) {
	var n int
	if _, err := fmt.Sscan(id, &n); err != nil || n >= len(s.started) {
		s.t.Errorf("there is no statement %q", id)
		return athenaStart{}, answer{}
	}
	start := s.started[n]
	if s.trino.answer != nil {
		if doc, ok := s.trino.answer(start.QueryString).(answer); ok {
			return start, doc
		}
	}
	return start, s.trino.lake(start.QueryString).(answer)
}

// execution is how far a statement has come; one that sleeps goes on for ever.
func (s *athenaStandIn) execution(id string) map[string]any {
	start, doc := s.of(id)
	s.looks[id]++
	status := map[string]any{"State": "RUNNING"}
	switch {
	case strings.Contains(start.QueryString, "sleep") || s.slow && s.looks[id] == 1:
	case doc.Error == nil:
		status = map[string]any{"State": "SUCCEEDED"}
	default:
		status = map[string]any{"State": doc.Error["errorName"], "StateChangeReason": doc.Error["message"]}
	}
	return map[string]any{
		"QueryExecutionId": id, "Status": status, "StatementType": "DML",
		"EngineVersion": map[string]string{"EffectiveEngineVersion": "Athena engine version 3"},
		"Statistics":    map[string]any{"DataScannedInBytes": 123_456_789},
	}
}

// results is a page of an answer; the first has the names of the columns before its rows.
func (s *athenaStandIn) results(id, token string) map[string]any {
	_, doc := s.of(id)
	var infos []map[string]any
	var head []any
	for _, c := range doc.Columns {
		kind, _, _ := strings.Cut(c.Type, "(")
		if strings.HasSuffix(c.Type, "with time zone") {
			kind = "timestamp with time zone"
		}
		infos = append(infos, map[string]any{"Name": c.Name, "Label": c.Name, "Type": kind})
		head = append(head, c.Name)
	}
	all := append([][]any{head}, doc.Data...)
	from := 0
	if token != "" {
		if _, err := fmt.Sscan(token, &from); err != nil {
			s.t.Error(err)
		}
	}
	to := min(from+s.pageSize, len(all))
	var rows []map[string]any
	for _, row := range all[from:to] {
		var data []map[string]any
		for _, cell := range row {
			if cell == nil {
				data = append(data, map[string]any{})
				continue
			}
			data = append(data, map[string]any{"VarCharValue": athenaText(cell)})
		}
		rows = append(rows, map[string]any{"Data": data})
	}
	page := map[string]any{"ResultSet": map[string]any{"Rows": rows, "ResultSetMetadata": map[string]any{"ColumnInfo": infos}}}
	if to < len(all) {
		page["NextToken"] = fmt.Sprint(to)
	}
	return page
}

// athenaText is a value as Athena writes it.
func athenaText(v any) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	var texts []string
	for _, element := range list {
		if element == nil {
			element = "null"
		}
		texts = append(texts, fmt.Sprint(element))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func (s *athenaStandIn) open(ctx context.Context, spent func(AthenaSpent)) (Engine, error) {
	return OpenAthena(ctx, AthenaOptions{Workgroup: "reports", Output: "s3://answers/here/", Database: "roletrail", Spent: spent})
}

// TestAthenaCells reads each kind of value, and NULL of each, over several pages.
func TestAthenaCells(t *testing.T) {
	s := newAthenaStandIn(t)
	nothing := []any{nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}
	s.trino.answer = func(statement string) any {
		if statement != "select everything" {
			return nil
		}
		return answer{
			Columns: []answerColumn{
				columnOf("v", "varchar"), columnOf("n", "bigint"), columnOf("i", "integer"), columnOf("d", "double"), columnOf("e", "decimal(5,2)"), columnOf("b", "boolean"),
				columnOf("t", "timestamp(6)"), columnOf("z", "timestamp(3) with time zone"), columnOf("day", "date"), columnOf("l", "array(varchar)"), columnOf("r", "row(a)"),
			},
			Data: [][]any{
				{"Grüße, 世界", int64(1) << 60, 7, 0.25, "12.50", true, "2026-07-01 12:00:00.123456", "2026-07-01 14:00:00.000 Europe/Berlin", "2026-07-01", []any{"a,b", nil, ""}, "{a=1}"},
				nothing,
				{"", -1, 0, "NaN", "-0.5", false, "2026-07-01 12:00:00", "2026-07-01 12:00:00.000 UTC", "2026-07-01", []any{}, "{}"},
			},
		}
	}
	e, err := s.open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s.pageSize = 2
	rows, err := e.SQL(t.Context(), "select everything")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, c := range rows.Columns() {
		kinds = append(kinds, c.Type)
	}
	if want := []string{"varchar", "bigint", "bigint", "double", "double", "boolean", "timestamp", "timestamp", "date", "list", "varchar"}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("the types are %v", kinds)
	}
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	day := noon.Truncate(24 * time.Hour)
	got := all(t, rows, nil)
	if len(got) == 3 && fmt.Sprint(got[2][3]) == "NaN" {
		got[2][3] = "not a number" // which equals nothing
	}
	want := [][]any{
		{"Grüße, 世界", int64(1) << 60, int64(7), 0.25, 12.5, true, noon.Add(123456 * time.Microsecond), noon, day, []any{"a,b", nil, ""}, "{a=1}"},
		nothing,
		{"", int64(-1), int64(0), "not a number", -0.5, false, noon, noon, day, []any{}, "{}"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the rows are\n%#v, want\n%#v", got, want)
	}
}

// TestAthenaBindsValues: what would be SQL if it were spliced arrives as an argument of its
// own, and the statement is the embedded one.
func TestAthenaBindsValues(t *testing.T) {
	s := newAthenaStandIn(t)
	var spent []AthenaSpent
	e, err := s.open(t.Context(), func(one AthenaSpent) { spent = append(spent, one) })
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	p := window()
	p.Role = "r'; drop table events; --"
	if rows, err := e.Run(t.Context(), "unused_summary", p); err == nil {
		t.Error("the stand-in has answered", rows.Close())
	}
	last := s.started[len(s.started)-1]
	text, err := texts.ReadFile("unused_summary.sql")
	if err != nil || last.QueryString != string(text) {
		t.Errorf("the statement is %.80q …, %v", last.QueryString, err)
	}
	for _, want := range []string{"'r''; drop table events; --'", "9e-01", "NULL"} {
		if !slices.Contains(last.ExecutionParameters, want) {
			t.Errorf("the values are %q, without %s", last.ExecutionParameters, want)
		}
	}
	marks := slices.DeleteFunc(tokenize(last.QueryString), func(token string) bool { return token != "?" }) // without those of comments
	if len(marks) != len(last.ExecutionParameters) {
		t.Errorf("%d values for %d question marks", len(last.ExecutionParameters), len(marks))
	}
	if last.WorkGroup != "reports" || last.ResultConfiguration.OutputLocation != "s3://answers/here/" || last.QueryExecutionContext.Database != "roletrail" || last.ClientRequestToken == "" {
		t.Errorf("asked was %+v", last)
	}
	if len(spent) != len(s.started) || spent[0].Bytes != 123_456_789 || spent[0].Dollars != 124*5e-6 {
		t.Errorf("%d statements, spent was %v", len(s.started), spent)
	}
	p.Role = ""
	for n := range 100 {
		p.Accounts = append(p.Accounts, fmt.Sprintf("%012d", n))
	}
	before := len(s.started)
	if _, err := e.Run(t.Context(), "unused_summary", p); err == nil || !strings.Contains(err.Error(), "it has 1301 characters, and Athena takes 1024") || len(s.started) != before {
		t.Errorf("of a hundred accounts: %v", err)
	}
}

// TestAthenaRelease: the version is the one that Athena tells, when a statement has ended.
func TestAthenaRelease(t *testing.T) {
	s := newAthenaStandIn(t)
	s.slow = true
	e, err := s.open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got := e.(*catalogued).version; got != "athena engine version 3" {
		t.Errorf("it is %q", got)
	}
	if s.looks["0"] != 2 {
		t.Errorf("%d looks at the first statement", s.looks["0"])
	}
}

func TestAthenaDollars(t *testing.T) {
	for bytes, want := range map[int64]float64{0: 10 * 5e-6, 10_000_001: 11 * 5e-6, 1_000_000_000_000: 5} {
		if got := athenaDollars(bytes); got != want {
			t.Errorf("%d bytes cost %v, want %v", bytes, got, want)
		}
	}
}

// TestAthenaErrors wants one line and the next step of each.
func TestAthenaErrors(t *testing.T) {
	at := func(part string, doc any) func(string) any {
		return func(statement string) any {
			if strings.Contains(statement, part) {
				return doc
			}
			return nil
		}
	}
	for want, answer := range map[string]func(string) any{
		"Table 'awsdatacatalog.roletrail.events' does not exist; run deploy/sql/athena.sql and views.sql":       at("max(derivation)", failure("FAILED", "TABLE_NOT_FOUND: line 3:6: Table 'awsdatacatalog.roletrail.events' does not exist")),
		"the statement was cancelled; somebody has stopped it in Athena: Query cancelled by user":               at("lake.replaced", failure("CANCELLED", "Query cancelled\nby user")),
		"Bytes scanned limit was exceeded; ask about less, or raise the workgroup's limit":                      at("lake.replaced", failure("CANCELLED", "Query cancelled! : Bytes scanned limit was exceeded")),
		"Access Denied (Service: Amazon S3; Status Code: 403); let this identity ask Athena, and read the lake": at("lake.replaced", failure("FAILED", "HIVE_CANNOT_OPEN_SPLIT: Access Denied (Service: Amazon S3; Status Code: 403)")),
		"there is no table files.trails; run deploy/sql/athena.sql":                                             at("information_schema", without("trails", "")),
		"table files.events has no column event_id: it was made for an older lake":                              at("information_schema", without("events", "event_id")),
		fmt.Sprintf("the lake has events of rules %d, and this program knows", cloudtrail.Derivation+1):         at("max(derivation)", single("derivation", "integer", cloudtrail.Derivation+1)),
		"view lake.events has 3 events that later ones correct; run deploy/sql/corrected.sql":                   at("lake.replaced", single("events", "bigint", 3)),
		"Query exhausted resources at this scale factor; ask about less, or ask again later":                    at("lake.replaced", failure("FAILED", "Query exhausted resources at this scale factor")),
		"opening Athena in eu-west-1, workgroup reports, database roletrail: SYNTAX_ERROR: line 1:1: no viable": at("lake.replaced", failure("FAILED", "SYNTAX_ERROR: line 1:1: no viable alternative")),
	} {
		s := newAthenaStandIn(t)
		s.trino.answer = answer
		wantAthenaError(t, s, want)
	}
}

// without are the columns of the tables but for a table, or a column of it.
func without(table, column string) any {
	return tableColumns(func(name string, columns *[]string) {
		if name == table {
			*columns = slices.DeleteFunc(*columns, func(c string) bool { return column == "" || c == column })
		}
	})
}

func wantAthenaError(t *testing.T, s *athenaStandIn, want string) {
	t.Helper()
	e, err := s.open(t.Context(), nil)
	if err == nil {
		t.Errorf("no error, want %q", want)
		e.Close()
		return
	}
	if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %q, want %q in it and one line", err, want)
	}
}

// TestAthenaRefuses: calls that are refused, and one that nobody takes.
func TestAthenaRefuses(t *testing.T) {
	for want, why := range map[string][3]string{
		"WorkGroup reports is not found.; name a workgroup of this account":                                         {"StartQueryExecution", "InvalidRequestException", "WorkGroup reports is not found."},
		"No output location provided; name a place in S3 for answers with --athena-output":                          {"StartQueryExecution", "InvalidRequestException", "No output location provided"},
		"athena:StartQueryExecution is refused; let this identity ask Athena":                                       {"StartQueryExecution", "AccessDeniedException", "athena:StartQueryExecution is refused"},
		"The security token is invalid; name a profile with AWS_PROFILE, or sign in again":                          {"StartQueryExecution", "UnrecognizedClientException", "The security token is invalid"},
		"Rate exceeded; ask again when fewer statements run":                                                        {"StartQueryExecution", "TooManyRequestsException", "Rate exceeded"},
		"athena:GetQueryResults is refused; let this identity ask Athena, and read the lake and the answers":        {"GetQueryResults", "AccessDeniedException", "athena:GetQueryResults is refused"},
		"athena:GetQueryExecution is refused; let this identity ask Athena, and read the lake and the answers (pol": {"GetQueryExecution", "AccessDeniedException", "athena:GetQueryExecution is refused"},
	} {
		s := newAthenaStandIn(t)
		s.refuse[why[0]] = [2]string{why[1], why[2]}
		wantAthenaError(t, s, want)
		if why[0] == "GetQueryExecution" && len(s.stopped) != 1 {
			t.Errorf("a statement goes on that nobody can look after")
		}
	}
	s := newAthenaStandIn(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	t.Setenv("AWS_ENDPOINT_URL_ATHENA", "http://"+listener.Addr().String())
	wantAthenaError(t, s, "it cannot be reached: dial tcp")
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	wantAthenaError(t, s, "finding credentials: ")
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	wantAthenaError(t, s, "no Region is set; name that of the workgroup with AWS_REGION or AWS_PROFILE")
}

// TestAthenaCancelled: a statement that is given up is stopped.
func TestAthenaCancelled(t *testing.T) {
	s := newAthenaStandIn(t)
	e, err := s.open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := e.SQL(ctx, "select sleep"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.stopped) != 1 || !strings.Contains(s.started[len(s.started)-1].QueryString, "sleep") || s.stopped[0] != fmt.Sprint(len(s.started)-1) {
		t.Errorf("stopped were %v of %d", s.stopped, len(s.started))
	}
}
