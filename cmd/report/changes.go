package main

import (
	"context"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/config"
	"roletrail/queries"
	"roletrail/review"
)

func newChanges(r *report) *cobra.Command {
	var f questionFlags
	var c queries.Changes
	var diff bool
	cmd := &cobra.Command{
		Use:   "changes",
		Short: "One row per change of a role",
		Long: `changes lists the events of the window that changed what a role may do, who may
become it, or that it exists, and the attempts that were denied; the newest
first. A change of a policy is held against the policy before it, which earlier
events and inventories tell: the severity is that of the difference. Where nobody
tells, it is what the record shows.

The actor is who stands at the start of a chain of roles. The roles are those
that the record names, with their paths from the inventory, and those that it
reaches besides: by a policy that they have, a provider that they trust, their
permission set. The summary says whom else it reaches, or that this is unknown.
Accounts of the inventory, owners of trails and known_accounts of roletrail.yaml
are one's own.

--diff shows the policies before and after beside each other; in the formats for
programs it adds the column difference.`,
		Example: `  report changes
  report changes --quarter 2026Q3 --severity high
  report changes --role deploy --since 30d --failed
  report changes --severity high --diff
  report changes --format json | jq '.rows[] | {event_time, severity, actor, summary}'`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			params, err := f.params(cmd, r)
			if err != nil {
				return err
			}
			params.Changes = changesOf(r.Config)
			params.Changes.AtLeast, params.Changes.Failed = c.AtLeast, c.Failed
			return r.answering(cmd.Context(), func(engine queries.Engine) error {
				return r.changes(cmd.Context(), engine, params, &f.outputFlags, diff)
			})
		},
	}
	f.add(cmd)
	f.addRole(cmd)
	cli.EnumVar(cmd, false, &c.AtLeast, "severity", "only changes at least as grave as this", queries.Severities()...)
	cmd.Flags().BoolVar(&diff, "diff", false, "show what is different, and the policies before and after")
	cmd.Flags().BoolVar(&c.Failed, "failed", false, "also attempts that failed for another reason than a refusal")
	return cmd
}

func (r *report) changes(ctx context.Context, engine queries.Engine, params queries.Params, f *outputFlags, diff bool) error {
	if err := checkAccounts(ctx, engine, params); err != nil {
		return err
	}
	meta, err := head(ctx, engine, params)
	if err != nil {
		return err
	}
	explained, err := queries.ExplainChanges(ctx, engine, params, r.Config.KnownAccounts, 0)
	if err != nil {
		return err
	}
	columns, changes := explained.Columns, explained.Rows
	if len(changes) == 0 && params.Role != "" {
		if err := needRole(ctx, engine, params); err != nil {
			return err
		}
	}
	options := f.options(r, "changes")
	if diff && f.format.ForPeople() {
		return review.WriteChanges(r.Stdout, f.format, &meta, readable(columns, changes), options)
	}
	rows := make([][]any, len(changes))
	for i, c := range changes {
		rows[i] = c.Row
	}
	if diff {
		if columns, err = addDifferences(columns, rows, changes); err != nil {
			return err
		}
	}
	return review.Write(r.Stdout, f.format, &meta, review.HeldRows(columns, rows), options)
}

// changesOf is what the configuration says of changes: whose are known automation, and which roles are watched.
func changesOf(c config.Config) queries.Changes {
	return queries.Changes{Automation: c.AutomationOf, Watched: c.WatchedAs}
}
