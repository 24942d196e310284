package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
)

// fakeEngine answers from memory, so that these tests are about the program
// and not about SQL. It remembers what it was asked.
type fakeEngine struct {
	answers map[string]gathered
	asked   []string
	params  queries.Params
	closed  bool
	asleep  func() // called when "sleep" begins; may be nil
}

func (e *fakeEngine) Run(ctx context.Context, name string, p queries.Params) (queries.Rows, error) {
	e.asked, e.params = append(e.asked, name), p
	g, found := e.answers[name]
	if !found {
		return nil, errors.New("running " + name + ": the fake has no answer")
	}
	if at := g.column("role_arn"); strings.HasPrefix(name, "role_") && at >= 0 {
		g.rows = slices.DeleteFunc(slices.Clone(g.rows), func(row []any) bool {
			arn, _ := row[at].(string)
			return arn != p.Role && !strings.HasSuffix(arn, "/"+p.Role) && row[g.column("role_id")] != p.Role
		})
	}
	return review.HeldRows(g.columns, g.rows), ctx.Err()
}

// SQL knows six statements; "sleep" runs until it is cancelled.
func (e *fakeEngine) SQL(ctx context.Context, text string) (queries.Rows, error) {
	e.asked = append(e.asked, text)
	switch text {
	case catalogueQuery:
		return e.Run(ctx, "catalogue", queries.Params{})
	case "select 1 as one, late":
		time.Sleep(3 * time.Second)
		fallthrough
	case "select 1 as one":
		return review.HeldRows([]queries.Column{{Name: "one", Type: "bigint"}}, [][]any{{int64(1)}}), nil
	case "select 100 rows":
		rows := make([][]any, 100)
		for i := range rows {
			rows[i] = []any{int64(i + 1)}
		}
		return review.HeldRows([]queries.Column{{Name: "n", Type: "bigint"}}, rows), nil
	case "sleep":
		if e.asleep != nil {
			e.asleep()
		}
		<-ctx.Done()
		return nil, errors.New("INTERRUPT Error: Interrupted!")
	}
	return nil, cli.WithHint(errors.New("running statement: there is no table \"nothing\""), "the views are: events, roles")
}

func (e *fakeEngine) Meta(_ context.Context, p queries.Params) (queries.Meta, error) {
	return queries.Meta{
		Since: p.Since, Until: p.Until,
		Coverage:  queries.MetaCoverage{Accounts: 1, DaysPresent: 92, Events: 20},
		Inventory: []queries.MetaSnapshot{{AccountID: "111111111111", Date: p.Until, Roles: 2}},
		Versions:  queries.MetaVersions{Roletrail: "test", Engine: "fake", Derivation: 1},
	}, nil
}

func (e *fakeEngine) Close() error { e.closed = true; return nil }

func columns(names ...string) []queries.Column {
	var result []queries.Column
	for _, name := range names {
		name, kind, _ := strings.Cut(name, ":")
		result = append(result, queries.Column{Name: name, Type: kind})
	}
	return result
}

// newFake knows two roles of one name in two accounts.
func newFake() *fakeEngine {
	first, second := "arn:aws:iam::111111111111:role/deploy", "arn:aws:iam::222222222222:role/deploy"
	used := time.Date(2026, 9, 28, 14, 3, 5, 0, time.UTC)
	return &fakeEngine{answers: map[string]gathered{
		"last_used": {
			columns("account_id:varchar", "role_arn:varchar", "role_name:varchar", "role_id:varchar", "verdict:varchar",
				"last_used:timestamp", "uses:bigint", "sessions:bigint", "callers:bigint"),
			[][]any{
				{"111111111111", first, "deploy", "AROA1", "active", used, int64(7), int64(2), int64(1)},
				{"222222222222", second, "deploy", nil, "never_used", nil, int64(0), int64(0), int64(0)},
			},
		},
		"unused": {
			columns("account_id:varchar", "role_arn:varchar", "role_id:varchar", "action:varchar", "verdict:varchar"),
			[][]any{{"111111111111", first, "AROA1", "s3:PutObject", "used"}},
		},
		"unused_summary": {
			columns("account_id:varchar", "role_arn:varchar", "role_id:varchar", "granted:bigint", "unused:bigint"),
			[][]any{{"111111111111", first, "AROA1", int64(7), int64(6)}},
		},
		"coverage":      {columns("account_id:varchar", "events:bigint"), [][]any{{"111111111111", int64(20)}}},
		"coverage_gaps": {columns("account_id:varchar", "day:date"), [][]any{{"111111111111", used}}},
		"accounts":      {columns("account_id:varchar"), [][]any{{"111111111111"}, {"222222222222"}}},
		"role_actions": {
			columns("role_arn:varchar", "role_id:varchar", "event_name:varchar", "uses:bigint"),
			[][]any{{first, "AROA1", "PutObject", int64(5)}, {first, "AROA1", "GetObject", int64(2)}},
		},
		"meta_policies": {columns("account_id:varchar", "role_arn:varchar", "unread_policies:list"), nil},
		"meta_unmapped": {columns("service:varchar", "roles:bigint"), nil},
		"meta_control":  {columns("account_id:varchar"), nil},
		"meta_trust":    {columns("account_id:varchar"), nil},
		"role_attempts": {columns("event_name:varchar", "denied:bigint"), nil},
		"role_callers":  {columns("role_arn:varchar", "role_id:varchar", "caller:varchar"), [][]any{{first, "AROA1", "lambda.amazonaws.com"}}},
		"role_sessions": {columns("role_arn:varchar", "role_id:varchar", "role_session_name:varchar"), [][]any{{second, nil, "nobody"}}},
		"role_days":     {columns("role_arn:varchar", "role_id:varchar", "day:date"), nil},
		"roles_like":    {columns("role_name:varchar", "role_arn:varchar"), [][]any{{"deploy", first}, {"deploy", second}, {"deploy-eu", first}}},
		"catalogue": {
			columns("table_name:varchar", "column_name:varchar", "data_type:varchar"),
			[][]any{{"events", "event_id", "VARCHAR"}, {"events", "event_time", "TIMESTAMP"}, {"roles", "arn", "VARCHAR"}},
		},
	}}
}

// now is what the tests take for the present.
var now = time.Date(2026, 10, 2, 9, 30, 15, 999, time.UTC)

// outcome is what a run left.
type outcome struct {
	code           int
	stdout, stderr string
}

// try runs the program in-process on the fake.
func try(t *testing.T, engine queries.Engine, stdin string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	p := &cli.Program{
		Args: args, Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs,
		Dir: t.TempDir(), Now: func() time.Time { return now },
	}
	code := run(p, func(context.Context, string, func(queries.Progress)) (queries.Engine, error) { return engine, nil })
	return outcome{code, out.String(), errs.String()}
}
