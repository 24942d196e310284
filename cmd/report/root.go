package main

import (
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
)

// report is what all commands of the program share.
type report struct {
	*cli.Program
	*cli.Common
	open   opener
	work   work
	idle   func() // takes the line about the work off the terminal
	cache  cli.Cache
	engine engineFlags
	until  time.Time // end of the window, zero where there is none
	// noPager says that no answer is shown by a pager.
	noPager bool
}

func newRoot(r *report) *cobra.Command {
	root := &cobra.Command{
		Use:   "report",
		Short: "Answer questions about the roles of a CloudTrail lake",
		Long: `report answers questions about the IAM roles of a lake that ingest made:
which are used, when, by whom and for what, and what they may do and never do.`,
		Example: `  report last-used
  report last-used --quarter 2026Q3 --format csv > last-used.csv
  report unused --summary
  report unexpected --finding not_trusted
  report role deploy --since 30d
  report review --quarter 2026Q3 --out access-review
  report coverage --gaps
  report sessions --role db-admin --since 30d
  report serve --listen 127.0.0.1:9596
  report sql "select event_name, count(*) from events group by 1"`,
	}
	r.Common = cli.AddCommon(root, r.Program)
	r.cache.Flags(root.PersistentFlags())
	r.engine.add(root)
	root.PersistentFlags().BoolVar(&r.noPager, "no-pager", false, "do not show long answers by $PAGER, on a terminal")
	load := root.PersistentPreRunE
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		if err := load(cmd, args); err != nil {
			return err
		}
		return r.engine.check(cmd)
	}
	cli.TakesS3Lake(root)
	root.AddCommand(newLastUsed(r), newUnused(r), newUnexpected(r), newChanges(r), newCoverage(r), newRole(r), newSessions(r), newReview(r), newSQL(r), newServe(r), newConfig(r))
	return root
}
