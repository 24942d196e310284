package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"roletrail/queries"
	"roletrail/review"
)

// parts are the questions about one role: the title of each in a table, and the
// column that holds its rows elsewhere. callers and sessions are columns of the
// summary already, and numbers.
var parts = []struct{ name, column, question string }{
	{"actions", "actions", "role_actions"},
	{"attempts", "attempts", "role_attempts"},
	{"callers", "caller_list", "role_callers"},
	{"sessions", "session_list", "role_sessions"},
	{"days", "days", "role_days"},
}

// identity are the columns that a part need not repeat: the summary has them.
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

// role is "role ARN ID" if all rows are about one role, else empty.
func (g gathered) role() string {
	title := ""
	for i, row := range g.rows {
		switch one := g.roleOf(row); {
		case i == 0:
			title = one
		case one != title:
			return ""
		}
	}
	return title
}

// roleOf names the role of a row.
func (g gathered) roleOf(row []any) string {
	title := "role"
	for _, name := range []string{"role_arn", "role_id"} {
		if at := g.column(name); at >= 0 && row[at] != nil {
			title += " " + fmt.Sprint(row[at])
		}
	}
	return title
}

// oneRole is the summary of one role with its parts.
type oneRole struct {
	title   string
	columns []queries.Column
	row     []any
	parts   []gathered // as the variable parts
}

// gatherRole asks for the parts of the role that a row of the summary is
// about. It asks by AROA id, so that a recreated role does not inherit from its
// namesake (design 9.16); a role without one by its ARN.
func gatherRole(ctx context.Context, engine queries.Engine, params queries.Params, summary gathered, row []any) (oneRole, error) {
	role := oneRole{title: summary.roleOf(row), columns: summary.columns, row: row}
	for _, name := range []string{"role_arn", "role_id"} {
		if at := summary.column(name); at >= 0 && row[at] != nil {
			params.Role = fmt.Sprint(row[at])
		}
	}
	for _, part := range parts {
		g, err := gather(ctx, engine, part.question, params)
		if err != nil {
			return role, err
		}
		role.parts = append(role.parts, g.without(identity))
	}
	return role, nil
}

// column is the place of a column, or -1.
func (g gathered) column(name string) int {
	return slices.IndexFunc(g.columns, func(c queries.Column) bool { return c.Name == name })
}

// texts are the different texts of a column, short and quoted, at most three.
func (g gathered) texts(name string) []string {
	var found []string
	at := g.column(name)
	for _, row := range g.rows {
		if at < 0 || row[at] == nil {
			continue
		}
		if text := fmt.Sprintf("%q", review.Name(fmt.Sprint(row[at]))); !slices.Contains(found, text) && len(found) < 3 {
			found = append(found, text)
		}
	}
	return found
}

// without leaves columns out.
func (g gathered) without(names []string) gathered {
	var result gathered
	var kept []int
	for i, c := range g.columns {
		if !slices.Contains(names, c.Name) {
			kept = append(kept, i)
			result.columns = append(result.columns, c)
		}
	}
	for _, row := range g.rows {
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
	list := make([]any, len(g.rows))
	for i, row := range g.rows {
		list[i] = review.Record{Columns: g.columns, Cells: row}
	}
	return list
}

// nested are the summaries with every part as a column behind theirs.
func nested(roles []oneRole) queries.Rows {
	result := gathered{columns: slices.Clone(roles[0].columns)}
	places := make([]int, len(parts))
	for i, part := range parts {
		places[i] = len(result.columns)
		result.columns = append(result.columns, queries.Column{Name: part.column, Type: "list"})
	}
	for _, role := range roles {
		cells := append(slices.Clone(role.row), make([]any, len(result.columns)-len(role.row))...)
		for i := range parts {
			cells[places[i]] = role.parts[i].records()
		}
		result.rows = append(result.rows, cells)
	}
	return review.HeldRows(result.columns, result.rows)
}

// sections are the summary of every role, each followed by its parts.
func sections(roles []oneRole) []review.Section {
	var result []review.Section
	for _, role := range roles {
		result = append(result, review.Section{Title: role.title, Upright: true, Rows: review.HeldRows(role.columns, [][]any{role.row})})
		for i, part := range parts {
			g := role.parts[i]
			result = append(result, review.Section{Title: part.name, Report: part.question, Rows: review.HeldRows(g.columns, g.rows)})
		}
	}
	return result
}
