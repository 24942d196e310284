package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
)

func newRole(r *report) *cobra.Command {
	var f questionFlags
	cmd := &cobra.Command{
		Use:   "role ROLE",
		Short: "Everything about one role",
		Long: `role shows what the lake knows about one role on one page: the question to its
owner, findings, use per day, what it may do and what it did, who came and how,
its trust policy beside who came, its newest sessions, what it was denied and what
was changed about it. ROLE is a name, an ARN or an AROA id. Where several roles
have a name, the page is not written but they are listed.

--wide, and the formats other than table, write the parts as tables instead: the
summary of last-used, calls, denied attempts, callers, sessions and days, of all
roles that have the name.`,
		Example: `  report role deploy
  report role arn:aws:iam::111111111111:role/deploy --since 30d
  report role deploy --wide | less -S
  report role deploy --format json | jq '.rows[0].callers'`,
		Args:              cli.OneArgument("ROLE"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" {
				return cli.Usage(errors.New("report role needs a ROLE that is not empty"), "")
			}
			f.role = args[0]
			params, err := f.params(cmd, r)
			if err != nil {
				return err
			}
			return r.answering(cmd.Context(), func(engine queries.Engine) error {
				if f.format == review.Table && !f.wide {
					return r.rolePage(cmd.Context(), engine, params)
				}
				return r.role(cmd.Context(), engine, params, &f.outputFlags)
			})
		},
	}
	f.add(cmd)
	return cmd
}

// role gathers the parts and writes them: as sections for people, as columns
// of the summary for programs.
func (r *report) role(ctx context.Context, engine queries.Engine, params queries.Params, f *outputFlags) error {
	if err := checkAccounts(ctx, engine, params); err != nil {
		return err
	}
	meta, err := head(ctx, engine, params)
	if err != nil {
		return err
	}
	summary, err := gather(ctx, engine, "last_used", params)
	if err != nil {
		return err
	}
	if len(summary.rows) == 0 {
		return noSuchRole(ctx, engine, params)
	}
	summary.addOwners(r.Config)
	var roles []oneRole
	for _, row := range summary.rows {
		role, err := gatherRole(ctx, engine, params, summary, row)
		if err != nil {
			return err
		}
		roles = append(roles, role)
	}
	options := f.options(r, "last_used")
	if f.format.ForPeople() {
		return review.WriteSections(r.Stdout, f.format, &meta, sections(roles), options)
	}
	return review.Write(r.Stdout, f.format, &meta, nested(roles), options)
}

// noSuchRole is the error for a role that is nowhere, with those whose names
// are near.
func noSuchRole(ctx context.Context, engine queries.Engine, params queries.Params) error {
	like, err := gather(ctx, engine, "roles_like", params)
	if err != nil {
		return err
	}
	where := ""
	if len(params.Accounts) > 0 {
		where = " in " + strings.Join(params.Accounts, ", ")
	}
	err = fmt.Errorf("finding role %q: neither the logs nor the inventory know it%s", params.Role, where)
	if names := like.texts("role_name"); len(names) > 0 {
		return cli.WithHint(err, "did you mean "+strings.Join(names, " or ")+"?")
	}
	if where != "" {
		return cli.WithHint(err, "leave --account out to look for it in all accounts")
	}
	return cli.WithHint(err, "report last-used lists all roles")
}
