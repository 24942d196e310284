package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cloudtrail/trail"
	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/pipeline"
)

func newTrail(p *cli.Program, common *cli.Common) *cobra.Command {
	var snapshotDate string
	var cache cli.Cache
	cmd := &cobra.Command{
		Use:   "trail FILE…",
		Short: "Read what trails log into the lake",
		Long: `Read what trails log into the lake.

A FILE holds outputs of aws cloudtrail describe-trails and get-event-selectors, one after
another. Without it reports assume that management events are logged and data events are
not; with it they know which unused permission the logs would have shown.`,
		Example: `  aws cloudtrail describe-trails > trails.json
  aws cloudtrail get-event-selectors --trail-name main >> trails.json
  ingest trail trails.json`,
		Args: cli.Arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := dayOrNow("snapshot-date", snapshotDate, p.Now())
			if err != nil {
				return err
			}
			return ingestTrails(cmd.Context(), &lakeChange{p: p, common: common, cache: &cache, create: true}, args, at)
		},
	}
	cli.TakesS3Lake(cmd)
	cache.Flags(cmd.Flags())
	cmd.Flags().StringVar(&snapshotDate, "snapshot-date", "", "the day that the configuration describes, as YYYY-MM-DD (default now)")
	return cmd
}

func ingestTrails(ctx context.Context, lake *lakeChange, paths []string, at time.Time) error {
	p := lake.p
	var parts [][]trail.Selector
	for _, path := range paths {
		some, err := withFile(ctx, p, path, "trails", func(r io.Reader, name string) ([]trail.Selector, error) { return trail.Parse(r, name) })
		if err != nil {
			return err
		}
		parts = append(parts, some)
	}
	selectors, err := trail.Join(parts...)
	if err != nil {
		return fmt.Errorf("reading trails: %w", err)
	}
	err = lake.change(ctx, func(l *parquet.Lake) error {
		return pipeline.IngestTrails(l, selectors, pipeline.TrailOptions{At: at, Version: cli.Version(), Warn: leftOver(p)})
	})
	if err != nil {
		return err
	}
	day := at.Format(time.DateOnly)
	p.Say(slog.LevelInfo, fmt.Sprintf("selectors %d, snapshot %s", len(selectors), day), "trails", "selectors", len(selectors), "snapshot_date", day)
	return nil
}
