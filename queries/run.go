package queries

import (
	"context"
	"fmt"
	"io/fs"
)

// Run answers the named question.
func (e *duckEngine) Run(ctx context.Context, name string, p Params) (Rows, error) {
	q, err := findQuestion(name)
	if err != nil {
		return nil, err
	}
	args, err := q.bind(p)
	if err != nil {
		return nil, err
	}
	for _, view := range q.Uses {
		if err := e.keep(ctx, view); err != nil {
			return nil, fmt.Errorf("asking %q of lake %q: %w", name, e.files.dir, err)
		}
	}
	rows, err := e.query(ctx, q.sql, args)
	if err != nil {
		return nil, fmt.Errorf("asking %q of lake %q: %w", name, e.files.dir, err)
	}
	rows.columns = q.describe(rows.columns)
	return rows, nil
}

// keep turns a view into a table, once. Its rows then lie in DuckDB's memory,
// within its limit, and spill beyond.
func (e *duckEngine) keep(ctx context.Context, view string) error {
	e.keeping.Lock()
	defer e.keeping.Unlock()
	if e.kept[view] {
		return nil
	}
	text, err := fs.ReadFile(texts, "duckdb/keep_"+view+".sql")
	if err != nil {
		return fmt.Errorf("reading the embedded statements that keep %q: %w", view, err)
	}
	if err := e.exec(ctx, string(text)); err != nil {
		return fmt.Errorf("computing %q: %w", view, err)
	}
	e.kept[view] = true
	return nil
}
