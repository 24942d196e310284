package main

import (
	"context"
	"fmt"
	"strings"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
	"roletrail/review/access"
)

// rolePage writes all about one role for a terminal.
func (r *report) rolePage(ctx context.Context, engine queries.Engine, params queries.Params) error {
	if err := checkAccounts(ctx, engine, params); err != nil {
		return err
	}
	params.GrantAges = true
	params.Unexpected, params.Changes = unexpectedOf(r.Config), changesOf(r.Config)
	meta, err := headOfCallers(ctx, engine, params)
	if err != nil {
		return err
	}
	page, named, err := access.ReadRole(ctx, engine, access.Scope{Params: params, Meta: meta, OwnerOf: r.Config.OwnerOf, RoleNames: r.Config.RoleNames(), Step: r.work.step})
	switch {
	case err != nil:
		return err
	case page == nil && len(named) == 0:
		return noSuchRole(ctx, engine, params)
	case page == nil:
		return ambiguous(params.Role, named)
	}
	if err := review.WriteSections(r.Stdout, review.Table, &meta, nil, review.Options{Width: r.Width(), Terminal: r.StdoutTerminal(), Fold: r.WidthKnown()}); err != nil {
		return err
	}
	return page.WriteText(r.Stdout, access.TextOptions{Width: r.Width(), Colour: r.Colour()})
}

// mostCandidates bounds the roles that are listed where a name does not say which one is meant.
const mostCandidates = 10

// ambiguous lists the roles that have a name: each by what names it alone.
func ambiguous(name string, roles []access.Role) error {
	var lines []string
	for _, role := range roles[:min(len(roles), mostCandidates)] {
		line := "  " + strings.TrimSpace(string(role.RoleID)+"  "+string(role.RoleARN)) + "  " + string(role.Verdict)
		if role.State == "deleted" {
			line += ", deleted"
		}
		lines = append(lines, line)
	}
	if more := len(roles) - mostCandidates; more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more", more))
	}
	return cli.Usage(fmt.Errorf("finding role %q: %d roles have this name", name, len(roles)), "name one by its id or ARN; --wide shows all of them:\n"+strings.Join(lines, "\n"))
}
