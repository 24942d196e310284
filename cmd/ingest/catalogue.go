package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/action"
	"roletrail/parquet"
	"roletrail/pipeline"
)

func newCatalogue(p *cli.Program, common *cli.Common) *cobra.Command {
	var refresh, date string
	var cache cli.Cache
	cmd := &cobra.Command{
		Use:   "catalogue",
		Short: "Write the catalogue of IAM actions into the lake",
		Long: `Write the catalogue of IAM actions into the lake.

Every build holds a catalogue, and ingest iam writes it by itself. --refresh takes a
newer one from AWS's service reference, which also tells which actions AWS
generates policies from and which actions an operation asks for. Services that the
reference does not describe stay as they are built in. Without --refresh the lake
gets the built-in one back.

Nothing is fetched unless --refresh names a URL. A FOLDER holds the same files,
saved before. They bear no date: they are taken for those of this moment unless
--date says otherwise.`,
		Example: `  ingest catalogue
  ingest catalogue --refresh https://servicereference.us-east-1.amazonaws.com/
  ingest catalogue --refresh ./service-reference --date 2026-11-01`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if refresh == "" && date != "" {
				return cli.Usage(errors.New("flag --date is about --refresh, which is not there"), "the built-in catalogue has its own date")
			}
			at, err := dayOrNow("date", date, p.Now())
			if err != nil {
				return err
			}
			return ingestCatalogue(cmd.Context(), &lakeChange{p: p, common: common, cache: &cache, create: true}, refresh, at)
		},
	}
	cli.TakesS3Lake(cmd)
	cache.Flags(cmd.Flags())
	cmd.Flags().StringVar(&refresh, "refresh", "", "take AWS's service reference from the `URL|FOLDER`")
	cmd.Flags().StringVar(&date, "date", "", "the day that the files of --refresh are of, as YYYY-MM-DD (default now)")
	return cmd
}

func ingestCatalogue(ctx context.Context, lake *lakeChange, refresh string, at time.Time) (err error) {
	p := lake.p
	var refreshed *action.Catalogue
	if refresh != "" {
		if refreshed, err = readReference(ctx, p, refresh, at); err != nil {
			return err
		}
	}
	if err := lake.change(ctx, func(l *parquet.Lake) error { return pipeline.IngestCatalogue(l, refreshed, cli.Version()) }); err != nil {
		return err
	}
	written := action.Embedded()
	if refreshed != nil {
		written = refreshed
	}
	day := written.Date().Format(time.DateOnly)
	p.Say(slog.LevelInfo, fmt.Sprintf("catalogue of %s, actions %d", day, written.Len()), "catalogue", "catalogue_date", day, "actions", written.Len())
	return nil
}

// readReference lays AWS's service reference over the built-in catalogue.
func readReference(ctx context.Context, p *cli.Program, source string, at time.Time) (*action.Catalogue, error) {
	services, err := pipeline.ReadReference(ctx, source)
	if err != nil {
		return nil, err
	}
	refreshed, err := action.Embedded().Refresh(at.Truncate(24*time.Hour), services)
	if err != nil {
		return nil, fmt.Errorf("reading the service reference %q: %w", source, err)
	}
	operations := 0
	for range refreshed.Operations() {
		operations++
	}
	p.Say(slog.LevelInfo, fmt.Sprintf("services %d, operations %d", len(services), operations),
		"service reference", "services", len(services), "operations", operations)
	return refreshed, nil
}
