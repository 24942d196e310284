package main

import (
	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
)

func newLastUsed(r *report) *cobra.Command {
	var f questionFlags
	cmd := &cobra.Command{
		Use:   "last-used",
		Short: "One row per role: used when, by whom, for what",
		Long: `last-used lists every role that the logs or the inventory know, with its
verdict: active, dormant, never_used, denied_only, service_linked, or unknown
where the lake holds too little to say.

Counts are about the window; last and first times are about the whole lake up
to the window's end.`,
		Example: `  report last-used
  report last-used --quarter 2026Q3 --account 111111111111
  report last-used --since 2026-07-01 --until 2026-08-01 --format csv > july.csv
  report last-used --format json | jq '.rows[] | select(.verdict == "dormant")'`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return r.answer(cmd, &f, "last_used") },
	}
	f.add(cmd)
	f.addRole(cmd)
	return cmd
}
