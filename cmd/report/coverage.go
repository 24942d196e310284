package main

import (
	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
)

func newCoverage(r *report) *cobra.Command {
	var f questionFlags
	var gaps bool
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "What the lake holds and what is missing",
		Long: `coverage lists what the lake holds of every account, Region and log family in
the window. A day counts as present when there is an event of it. With --gaps
it lists the days that are missing.`,
		Example: `  report coverage
  report coverage --quarter 2026Q3 --gaps
  report coverage --account 111111111111 --format json`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if gaps {
				return r.answer(cmd, &f, "coverage_gaps")
			}
			return r.answer(cmd, &f, "coverage")
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&gaps, "gaps", false, "list the missing days")
	return cmd
}
