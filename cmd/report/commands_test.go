package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
)

func TestLastUsed(t *testing.T) {
	engine := newFake()
	got := try(t, engine, "", "last-used", "--quarter", "2026Q3", "--account", "111111111111", "--account", "222222222222",
		"--role", "deploy", "--inventory", "2026-09-30", "--format", "csv")
	want := "account_id,role_arn,role_name,role_id,verdict,last_used,uses,sessions,callers\n" +
		"111111111111,arn:aws:iam::111111111111:role/deploy,deploy,AROA1,active,2026-09-28T14:03:05Z,7,2,1\n" +
		"222222222222,arn:aws:iam::222222222222:role/deploy,deploy,,never_used,,0,0,0\n"
	if got.code != cli.ExitDone || got.stdout != want {
		t.Errorf("got %+v, want %s", got, want)
	}
	if !strings.HasPrefix(got.stderr, "window: 2026-07-01 00:00 to 2026-10-01 00:00 UTC (92 days)\n") {
		t.Errorf("stderr = %q", got.stderr)
	}
	asked := queries.Params{
		Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		Accounts: []string{"111111111111", "222222222222"}, Role: "deploy",
		InventoryDate: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), ThinCoverage: 0.9,
	}
	if !reflect.DeepEqual(engine.params, asked) {
		t.Errorf("asked %+v, want %+v", engine.params, asked)
	}
	if !engine.closed {
		t.Error("the engine was left open")
	}
}

func TestCoverage(t *testing.T) {
	for args, want := range map[string]string{
		"coverage --format ndjson":        `{"account_id":"111111111111","events":20}` + "\n",
		"coverage --gaps --format ndjson": `{"account_id":"111111111111","day":"2026-09-28"}` + "\n",
	} {
		if got := try(t, newFake(), "", strings.Fields(args)...); got.code != cli.ExitDone || got.stdout != want {
			t.Errorf("%s: got %+v, want %s", args, got, want)
		}
	}
}

func TestThinCoverageOfTheConfiguration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(path, []byte("coverage: {thin_below: 0}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	engine := newFake()
	try(t, engine, "", "coverage", "--config", path)
	if share := engine.params.ThinCoverage; share <= 0 || share > 1e-9 {
		t.Errorf("thin_below 0 became %v, want next to nothing but not the default", share)
	}
}

func TestRoleAsJSON(t *testing.T) {
	got := try(t, newFake(), "", "role", "deploy", "--format", "json")
	var answer struct {
		Meta map[string]any
		Rows []map[string]any
	}
	if err := json.Unmarshal([]byte(got.stdout), &answer); err != nil || got.code != cli.ExitDone {
		t.Fatalf("%v in %+v", err, got)
	}
	if len(answer.Rows) != 2 || answer.Meta["since"] == nil {
		t.Fatalf("got %+v", answer)
	}
	first, second := answer.Rows[0], answer.Rows[1]
	for _, tc := range []struct {
		got, want any
	}{
		{first["actions"], []any{map[string]any{"event_name": "PutObject", "uses": 5.0}, map[string]any{"event_name": "GetObject", "uses": 2.0}}},
		{first["caller_list"], []any{map[string]any{"caller": "lambda.amazonaws.com"}}},
		{first["session_list"], []any{}},
		{first["sessions"], 2.0},
		{first["days"], []any{}},
		{first["uses"], 7.0},
		{second["actions"], []any{}},
		{second["session_list"], []any{map[string]any{"role_session_name": "nobody"}}},
	} {
		if !reflect.DeepEqual(tc.got, tc.want) {
			t.Errorf("got %v, want %v", tc.got, tc.want)
		}
	}
}

func TestRoleAsCSV(t *testing.T) {
	got := try(t, newFake(), "", "role", "deploy", "--format", "csv")
	lines := strings.Split(got.stdout, "\n")
	if len(lines) != 4 || !strings.HasSuffix(lines[0], ",uses,sessions,callers,owner,actions,attempts,caller_list,session_list,days") {
		t.Fatalf("got %+v", got)
	}
	want := `7,2,1,,"[{""event_name"":""PutObject"",""uses"":5},{""event_name"":""GetObject"",""uses"":2}]",[],"[{""caller"":""lambda.amazonaws.com""}]",[],[]`
	if !strings.HasSuffix(lines[1], want) {
		t.Errorf("got %s, want … %s", lines[1], want)
	}
}

func TestRoleAsTables(t *testing.T) {
	got := try(t, newFake(), "", "role", "deploy", "--wide")
	for _, want := range []string{
		"\nrole arn:aws:iam::111111111111:role/deploy AROA1\n", "\nrole arn:aws:iam::222222222222:role/deploy\n",
		"\nactions\nevent_name  uses\nPutObject      5\n", "\ndays\nno rows\n", "last_used   2026-09-28 14:03\n",
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in\n%s", want, got.stdout)
		}
	}
}

func TestUnknownRole(t *testing.T) {
	engine := newFake()
	engine.answers["last_used"] = gathered{columns: engine.answers["last_used"].columns}
	got := try(t, engine, "", "role", "deplyo")
	want := outcome{cli.ExitFailed, "", "report: finding role \"deplyo\": neither the logs nor the inventory know it\ndid you mean \"deploy\" or \"deploy-eu\"?\n"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got = try(t, engine, "", "last-used", "--role", "deplyo")
	if got != want {
		t.Errorf("last-used: got %+v, want %+v", got, want)
	}
	engine.answers["roles_like"] = gathered{columns: engine.answers["roles_like"].columns}
	if got = try(t, engine, "", "role", "zzz"); !strings.HasSuffix(got.stderr, "know it\nreport last-used lists all roles\n") {
		t.Errorf("got %+v", got)
	}
	got = try(t, engine, "", "role", "zzz", "--account", "222222222222")
	if !strings.HasSuffix(got.stderr, "know it in 222222222222\nleave --account out to look for it in all accounts\n") {
		t.Errorf("got %+v", got)
	}
}

func TestUnknownAccount(t *testing.T) {
	for args, hint := range map[string]string{
		"last-used --account 111111111111 --account 111111111112": "did you mean \"111111111111\"?",
		"coverage --account 987654321098":                         "the lake knows 111111111111, 222222222222",
		"unused --account 987654321098":                           "the lake knows 111111111111, 222222222222",
		"unused --summary --account 987654321098":                 "the lake knows 111111111111, 222222222222",
		"unused --policy deploy --account 987654321098":           "the lake knows 111111111111, 222222222222",
		"unexpected --account 987654321098":                       "the lake knows 111111111111, 222222222222",
		"role deploy --account 987654321098":                      "the lake knows 111111111111, 222222222222",
	} {
		got := try(t, newFake(), "", strings.Fields(args)...)
		account := args[len(args)-12:]
		want := outcome{cli.ExitFailed, "", "report: finding account \"" + account + "\": neither the logs nor the inventory know it\n" + hint + "\n"}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", args, got, want)
		}
	}
	many := []string{"1", "2", "3", "4", "5", "6", "7"}
	for want, err := range map[string]error{
		"the lake knows 1, 2, 3, 4, 5 and 2 more; report coverage lists them": noSuchAccount("987654321098", many),
		"the lake knows no account yet":                                       noSuchAccount("987654321098", nil),
	} {
		if hint := err.(interface{ Hint() string }).Hint(); hint != want {
			t.Errorf("the hint is %q, want %q", hint, want)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	for _, tc := range []struct {
		args, stderr string
	}{
		{"lastused", "unknown command \"lastused\"\ndid you mean \"last-used\"?"},
		{"last-used --format pdf", "invalid value \"pdf\" for --format: must be one of table, csv, json, ndjson, md, xlsx, parquet"},
		{"last-used --format jsn", "invalid value \"jsn\" for --format: must be one of table, csv, json, ndjson, md, xlsx, parquet\ndid you mean \"json\"?"},
		{"last-used --engine presto", "invalid value \"presto\" for --engine: must be one of duckdb, trino, athena"},
		{"last-used --account 12", "invalid value \"12\" for --account: must be an account id of twelve digits"},
		{"last-used --role=", "flag --role needs a value\nleave it out for its default"},
		{"last-used --quarter=", "flag --quarter needs a value\nleave it out for its default"},
		{"last-used --inventory=", "flag --inventory needs a value\nleave it out for its default"},
		{"last-used --inventory 2026-13-01", "invalid value \"2026-13-01\" for --inventory: must be a date like 2026-09-30"},
		{"last-used --quarter 2026Q3 --since 1d", "--quarter names the whole window\nleave --since and --until out"},
		{"last-used --since 2026-12-24", "--since 2026-12-24T00:00:00Z is not before now, 2026-10-02T09:30:15Z\nthe window is [since, until)"},
		{"last-used deploy", "report last-used takes no argument, not \"deploy\"\nsee report last-used --help"},
		{"role", "report role needs ROLE\nsee report role --help"},
		{"sql a b", "report sql takes one QUERY, not also \"b\"\nput the query in quotes"},
		{"sql a -f b", "report sql takes a QUERY or --file, not both"},
		{"sql -f /nowhere.sql", "reading query from \"/nowhere.sql\": no such file\nname a file with one statement"},
		{"sql", "report sql was given an empty query\nsee report sql --help"},
	} {
		got := try(t, newFake(), "", strings.Fields(tc.args)...)
		if want := (outcome{cli.ExitUsage, "", "report: " + tc.stderr + "\n"}); got != want {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.args, got, want)
		}
	}
}

func TestLakeThatDoesNotOpen(t *testing.T) {
	var errs strings.Builder
	p := &cli.Program{Args: []string{"last-used"}, Stdout: &errs, Stderr: &errs, Dir: t.TempDir(), Now: time.Now}
	code := run(p, func(_ context.Context, lake string, _ func(queries.Progress)) (queries.Engine, error) {
		return nil, errors.New("opening lake \"" + lake + "\": there is no such folder")
	})
	if want := "report: opening lake \"./lake\": there is no such folder\n"; code != cli.ExitFailed || errs.String() != want {
		t.Errorf("code %d, %q, want %q", code, errs.String(), want)
	}
}

func TestSQL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q.sql")
	if err := os.WriteFile(path, []byte("select 1 as one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, stdin string
		args        []string
	}{
		{"argument", "", []string{"sql", "select 1 as one", "--format", "json"}},
		{"file", "", []string{"sql", "-f", path, "--format", "json"}},
		{"standard input", "select 1 as one", []string{"sql", "--format", "json"}},
		{"standard input by name", "select 1 as one", []string{"sql", "-f", "-", "--format", "json"}},
	} {
		got := try(t, newFake(), tc.stdin, tc.args...)
		if want := (outcome{cli.ExitDone, "{\"meta\":{},\n\"rows\":[\n{\"one\":1}\n]}\n", ""}); got != want {
			t.Errorf("%s: got %+v, want %+v", tc.name, got, want)
		}
	}
	got := try(t, newFake(), "", "sql", "select * from nothing")
	if want := (outcome{cli.ExitFailed, "", "report: running statement: there is no table \"nothing\"\nthe views are: events, roles\n"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
