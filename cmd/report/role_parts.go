package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"roletrail/queries"
	"roletrail/review"
)

// parts are the questions about one role, by the name each has in the answer.
var parts = []struct{ name, question string }{
	{"actions", "role_actions"},
	{"callers", "role_callers"},
	{"sessions", "role_sessions"},
	{"days", "role_days"},
}

// identity are the columns that say which role a row of a part is about. They
// stand in the summary and are left out of the parts.
var identity = []string{"account_id", "role_arn", "role_name", "role_id"}

// gathered are all rows of one question about one role. They fit into memory:
// the questions themselves bound them.
type gathered struct {
	columns []queries.Column
	rows    [][]any
}

func gather(ctx context.Context, engine queries.Engine, question string, params queries.Params) (g gathered, err error) {
	rows, err := engine.Run(ctx, question, params)
	if err != nil {
		return g, err
	}
	return gatherRows(rows)
}

// gatherRows reads rows to their end and closes them.
func gatherRows(rows queries.Rows) (g gathered, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		g.rows = append(g.rows, slices.Clone(rows.Row()))
	}
	g.columns = rows.Columns()
	return g, rows.Err()
}

func gatherParts(ctx context.Context, engine queries.Engine, params queries.Params) (map[string]gathered, error) {
	result := map[string]gathered{}
	for _, part := range parts {
		g, err := gather(ctx, engine, part.question, params)
		if err != nil {
			return nil, err
		}
		result[part.name] = g
	}
	return result, nil
}

// column is the place of a column, or -1.
func (g gathered) column(name string) int {
	return slices.IndexFunc(g.columns, func(c queries.Column) bool { return c.Name == name })
}

// texts are the different texts of a column, quoted, at most three.
func (g gathered) texts(name string) []string {
	var found []string
	at := g.column(name)
	for _, row := range g.rows {
		if at < 0 || row[at] == nil {
			continue
		}
		if text := fmt.Sprintf("%q", row[at]); !slices.Contains(found, text) && len(found) < 3 {
			found = append(found, text)
		}
	}
	return found
}

// key names the role a row is about: by its AROA id, else by its ARN, so that
// a recreated role does not inherit from its namesake (design 9.16).
func (g gathered) key(row []any) string {
	for _, name := range []string{"role_id", "role_arn"} {
		if at := g.column(name); at >= 0 && row[at] != nil {
			return fmt.Sprint(row[at])
		}
	}
	return ""
}

// of are the rows of a part about one role, without the columns that say so.
func (g gathered) of(key string) gathered {
	var result gathered
	var kept []int
	for i, c := range g.columns {
		if !slices.Contains(identity, c.Name) {
			kept = append(kept, i)
			result.columns = append(result.columns, c)
		}
	}
	for _, row := range g.rows {
		if g.key(row) != key {
			continue
		}
		cells := make([]any, len(kept))
		for i, at := range kept {
			cells[i] = row[at]
		}
		result.rows = append(result.rows, cells)
	}
	return result
}

// records are rows as cells of another row.
func (g gathered) records() []any {
	names := make([]string, len(g.columns))
	for i, c := range g.columns {
		names[i] = c.Name
	}
	list := make([]any, len(g.rows))
	for i, row := range g.rows {
		list[i] = review.Record{Names: names, Cells: row}
	}
	return list
}

// nested is the summary with every part as a column. The summary's own count
// of callers makes way for the callers.
func nested(summary gathered, found map[string]gathered) queries.Rows {
	result := gathered{columns: slices.Clone(summary.columns)}
	places := map[string]int{}
	for _, part := range parts {
		places[part.name] = summary.column(part.name)
		if places[part.name] < 0 {
			places[part.name] = len(result.columns)
			result.columns = append(result.columns, queries.Column{})
		}
		result.columns[places[part.name]] = queries.Column{Name: part.name, Type: "list"}
	}
	for _, row := range summary.rows {
		cells := append(slices.Clone(row), make([]any, len(result.columns)-len(row))...)
		for _, part := range parts {
			cells[places[part.name]] = found[part.name].of(summary.key(row)).records()
		}
		result.rows = append(result.rows, cells)
	}
	return review.HeldRows(result.columns, result.rows)
}

// sections are the summary of every role, each followed by its parts.
func sections(summary gathered, found map[string]gathered) []review.Section {
	var result []review.Section
	for _, row := range summary.rows {
		result = append(result, review.Section{
			Title: title(summary, row), Upright: true,
			Rows: review.HeldRows(summary.columns, [][]any{row}),
		})
		for _, part := range parts {
			g := found[part.name].of(summary.key(row))
			result = append(result, review.Section{
				Title: part.name, Report: part.question, Rows: review.HeldRows(g.columns, g.rows),
			})
		}
	}
	return result
}

func title(summary gathered, row []any) string {
	words := []string{"role"}
	for _, name := range []string{"role_arn", "role_id"} {
		if at := summary.column(name); at >= 0 && row[at] != nil {
			words = append(words, fmt.Sprint(row[at]))
		}
	}
	return strings.Join(words, " ")
}
