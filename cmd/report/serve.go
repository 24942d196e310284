package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/cmd/internal/exporter"
	"roletrail/queries"
	"roletrail/review/gauges"
)

func newServe(r *report) *cobra.Command {
	job := serveJob{report: r}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve what the reports answer as metrics for Prometheus, until it is stopped",
		Long: fmt.Sprintf(`serve runs last-used, unused --summary, unexpected and coverage at the pace of
--refresh and serves what they answer as Prometheus gauges at /metrics: roles by
verdict, how long they have been idle, permissions by verdict, callers by
finding, days missing. /-/healthy and /-/ready tell whether it runs, and whether
there is an answer. When a run fails the last answer stays, and is counted.

At most %d accounts and the %d roles that have been idle the longest have series
of their own; the other accounts are counted together as "%s". In all there are
%d series at most.

TLS and passwords come from --web.config.file, in the form of the Prometheus
exporter toolkit.`, gauges.MostAccounts, gauges.MostIdleRoles, gauges.OtherAccounts, gauges.MostSeries),
		Example: `  report serve --listen 127.0.0.1:9596
  report serve --listen 127.0.0.1:9596 --refresh 15m --since 30d --account 111111111111`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := job.check(); err != nil {
				return err
			}
			return job.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&job.listen, "listen", "127.0.0.1:9596", "address to serve metrics at")
	flags.StringVar(&job.webConfig, "web.config.file", "", "TLS and passwords of --listen (exporter toolkit)")
	flags.DurationVar(&job.refresh, "refresh", time.Hour, "how long to wait between two runs of the reports, 1s to 24h")
	flags.StringVar(&job.since, "since", "90d", "start of the window, which ends now: an age, a time or a date")
	flags.Var(&job.accounts, "account", "only this account; may be repeated")
	return cmd
}

// serveJob is report serve.
type serveJob struct {
	*report
	listen, webConfig string
	refresh           time.Duration
	since             string
	accounts          accountIDs
}

// check finds mistakes in what was asked for, before the port is taken.
func (j *serveJob) check() error {
	if j.refresh < time.Second || j.refresh > 24*time.Hour {
		return cli.Usage(fmt.Errorf("flag --refresh must be from 1s to 24h, not %v", j.refresh), "")
	}
	_, err := j.params()
	return err
}

// params are those of a run that begins now: the window moves with the time.
func (j *serveJob) params() (queries.Params, error) {
	since, until, err := windowFlags{since: j.since}.window(j.Now())
	return queries.Params{
		Since: since, Until: until, Accounts: j.accounts,
		ThinCoverage: thinCoverage(j.Config.Coverage.ThinBelow),
		Unexpected:   unexpectedOf(j.Config),
	}, err
}

func (j *serveJob) run(ctx context.Context) (err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	registry := exporter.NewRegistry()
	answers := gauges.New(registry)
	server := exporter.Server{
		Name: "roletrail report", Description: "Tells what the roles of a lake are used for, and should not be",
		Address: j.listen, WebConfig: j.webConfig, Registry: registry, Say: j.Say,
		Ready: func() string {
			if !answers.Ready() {
				return "the first run of the reports is not done yet"
			}
			return ""
		},
	}
	served, err := server.Start(stop)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, served.Close()) }()
	for {
		j.answer(ctx, answers)
		select {
		case <-ctx.Done():
			if cause := context.Cause(ctx); !errors.Is(cause, cli.ErrInterrupted) && !errors.Is(cause, context.Canceled) {
				return cause // the server failed
			}
			j.Say(slog.LevelInfo, "stopped", "stopped")
			return nil
		case <-time.After(j.refresh):
		}
	}
}

// answer runs the reports over the lake as it is now.
func (j *serveJob) answer(ctx context.Context, answers *gauges.Gauges) {
	began := time.Now()
	params, err := j.params()
	if err == nil {
		err = j.withEngine(ctx, func(engine queries.Engine) error {
			if err := checkAccounts(ctx, engine, params); err != nil {
				return err
			}
			return answers.Refresh(ctx, engine, params)
		})
	}
	switch took := time.Since(began).Round(time.Millisecond); {
	case ctx.Err() != nil: // it is being stopped
	case err != nil:
		answers.Failed()
		j.Say(slog.LevelError, fmt.Sprintf("%v; trying again in %v", err, j.refresh), "refresh failed", "error", err.Error())
	default:
		j.Say(slog.LevelInfo, fmt.Sprintf("answered in %v", took), "refreshed", "took", took.String())
	}
}
