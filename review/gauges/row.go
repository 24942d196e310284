package gauges

import (
	"context"
	"errors"
	"fmt"
	"time"

	"roletrail/queries"
)

// row is one row of an answer, valid until the next.
type row struct {
	at    map[string]int // places of the columns
	cells []any
}

// each calls use for every row of an answer.
func each(ctx context.Context, engine queries.Engine, question string, params queries.Params, use func(row)) (err error) {
	rows, err := engine.Run(ctx, question, params)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	r := row{at: map[string]int{}}
	for i, c := range rows.Columns() {
		r.at[c.Name] = i
	}
	for rows.Next() {
		r.cells = rows.Row()
		use(r)
	}
	return rows.Err()
}

func (r row) cell(column string) any {
	at, ok := r.at[column]
	if !ok {
		panic(fmt.Sprintf("an answer has no column %q", column)) // the columns are those of our own questions
	}
	return r.cells[at]
}

// text is a text, empty where it is unknown.
func (r row) text(column string) string {
	s, _ := r.cell(column).(string)
	return s
}

// number is a count, and whether it is known.
func (r row) number(column string) (float64, bool) {
	n, ok := r.cell(column).(int64)
	return float64(n), ok
}

// time is a time, and whether it is known.
func (r row) time(column string) (time.Time, bool) {
	t, ok := r.cell(column).(time.Time)
	return t, ok
}

// texts is a list of texts.
func (r row) texts(column string) (list []string) {
	cells, _ := r.cell(column).([]any)
	for _, cell := range cells {
		if s, ok := cell.(string); ok {
			list = append(list, s)
		}
	}
	return list
}
