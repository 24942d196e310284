package queries

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// asker is a server that runs SQL and finds the lake's files by a catalogue of its own.
type asker interface {
	// query runs one statement with values for its question marks. Cancelling ctx stops
	// it, while it runs and while its rows are read.
	query(ctx context.Context, text string, args []driver.Value) (Rows, error)
	// lake names what is asked, for messages.
	lake() string
	Close() error
}

// catalogued is an engine over tables and views that deploy/sql made in the catalogue of a
// server. It knows nothing of a ledger: all files in the folders of the lake count.
type catalogued struct {
	asker
	version string // for people, like "trino 476"
	views   library
	scratch *scratch // nil: no table may be made
	instead string   // what to do about a question that needs tables then
}

// openCatalogued looks whether tables and views are those of this version. kind is the name
// of the engine, and of the file of deploy/sql with its tables; s is where it may make
// tables, nil if it may not, and instead what to do about a question that needs that.
func openCatalogued(ctx context.Context, kind string, a asker, s *scratch, instead string) (Engine, error) {
	e := &catalogued{asker: a, version: kind, scratch: s, instead: instead}
	err := e.examine(ctx, kind)
	if err == nil {
		e.views, err = newLibrary()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", a.lake(), err), a.Close())
	}
	return e, nil
}

// mostScans is how often a statement may read tables, with all views and elements of WITH
// written out wherever they are named, as a server does (DuckDB computes what is named twice
// once). A Trino takes minutes to plan some hundred scans, and never ends with some ten thousand.
const mostScans = 1000

// Run answers the named question.
func (e *catalogued) Run(ctx context.Context, name string, p Params) (Rows, error) {
	q, err := findQuestion(name)
	if err != nil {
		return nil, err
	}
	args, err := q.bind(p)
	if err != nil {
		return nil, err
	}
	rows, err := e.answer(ctx, q, args)
	if err != nil {
		return nil, fmt.Errorf("asking %q of %s: %w", name, e.lake(), err)
	}
	return &describedRows{rows, q.describe(rows.Columns())}, nil
}

func (e *catalogued) answer(ctx context.Context, q *question, args []driver.Value) (Rows, error) {
	last, err := e.views.takeApart(q.name, q.sql, args, false)
	if err != nil {
		return nil, err
	}
	if e.scratch != nil {
		return e.scratch.run(ctx, e.asker, last)
	}
	if scans := newProgram(last, nil, (*step).plainName).scans; scans > mostScans {
		return nil, fmt.Errorf("it reads tables %d times, which is too deep for this engine to plan; %s", scans, e.instead)
	}
	return e.query(ctx, q.sql, args)
}

// describedRows are rows of which is known what their columns mean.
type describedRows struct {
	Rows
	columns []Column
}

func (r *describedRows) Columns() []Column { return r.columns }

// SQL runs one statement that reads. Whether it does is told by its first word, and what
// it may read by what the server allows the user.
func (e *catalogued) SQL(ctx context.Context, text string) (Rows, error) {
	switch {
	case strings.Contains(text, "\x00"):
		return nil, errors.New("reading the statement: it has a NUL byte")
	case len(tokenize(text)) == 0:
		return nil, errors.New("reading the statement: it is empty")
	case !startsReading(tokenize(text)):
		return nil, fmt.Errorf("running the statement: %w", errWrites)
	}
	rows, err := e.query(ctx, text, nil)
	if err != nil {
		return nil, fmt.Errorf("running the statement: %w", err)
	}
	return rows, nil
}

// startsReading reports whether a statement begins as one that only reads. EXPLAIN ANALYZE
// runs what it explains, so that must read, too.
func startsReading(words []string) bool {
	if len(words) > 0 && strings.EqualFold(words[0], "explain") {
		words = explained(words[1:])
	} else if oneOf(words, "show", "describe", "desc") {
		return true
	}
	for len(words) > 0 && words[0] == "(" {
		words = words[1:]
	}
	return oneOf(words, "select", "with", "values", "table")
}

// explained cuts ANALYZE, VERBOSE and a list of options off what follows EXPLAIN.
func explained(words []string) []string {
	for oneOf(words, "analyze", "verbose") {
		words = words[1:]
	}
	if len(words) < 2 || words[0] != "(" || !oneOf(words[1:], "type", "format") {
		return words
	}
	for len(words) > 0 && words[0] != ")" {
		words = words[1:]
	}
	return words[min(1, len(words)):]
}

// oneOf reports whether the first of the words is one of those.
func oneOf(words []string, those ...string) bool {
	for _, word := range those {
		if len(words) > 0 && strings.EqualFold(words[0], word) {
			return true
		}
	}
	return false
}

// Meta says what the answers rest on.
func (e *catalogued) Meta(ctx context.Context, p Params) (Meta, error) {
	return describe(ctx, e, e.version, p)
}

// Close drops the tables that were made, too.
func (e *catalogued) Close() error {
	var err error
	if e.scratch != nil {
		err = e.scratch.close(e.asker)
	}
	return errors.Join(err, e.asker.Close())
}
