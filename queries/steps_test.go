package queries

import (
	"context"
	"database/sql/driver"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// inSteps takes a question apart.
func inSteps(t *testing.T, views library, name string, p Params) *step {
	t.Helper()
	q, err := findQuestion(name)
	if err != nil {
		t.Fatal(err)
	}
	args, err := q.bind(p)
	if err != nil {
		t.Fatal(err)
	}
	last, err := views.takeApart(name, q.sql, args, false)
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func embeddedViews(t *testing.T) library {
	t.Helper()
	views, err := newLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return views
}

// TestStepsAreShallow: with tables of what is read more than once no statement of a question
// reads tables often, each question mark has its value, and every view that a question names is known.
func TestStepsAreShallow(t *testing.T) {
	const most = 30
	views := embeddedViews(t)
	kept, deepest := 0, 0
	for _, name := range Questions() {
		p := newProgram(inSteps(t, views, name, window()), nil, func(s *step) string { return "scratch." + s.plainName() })
		kept += len(p.kept)
		for _, s := range p.order {
			if p.kept[s] == "" && s != p.last {
				continue
			}
			text, args := p.statement(s)
			alone, err := library{}.takeApart(name, text, args, false)
			if err != nil {
				t.Fatalf("%s, step %s: %v", name, s.name, err)
			}
			if marks := slices.DeleteFunc(tokenize(text), func(word string) bool { return word != "?" }); len(marks) != len(args) {
				t.Errorf("%s, step %s: %d question marks and %d values", name, s.name, len(marks), len(args))
			}
			scans := newProgram(alone, nil, (*step).plainName).scans
			if deepest = max(deepest, scans); scans > most {
				t.Errorf("%s, step %s reads tables %d times, want %d at most", name, s.name, scans, most)
			}
		}
	}
	if kept < 100 || deepest < 2 {
		t.Errorf("%d steps are kept, the deepest reads %d tables: nothing was tested", kept, deepest)
	}
}

// TestStepsKnowNames: what a step reads, under which alias, and what is costly.
func TestStepsKnowNames(t *testing.T) {
	views := embeddedViews(t)
	s, err := views.takeApart("q", `with a as (select ? as x -- from nowhere
), b as (select a.x from a left join sessions on a.x is not distinct from sessions.role_id), events as (select * from events)
select * from b as c cross join lake.coverage where c.x in (select event_id from events) and c.x = ?`, []driver.Value{"one", "two"}, false)
	if err != nil {
		t.Fatal(err)
	}
	var read, alias []string
	p := newProgram(s, nil, (*step).plainName)
	for _, s := range p.order {
		if s.shared {
			continue
		}
		for _, r := range s.reads {
			name := r.name
			if r.step != nil {
				name += "=" + r.step.name
			}
			read, alias = append(read, name), append(alias, r.alias)
		}
	}
	if want := []string{"a=q a", "sessions=sessions", "events=events", "b=q b", "lake.coverage", "events=q events"}; !slices.Equal(read, want) {
		t.Errorf("read are %q", read)
	}
	if want := []string{"a", "sessions", "events", "", "coverage", "events"}; !slices.Equal(alias, want) {
		t.Errorf("the aliases are %q", alias)
	}
	if _, args := p.statement(s); !reflect.DeepEqual(args, []driver.Value{"one", "two"}) {
		t.Errorf("the values are %v", args)
	}
	for _, broken := range []string{"with a (x) as (select 1) select 2", "with a as (select 1", "with a"} {
		if s, err := views.takeApart("q", broken, nil, false); err == nil {
			t.Errorf("%q: no error, but %q", broken, s.text)
		}
	}
}

// duckAsker lets DuckDB be a server, which makes tables too.
type duckAsker struct{ *duckEngine }

func (d duckAsker) query(ctx context.Context, text string, args []driver.Value) (Rows, error) {
	return d.duckEngine.query(ctx, text, args)
}

func (d duckAsker) lake() string { return "DuckDB" }

// TestStepsAnswerAlike: in steps, some of them tables, a question has the answer of the
// statement as a whole. DuckDB gives both here; scripts/trino asks all questions.
func TestStepsAnswerAlike(t *testing.T) {
	b := batches()[0]
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), b.grantedWorld(5)), Options{})
	if err := e.exec(context.Background(), "create schema scratch"); err != nil {
		t.Fatal(err)
	}
	views := embeddedViews(t)
	s, err := newScratch("memory.scratch")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"coverage_gaps", "last_used", "role_policies", "session_list"} {
		p := Params{Since: b.since, Until: b.until}
		rows, err := e.Run(context.Background(), name, p)
		want := all(t, rows, err)
		rows, err = s.run(context.Background(), duckAsker{e}, inSteps(t, views, name, p))
		if got := all(t, rows, err); !reflect.DeepEqual(got, want) || len(got) == 0 && !strings.HasPrefix(name, "role_") {
			t.Errorf("%s: in steps there are %d rows\n%v\nwant %d\n%v", name, len(got), got, len(want), want)
		}
	}
	if s.count < 10 {
		t.Errorf("%d tables were made", s.count)
	}
	if err := s.close(duckAsker{e}); err != nil {
		t.Error(err)
	}
}
