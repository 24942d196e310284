package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/pipeline"
)

func newCompact(p *cli.Program, common *cli.Common) *cobra.Command {
	var since, until, summaryFile string
	var cache cli.Cache
	var keep time.Duration
	cmd := &cobra.Command{
		Use:   "compact",
		Short: "Make few large files of the many small ones of each day",
		Long: `Make few large files of the many small ones of each day.

Every run of ingest logs adds files to the days of its events. This command puts the
events of each day together, sorted by role, in files by which reports take less time.
No event is changed or lost; one that stands twice in a day stands once afterwards. Days
that are compact already, or have one file in this order, are left alone.

Reports may run meanwhile. A run that is stopped or killed leaves the lake whole, and the
next one goes on.

Of a lake on S3 log files are put together, which have objects of their own there. They
may come meanwhile, and other commands may run. Objects in whose place others came are
removed by a later compaction, when --keep-replaced is over.`,
		Example: `  ingest compact
  ingest compact --since 2026-09-01 --until 2026-10-01`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, to, err := daysAsked(since, until, "the day of --until is not compacted")
			if err != nil {
				return err
			}
			if common.LakeInS3() {
				options := pipeline.RemoteCompactOptions{Since: from, Until: to, Keep: keep, Version: cli.Version(), Now: p.Now}
				return compactOnS3(cmd.Context(), p, common, &cache, options, summaryFile)
			}
			options := pipeline.CompactOptions{Since: from, Until: to, Version: cli.Version(), Warn: leftOver(p)}
			return compact(cmd.Context(), p, common, options, summaryFile)
		},
	}
	cli.TakesS3Lake(cmd)
	cache.Flags(cmd.Flags())
	cmd.Flags().DurationVar(&keep, "keep-replaced", pipeline.KeepReplaced, "of a lake on S3: how long objects stay in whose place others came, for who reads them")
	cmd.Flags().StringVar(&since, "since", "", "first UTC day to compact, as YYYY-MM-DD (default the first of the lake)")
	cmd.Flags().StringVar(&until, "until", "", "first UTC day not to compact, as YYYY-MM-DD (default none)")
	cmd.Flags().StringVar(&summaryFile, "summary", "", "also write the balance to this file, as JSON")
	return cmd
}

// compactMemory is where the collector of garbage begins to work harder, in bytes: what a
// file of the size that is made takes while it is made, and some room.
const compactMemory = 256 << 20

// limitCompactMemory sets that limit, unless who runs the program has set one.
func limitCompactMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(compactMemory)
	}
}

// daysAsked are the values of the flags --since and --until, which take days.
func daysAsked(since, until, hint string) (from, to time.Time, err error) {
	if from, err = dayOrNone("since", since); err != nil {
		return from, to, err
	}
	if to, err = dayOrNone("until", until); err != nil {
		return from, to, err
	}
	if since != "" && until != "" && !from.Before(to) {
		err = cli.Usage(fmt.Errorf("flag --until must be later than --since, and %s is not later than %s", until, since), hint)
	}
	return from, to, err
}

// dayOrNone is the value of a flag that takes a day, or the zero time.
func dayOrNone(flag, date string) (time.Time, error) {
	if date == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return at, cli.Usage(fmt.Errorf("flag --%s must be a day like 2026-09-30, not %q", flag, date), "")
	}
	return at, nil
}

func compact(ctx context.Context, p *cli.Program, common *cli.Common, options pipeline.CompactOptions, summaryFile string) (err error) {
	summary, err := openSummary(summaryFile, common.Lake, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, summary.Close()) }()
	lake, err := parquet.WriteLake(common.Lake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	limitCompactMemory()
	bar := newProgress(p, "days")
	options.Progress = func(u pipeline.CompactProgress) {
		bar.update(pipeline.Progress{Objects: 1, Records: u.Rows, Total: u.Days})
	}
	balance, err := pipeline.Compact(ctx, lake, options)
	bar.end()
	if sayErr := sayCompacted(p, balance, summary); err == nil {
		err = sayErr
	}
	return err
}

// sayCompacted writes the balance.
func sayCompacted(p *cli.Program, c *pipeline.Compaction, file io.Writer) error {
	line := c.String()
	if c.Days.Compacted == 0 {
		line = "nothing to do\n" + line
	}
	p.Say(slog.LevelInfo, line, "compacted", "days", c.Days, "rows", c.Rows, "files", c.Files, "bytes", c.Bytes)
	text, err := c.JSON()
	return writeSummary(file, text, err)
}

// writeSummary writes a summary that was made, unless it could not be.
func writeSummary(file io.Writer, text []byte, err error) error {
	if err != nil {
		return err
	}
	if _, err := file.Write(text); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}
