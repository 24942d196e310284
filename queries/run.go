package queries

import (
	"context"
	"fmt"
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
	if err := e.makeViews(ctx, q.sql, q.Uses); err != nil {
		return nil, fmt.Errorf("asking %q of lake %q: %w", name, e.files.dir, err)
	}
	rows, err := e.query(ctx, q.sql, args)
	if err != nil {
		return nil, fmt.Errorf("asking %q of lake %q: %w", name, e.files.dir, err)
	}
	rows.columns = q.describe(rows.columns)
	return rows, nil
}
