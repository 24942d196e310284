package main

import (
	"roletrail/config"
	"roletrail/queries"
)

// addOwners adds to summaries of roles who answers for each, as the configuration
// says.
func (g *gathered) addOwners(c config.Config) {
	name, arn := g.column("role_name"), g.column("role_arn")
	text := func(row []any, at int) string {
		if at < 0 {
			return ""
		}
		s, _ := row[at].(string)
		return s
	}
	g.columns = append(g.columns[:len(g.columns):len(g.columns)], queries.Column{Name: "owner", Type: "varchar",
		Description: "Who answers for the role, by owners in roletrail.yaml."})
	for i, row := range g.rows {
		var owner any
		if who := c.OwnerOf(text(row, name), text(row, arn)); who != "" {
			owner = who
		}
		g.rows[i] = append(row, owner)
	}
}
