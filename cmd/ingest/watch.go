package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/cmd/internal/exporter"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/notice"
	"roletrail/pipeline/notice/queue"
	"roletrail/pipeline/watch"
	"roletrail/review/termtext"
)

func newWatch(p *cli.Program, common *cli.Common) *cobra.Command {
	job := watchJob{logs: logsJob{p: p, common: common}}
	var since string
	cmd := &cobra.Command{
		Use:   "watch SOURCE…",
		Short: "Read new log files into the lake as they come, until it is stopped",
		Long: `Read new log files into the lake as they come, until it is stopped.

A SOURCE is a folder, a prefix of a bucket as s3://BUCKET/PREFIX, or the URL of an SQS
queue to which S3 gives notice of new objects, by itself or through SNS or EventBridge.
What is there already is read first. Then folders are looked at when something changes in
them, and every source at the pace of --poll: of S3 the last days, and all of it once a
day, for log files may come late. Messages are deleted when their objects are in the
lake; those that fail are left to the queue. Files that were written less than two seconds
ago are left for the next look; what was quarantined is tried again when it changes, or
after an hour.

Between two looks the lake is free for ingest compact, iam and trail, and a look that
finds them at work waits for the next. Ctrl-C or SIGTERM stops it when what it has begun
is in the lake.

With --slack-webhook-file it tells Slack of every role change that is grave and new, and
of access that is out of the ordinary; with --webhook-file any other program; until they
have accepted it. What is to be told is kept in the lake's ledger, or in objects of a lake
on S3, so that no stop loses it, and so is what was seen before: callers of roles, and
from where roles act.

With --listen it serves Prometheus metrics at /metrics, and /-/healthy and /-/ready,
which is true after the first look. TLS and passwords come from --web.config.file, in
the form of the Prometheus exporter toolkit.`,
		Example: `  ingest watch ./AWSLogs
  ingest watch --listen 127.0.0.1:9595 --poll 1m s3://my-trail-logs/AWSLogs/
  ingest watch --slack-webhook-file /run/secrets/slack --alert-severity critical ./AWSLogs
  ingest watch --allow-source s3://my-trail-logs \
    https://sqs.eu-west-1.amazonaws.com/111111111111/new-log-files
  ingest watch --lake s3://my-lake/roletrail s3://my-trail-logs/AWSLogs/`,
		Args: cli.Arguments("SOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if job.logs.since, err = dayOrNone("since", since); err != nil {
				return err
			}
			if err := job.check(cmd.Context(), args); err != nil {
				return err
			}
			return job.run(cmd.Context(), args)
		},
	}
	cli.TakesS3Lake(cmd)
	cmd.Flags().DurationVar(&job.poll, "poll", 30*time.Second, "how long to wait between two looks at the sources, 1s to 24h")
	cmd.Flags().StringVar(&job.listen, "listen", "", "serve metrics at this address, as 127.0.0.1:9595 (default: do not)")
	cmd.Flags().StringVar(&job.webConfig, "web.config.file", "", "TLS and passwords of --listen (exporter toolkit)")
	cmd.Flags().StringVar(&since, "since", "", "of s3:// sources: first UTC day, as YYYY-MM-DD, by the folders of the keys")
	cmd.Flags().BoolVar(&job.logs.requesterPays, "requester-pays", false, "of s3:// sources: agree to pay for the requests")
	cmd.Flags().StringArrayVar(&job.allow, "allow-source", nil, "of queues: messages may name objects below `s3://BUCKET/PREFIX` alone; may be repeated (default any)")
	cmd.Flags().IntVar(&job.logs.workers, "workers", 0, "objects worked on at a time (0: one per core)")
	job.alerts.flags(cmd)
	return cmd
}

type watchJob struct {
	alerts    alertJob
	logs      logsJob
	poll      time.Duration
	listen    string
	webConfig string
	allow     []string       // places that messages may name
	allowed   notice.Allowed // the same
}

// check finds mistakes in what was asked for, before anything is made.
func (j *watchJob) check(ctx context.Context, args []string) error {
	switch {
	case j.logs.workers < 0:
		return cli.Usage(fmt.Errorf("flag --workers must be 0 or more, not %d", j.logs.workers), "")
	case j.poll < time.Second || j.poll > 24*time.Hour:
		return cli.Usage(fmt.Errorf("flag --poll must be from 1s to 24h, not %v", j.poll), "")
	case j.webConfig != "" && j.listen == "":
		return cli.Usage(errors.New("flag --web.config.file is about --listen, which is not given"), "")
	}
	allowed, err := notice.ParseAllowed(j.allow)
	if err != nil {
		return cli.Usage(fmt.Errorf("flag --allow-source: %w", err), "")
	}
	if j.allowed = allowed; len(allowed) > 0 && !slices.ContainsFunc(args, queue.IsURL) {
		return cli.Usage(errors.New("flag --allow-source is about queues, and there is none"), "")
	}
	if err := j.alerts.check(ctx); err != nil {
		return err
	}
	var others []string // that ingest logs takes, too
	for _, arg := range args {
		if queue.IsURL(arg) {
			continue
		}
		others = append(others, arg)
		if strings.HasPrefix(arg, "s3://") {
			continue
		}
		if arg == "-" {
			return cli.Usage(errors.New("standard input cannot be watched"), "read it with ingest logs -")
		}
		if info, err := os.Stat(arg); err == nil && !info.IsDir() {
			return cli.Usage(fmt.Errorf("source %q is a file, which cannot be watched", arg), "name its folder, or read it with ingest logs")
		}
	}
	return j.logs.checkSources(others)
}

func (j *watchJob) run(ctx context.Context, args []string) (err error) {
	sources, err := j.sources(ctx, args)
	if err != nil {
		return err
	}
	config := j.logs.common.Config
	unusual := unusualOf(config)
	lake, err := j.lake(ctx, unusual)
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(logsGCPercent))
	}
	if slices.ContainsFunc(args, inS3) {
		defer pipeline.WeighHeap(s3Weight)()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	registry := exporter.NewRegistry()
	metrics := watch.NewMetrics(registry)
	if j.listen != "" {
		server, err := j.exporter(registry, metrics).Start(stop)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, server.Close()) }()
	}
	watcher := watch.Watcher{
		Lake:    lake,
		Sources: sources,
		Options: pipeline.Options{Limits: limits(config.Limits), Workers: j.logs.workers, Version: cli.Version(), Telling: j.alerts.telling(),
			Explaining: &pipeline.Explaining{Accounts: config.KnownAccounts, Automation: config.AutomationOf, Watched: config.WatchedAs},
			Unusual:    unusual},
		Every:   j.poll,
		Told:    j.told,
		Metrics: metrics,

		Alerts: j.alerts.sender(j.logs.p, registry), AlertAge: j.alerts.maxAge,
	}
	if err := watcher.Run(ctx); err != nil {
		return err
	}
	if cause := context.Cause(ctx); !errors.Is(cause, cli.ErrInterrupted) && !errors.Is(cause, context.Canceled) {
		return cause // the server failed
	}
	j.logs.p.Say(slog.LevelInfo, "stopped; what was begun is in the lake", "stopped")
	return nil
}

// recentFolders is how old the folders of keys are that every look lists. They bear the day of
// delivery (P17), so that also a log file that is delivered very late lies in a new one. Into older
// ones files come by copying or replication, which the look of once a day finds.
const recentFolders = 48 * time.Hour

// lake is what the rounds write to.
func (j *watchJob) lake(ctx context.Context, unusual *pipeline.Unusual) (watch.Lake, error) {
	if !j.logs.common.LakeInS3() {
		return watch.InFolder(j.logs.common.Lake), nil
	}
	store, err := bucket.OpenStore(ctx, j.logs.common.Lake)
	if err != nil {
		return nil, err
	}
	b := watch.Bucket{RemoteIngest: pipeline.NewRemoteIngest(store), Remembers: pipeline.NewRemoteMemory(store, unusual)}
	if to := j.alerts.telling().Webhooks; len(to) > 0 {
		b.Tells = pipeline.NewRemoteOutbox(store, to...)
	}
	return b, nil
}

func (j *watchJob) exporter(registry *prometheus.Registry, metrics *watch.Metrics) *exporter.Server {
	return &exporter.Server{
		Name: "roletrail ingest", Description: "Reads new CloudTrail log files into a lake",
		Address: j.listen, WebConfig: j.webConfig, Registry: registry, Say: j.logs.p.Say,
		Ready: func() string {
			if !metrics.Ready() {
				return "the first look at the sources is not done yet"
			}
			return ""
		},
	}
}

// sources makes a source of every argument.
func (j *watchJob) sources(ctx context.Context, args []string) (sources []watch.Source, err error) {
	for _, arg := range args {
		if queue.IsURL(arg) {
			messages, err := j.queue(ctx, arg)
			if err != nil {
				return nil, err
			}
			sources = append(sources, watch.Source{Source: messages})
			continue
		}
		if !strings.HasPrefix(arg, "s3://") {
			files := pipeline.Files{Path: arg, Except: j.logs.common.Lake}
			sources = append(sources, watch.Source{Source: files, Folder: arg, Except: j.logs.common.Lake})
			continue
		}
		all, err := j.logs.s3Source(ctx, arg)
		if err != nil {
			return nil, err
		}
		sources = append(sources, watch.Source{Source: all, Recent: func(now time.Time) pipeline.Source {
			recent := *all
			recent.Newest = true
			if from := now.Add(-recentFolders).Truncate(24 * time.Hour); from.After(recent.Since) {
				recent.Since = from
			}
			return &recent
		}})
	}
	return sources, nil
}

// queue is the source that the URL of a queue names. Buckets are those of its messages.
func (j *watchJob) queue(ctx context.Context, url string) (*queue.Queue, error) {
	client, err := queue.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	warn := func(err error) {
		j.logs.p.Say(slog.LevelWarn, termtext.Lines(err.Error()), "queue", "error", err.Error())
	}
	buckets := bucket.Sources{RequesterPays: j.logs.requesterPays, Connect: func(ctx context.Context, name string) (bucket.Client, error) { return bucket.Connect(ctx, name) }}
	q := queue.New(client, url, buckets.Of, warn)
	if q.Allowed = j.allowed; len(q.Allowed) == 0 {
		warn(fmt.Errorf("whoever may send to queue %q chooses what is read: name the buckets of your trails with --allow-source", url))
	}
	return q, q.Check(ctx)
}

// told writes what became of a round in which there was something.
func (j *watchJob) told(s *pipeline.Summary, err error) {
	say := j.logs.p.Say
	if s != nil && s.Objects.Total > s.Objects.Already {
		j.logs.listQuarantine(s)
		say(slog.LevelInfo, s.String(), "balance", "objects", s.Objects, "records", s.Records)
	}
	if s != nil && s.RoleChanges.Untold > 0 {
		say(slog.LevelWarn, fmt.Sprintf("%d role changes more than are told at a time; report changes lists them", s.RoleChanges.Untold), "untold", "changes", s.RoleChanges.Untold)
	}
	if s != nil && s.Unusual.Found.Untold > 0 {
		say(slog.LevelWarn, fmt.Sprintf("%d findings of unusual access more than are told at a time", s.Unusual.Found.Untold), "untold", "findings", s.Unusual.Found.Untold)
	}
	switch {
	case errors.Is(err, parquet.ErrLocked):
		say(slog.LevelInfo, err.Error()+"; looking again later", "locked", "error", err.Error())
	case err != nil:
		say(slog.LevelError, fmt.Sprintf("%v; trying again", err), "round failed", "error", err.Error())
	}
}
