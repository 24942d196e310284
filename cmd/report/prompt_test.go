package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
)

// typist types lines; "^C" is Ctrl-C and the end of its lines Ctrl-D.
type typist struct {
	lines      []string
	prompts    []string
	remembered []string
}

func (t *typist) Line(prompt string, _ completion) (string, error) {
	t.prompts = append(t.prompts, prompt)
	if len(t.lines) == 0 {
		return "", io.EOF
	}
	line := t.lines[0]
	t.lines = t.lines[1:]
	if line == "^C" {
		return "", errLineAborted
	}
	return line, nil
}

func (t *typist) Remember(line string) { t.remembered = append(t.remembered, line) }
func (t *typist) Close() error         { return nil }

// converse lets a typist talk to the fake.
func converse(t *testing.T, keys *typist) (outcome, *fakeEngine, error) {
	t.Helper()
	var out, errs bytes.Buffer
	engine := newFake()
	r := &report{Program: &cli.Program{Stdout: &out, Stderr: &errs, Now: time.Now}}
	err := r.converse(context.Background(), keys, engine, &outputFlags{format: review.Table})
	return outcome{0, out.String(), errs.String()}, engine, err
}

const regionsExample = `-- In which Regions do roles act, and since when?
select
    aws_region,
    count(*) as calls,
    count(distinct role_arn) as roles,
    min(event_time) as first_seen
from role_use
group by aws_region
order by calls desc, aws_region asc;
`

func TestPrompt(t *testing.T) {
	for _, tc := range []struct {
		name           string
		lines          []string
		stdout, stderr string
	}{
		{"one line", []string{"select 1 as one;"}, "one\n  1\n1 row\n", ""},
		{"several lines", []string{"select 1", "as one", ";"}, "", "report: running statement: there is no table \"nothing\"\nthe views are: events, roles\n"},
		{"an error does not leave", []string{"select * from nothing;", "select 1 as one;"}, "one\n  1\n1 row\n", "report: running statement: there is no table \"nothing\"\nthe views are: events, roles\n"},
		{"two on a line", []string{"select 1 as one; select 1 as one;"}, "one\n  1\n1 row\none\n  1\n1 row\n", ""},
		{"the second after an error is not run", []string{"select x; select 1 as one;"}, "", "report: running statement: there is no table \"nothing\"\nthe views are: events, roles\n"},
		{"Ctrl-C drops the line only", []string{"select nonsense", "^C", "select 1 as one;"}, "one\n  1\n1 row\n", ""},
		{"blank lines", []string{"", "  ", ";", "select 1 as one;"}, "one\n  1\n1 row\n", ""},
		{"tables", []string{".tables"}, "view    columns\nevents        2\nroles         1\n2 rows\n", ""},
		{"schema", []string{".schema events;"}, "column      type\nevent_id    VARCHAR\nevent_time  TIMESTAMP\n2 rows\n", ""},
		{"schema of nothing", []string{".schema evnts"}, "", "report: there is no view \"evnts\"\ndid you mean \"events\"?\n"},
		{"schema without a view", []string{".schema"}, "", "report: .schema needs one view\n.tables lists them\n"},
		{"help", []string{".help"}, promptHelp, ""},
		{"an example", []string{".examples regions"}, regionsExample, ""},
		{"an example that is none", []string{".examples region"}, "", "report: there is no example \"region\"\ndid you mean \"regions\"?\n"},
		{"unknown command", []string{".tabels"}, "", "report: unknown command \".tabels\"\ndid you mean \".tables\"?\n"},
		{"quit", []string{".quit", "select 1 as one;"}, "", ""},
		{"quit as other prompts call it", []string{"exit;", "select 1 as one;"}, "", ""},
		{"help as other prompts call it", []string{"help", `\?`, `\q`, "select 1 as one;"}, promptHelp + promptHelp, ""},
		{"views as psql lists them", []string{`\dt`, `\d roles`}, "view    columns\nevents        2\nroles         1\n2 rows\ncolumn  type\narn     VARCHAR\n1 row\n", ""},
		{"unknown command of psql", []string{`\timing`}, "", "report: unknown command \"\\\\timing\"\n.help lists what there is\n"},
		{"help inside a statement is no command", []string{"select 1 as", "help;"}, "", "report: running statement: there is no table \"nothing\"\nthe views are: events, roles\n"},
		{"a dot inside a statement is no command", []string{"select 1", ".quit;", "select 1 as one;"}, "one\n  1\n1 row\n", "report: running statement: there is no table \"nothing\"\nthe views are: events, roles\n"},
	} {
		got, _, err := converse(t, &typist{lines: tc.lines})
		if want := (outcome{0, tc.stdout, tc.stderr}); got != want || err != nil {
			t.Errorf("%s: %v\n got %+v\nwant %+v", tc.name, err, got, want)
		}
	}
}

func TestPromptMarksAndHistory(t *testing.T) {
	keys := &typist{lines: []string{"select 1", "", "as one;", ".help"}}
	_, engine, _ := converse(t, keys)
	if want := []string{"roletrail> ", "      ...> ", "      ...> ", "roletrail> ", "roletrail> "}; !reflect.DeepEqual(keys.prompts, want) {
		t.Errorf("prompts %q, want %q", keys.prompts, want)
	}
	if want := []string{"select 1  as one;", ".help"}; !reflect.DeepEqual(keys.remembered, want) {
		t.Errorf("remembered %q, want %q", keys.remembered, want)
	}
	if want := []string{"select 1\n\nas one"}; !reflect.DeepEqual(engine.asked, want) {
		t.Errorf("asked %q, want %q", engine.asked, want)
	}
}

// gone is a standard output whose reader has left.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, cli.ErrOutputClosed }

func TestPromptEndsWithItsOutput(t *testing.T) {
	r := &report{Program: &cli.Program{Stdout: gone{}, Stderr: io.Discard, Now: time.Now}}
	err := r.converse(context.Background(), &typist{lines: []string{"select 1 as one;", "select 1 as one;"}}, newFake(), &outputFlags{format: review.CSV})
	if !errors.Is(err, cli.ErrOutputClosed) {
		t.Errorf("error = %v", err)
	}
}

func TestPromptEndsWithTheProgram(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cli.ErrInterrupted)
	r := &report{Program: &cli.Program{Stdout: io.Discard, Stderr: io.Discard, Now: time.Now}}
	err := r.converse(ctx, stuck{}, newFake(), &outputFlags{format: review.CSV})
	if !errors.Is(err, cli.ErrInterrupted) {
		t.Errorf("error = %v", err)
	}
}

// stuck is a keyboard that nobody touches.
type stuck struct{}

func (stuck) Line(string, completion) (string, error) { select {} }
func (stuck) Remember(string)                         {}
func (stuck) Close() error                            { return nil }

func TestHistoryFile(t *testing.T) {
	for env, want := range map[string]string{
		"XDG_STATE_HOME=/state HOME=/home/x": "/state/roletrail/history",
		"HOME=/home/x":                       "/home/x/.local/state/roletrail/history",
		"XDG_STATE_HOME=here HOME=/home/x":   "/home/x/.local/state/roletrail/history",
		"":                                   "",
		"HOME=relative":                      "",
	} {
		p := &cli.Program{Env: strings.Fields(env)}
		if got := historyFile(p.Getenv); got != want {
			t.Errorf("%q: %q, want %q", env, got, want)
		}
	}
}

var _ queries.Engine = (*fakeEngine)(nil)
