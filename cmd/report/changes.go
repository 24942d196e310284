package main

import (
	"context"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
)

func newChanges(r *report) *cobra.Command {
	var f questionFlags
	var c queries.Changes
	cmd := &cobra.Command{
		Use:   "changes",
		Short: "One row per change of a role",
		Long: `changes lists the events of the window that changed what a role may do, who may
become it, or that it exists, and the attempts that were denied; the newest
first. The severity is what the record shows: a policy that makes an
administrator, a trust policy that lets in anybody or another account.

The actor is who stands at the start of a chain of roles. The roles are those
that the record names, with their paths from the inventory, and of a new version
of a policy those that have the policy in the inventory.`,
		Example: `  report changes
  report changes --quarter 2026Q3 --severity high
  report changes --role deploy --since 30d --failed
  report changes --format json | jq '.rows[] | {event_time, severity, actor, summary}'`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			params, err := f.params(cmd, r)
			if err != nil {
				return err
			}
			params.Changes = c
			return r.withEngine(cmd.Context(), func(engine queries.Engine) error {
				return r.changes(cmd.Context(), engine, params, &f.outputFlags)
			})
		},
	}
	f.add(cmd)
	f.addRole(cmd)
	cli.EnumVar(cmd, false, &c.AtLeast, "severity", "only changes at least as grave as this", queries.Severities()...)
	cmd.Flags().BoolVar(&c.Failed, "failed", false, "also attempts that failed for another reason than a refusal")
	return cmd
}

func (r *report) changes(ctx context.Context, engine queries.Engine, params queries.Params, f *outputFlags) error {
	if err := checkAccounts(ctx, engine, params); err != nil {
		return err
	}
	meta, err := head(ctx, engine, params)
	if err != nil {
		return err
	}
	g, err := gather(ctx, engine, "changes", params)
	if err != nil {
		return err
	}
	if len(g.rows) == 0 && params.Role != "" {
		if err := needRole(ctx, engine, params); err != nil {
			return err
		}
	}
	return review.Write(r.Stdout, f.format, &meta, review.HeldRows(g.columns, g.rows), f.options(r, "changes"))
}
