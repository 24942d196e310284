package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/config"
	"roletrail/iam/amount"
	"roletrail/queries"
	"roletrail/review/termtext"
)

// mostListed is how many lines of a list a person reads. What is longer is told by
// service and verdict.
const mostListed = 100

// listed are the rows as the table on standard error has them: action by action, or in
// groups if they are many. grouped says which.
func (c *choice) listed(rows gathered) (table gathered, grouped bool) {
	if len(rows.rows) <= mostListed {
		return rows.only("action", "verdict", "last_used", "reason"), false
	}
	by := func(row []any) string { return serviceOf(row[c.action]) }
	groups := c.groups(rows, by)
	if len(groups) <= mostListed {
		return groupTable(groups), true
	}
	// Whoever may do everything has hundreds of services. Those of which the role keeps
	// something are looked at one by one; the others go together.
	kept := map[string]bool{}
	for _, k := range c.kept() {
		kept[serviceOf(k.Action)] = true
	}
	others := map[string]bool{}
	for _, row := range rows.rows {
		if service := by(row); !kept[service] {
			others[service] = true
		}
	}
	rest := amount.Of(len(others), "other service")
	return groupTable(c.groups(rows, func(row []any) string {
		if service := by(row); kept[service] {
			return service
		}
		return rest
	})), true
}

func serviceOf(action any) string {
	text, _ := action.(string)
	service, _, _ := strings.Cut(text, ":")
	return service
}

// group is the actions of a service that have the same verdict.
type group struct {
	service, verdict string
	actions          int64
	lastUsed         any // the latest, or nil
	reasons          map[string]int
}

// groups puts rows of the same verdict together that by gives the same name, in the
// order in which they begin.
func (c *choice) groups(rows gathered, by func(row []any) string) (groups []*group) {
	lastUsed, reason := rows.column("last_used"), rows.column("reason")
	index := map[[2]string]*group{}
	for _, row := range rows.rows {
		verdict, _ := row[c.verdict].(string)
		key := [2]string{by(row), verdict}
		g := index[key]
		if g == nil {
			g = &group{service: key[0], verdict: verdict, reasons: map[string]int{}}
			index[key], groups = g, append(groups, g)
		}
		g.add(row[lastUsed], row[reason])
	}
	return groups
}

func (g *group) add(lastUsed, reason any) {
	g.actions++
	text, _ := reason.(string)
	g.reasons[text]++
	at, used := lastUsed.(time.Time)
	if before, ok := g.lastUsed.(time.Time); used && (!ok || at.After(before)) {
		g.lastUsed = at
	}
}

// reason is the one that most of the actions have.
func (g *group) reason() string {
	var most string
	for text, n := range g.reasons {
		if m := g.reasons[most]; n > m || n == m && text < most {
			most = text
		}
	}
	if len(g.reasons) == 1 {
		return most
	}
	return fmt.Sprintf("%d of them: %s", g.reasons[most], most)
}

// groupTable lists groups by service, those of several services last.
func groupTable(groups []*group) gathered {
	table := gathered{columns: []queries.Column{
		{Name: "service", Type: "varchar"}, {Name: "verdict", Type: "varchar"}, {Name: "actions", Type: "bigint"},
		{Name: "last_used", Type: "timestamp"}, {Name: "reason", Type: "varchar"},
	}}
	slices.SortStableFunc(groups, func(a, b *group) int {
		together := func(g *group) int { return strings.Count(g.service, " ") }
		return together(a) - together(b)
	})
	for _, g := range groups {
		table.rows = append(table.rows, []any{g.service, g.verdict, g.actions, g.lastUsed, g.reason()})
	}
	return table
}

// listing is the command that lists all actions of the role one by one.
func (r *report) listing(f *questionFlags, role grantee, meta *queries.Meta) string {
	words := []string{"report unused", "--role", termtext.ShellWord(role.arn), "--since", meta.Since.Format(time.RFC3339Nano), "--until", meta.Until.Format(time.RFC3339Nano)}
	if f.inventory != "" {
		words = append(words, "--inventory", f.inventory)
	}
	if r.Lake != config.Default().Lake {
		words = append(words, "--lake", termtext.ShellWord(r.Lake))
	}
	return strings.Join(words, " ")
}
