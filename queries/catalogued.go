package queries

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
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
}

// openCatalogued looks whether tables and views are those of this version. kind is the name
// of the engine, and of the file of deploy/sql with its tables.
func openCatalogued(ctx context.Context, kind string, a asker) (Engine, error) {
	e := &catalogued{asker: a, version: kind}
	err := e.examine(ctx, kind)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", a.lake(), err), a.Close())
	}
	return e, nil
}

// tooDeep are views that a server would have to plan for many minutes, because it writes a
// view, and each part of one, out wherever it is named. DuckDB computes them once.
var tooDeep = []string{"sessions"}

// tooDeepQuestions are those that follow chains in their own statement, for which the same
// holds.
var tooDeepQuestions = []string{"unexpected"}

// Run answers the named question.
func (e *catalogued) Run(ctx context.Context, name string, p Params) (Rows, error) {
	q, err := findQuestion(name)
	if err != nil {
		return nil, err
	}
	if at := slices.IndexFunc(q.Uses, func(view string) bool { return slices.Contains(tooDeep, view) }); at >= 0 {
		return nil, fmt.Errorf("asking %q of %s: it needs view %s, which is too deep for this engine to plan; use --engine duckdb", name, e.lake(), q.Uses[at])
	}
	if slices.Contains(tooDeepQuestions, name) {
		return nil, fmt.Errorf("asking %q of %s: its statement is too deep for this engine to plan; use --engine duckdb", name, e.lake())
	}
	args, err := q.bind(p)
	if err != nil {
		return nil, err
	}
	rows, err := e.query(ctx, q.sql, args)
	if err != nil {
		return nil, fmt.Errorf("asking %q of %s: %w", name, e.lake(), err)
	}
	return &describedRows{rows, q.describe(rows.Columns())}, nil
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
