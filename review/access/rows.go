package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"roletrail/queries"
)

// row is a row of an answer, whose cells are asked for by the names of the columns. A
// name that the question does not have is a mistake of this package: it panics.
type row struct {
	at    map[string]int
	cells []any
}

func placesOf(columns []queries.Column) map[string]int {
	at := map[string]int{}
	for i, c := range columns {
		at[c.Name] = i
	}
	return at
}

func (r row) cell(name string) any {
	i, ok := r.at[name]
	if !ok {
		panic("no column " + name)
	}
	return r.cells[i]
}

func (r row) text(name string) Text {
	s, _ := r.cell(name).(string)
	return Text(s)
}

func (r row) count(name string) int64 {
	n, _ := r.cell(name).(int64)
	return n
}

func (r row) number(name string) *int64 {
	if n, ok := r.cell(name).(int64); ok {
		return &n
	}
	return nil
}

func (r row) time(name string) *time.Time {
	if t, ok := r.cell(name).(time.Time); ok {
		return &t
	}
	return nil
}

// texts are the texts of a list, nulls left out; nil where the list is null.
func (r row) texts(name string) []string {
	list, ok := r.cell(name).([]any)
	if !ok {
		return nil
	}
	texts := make([]string, 0, len(list))
	for _, x := range list {
		if s, ok := x.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

// each runs a question and hands over its rows as they come.
func each(ctx context.Context, engine queries.Engine, question string, p queries.Params, add func(row)) (err error) {
	rows, err := engine.Run(ctx, question, p)
	if err != nil {
		return fmt.Errorf("reviewing: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	r := row{at: placesOf(rows.Columns())}
	for rows.Next() {
		r.cells = rows.Row()
		add(r)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reviewing: %w", err)
	}
	return nil
}
