package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cloudtrail"
	"roletrail/cmd/internal/cli"
	"roletrail/config"
	"roletrail/iam/amount"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/notice/queue"
	"roletrail/review/termtext"
)

func newLogs(p *cli.Program, common *cli.Common) *cobra.Command {
	job := logsJob{p: p, common: common}
	var since, until string
	cmd := &cobra.Command{
		Use:   "logs SOURCE…",
		Short: "Read log files into the lake",
		Long: `Read log files into the lake.

A SOURCE is a log file, a folder of them, a prefix of a bucket as s3://BUCKET/PREFIX,
or - for standard input. Files may be plain or gzip, as CloudTrail delivers them or
wrapped by EventBridge, CloudWatch Logs or LookupEvents, or JSON lines: what they are
is told by their content.

S3 is asked with the credentials, profile and endpoint of the environment and the
shared configuration, as the AWS CLI takes them.`,
		Example: `  ingest logs ./AWSLogs
  ingest logs --since 2026-07-01 --until 2026-10-01 s3://my-trail-logs/AWSLogs/
  ingest logs --lake ./lake trail-1/ trail-2/ extra.json.gz
  aws cloudtrail lookup-events | ingest logs -
  ingest logs --lake s3://my-lake/roletrail s3://my-trail-logs/AWSLogs/`,
		Args: cli.Arguments("SOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if job.workers < 0 {
				return cli.Usage(fmt.Errorf("flag --workers must be 0 or more, not %d", job.workers), "")
			}
			var err error
			if job.since, job.until, err = daysAsked(since, until, "nothing of the day of --until is asked for"); err != nil {
				return err
			}
			return job.run(cmd.Context(), args)
		},
	}
	cli.TakesS3Lake(cmd)
	cmd.Flags().StringVar(&since, "since", "", "of s3:// sources: first UTC day, as YYYY-MM-DD, by the folders of the keys")
	cmd.Flags().StringVar(&until, "until", "", "of s3:// sources: first UTC day not asked for; 30 days more are read for late files")
	cmd.Flags().BoolVar(&job.requesterPays, "requester-pays", false, "of s3:// sources: agree to pay for the requests")
	cmd.Flags().StringVar(&job.summaryFile, "summary", "", "also write the balance to this file, as JSON")
	cmd.Flags().IntVar(&job.workers, "workers", 0, "objects worked on at a time (0: one per core)")
	return cmd
}

// logsGCPercent is less than gcPercent: reading logs makes little garbage beside its
// buffers of some 100 MB, so that collecting it more often takes little time.
const logsGCPercent = 14

// s3Weight is memory that the collector counts, see [pipeline.WeighHeap]. Each request of S3
// leaves some 50 KB of garbage, of which without it as much as 4 MB
// would be collected again and again where objects are small: with it, 20 MB more may gather.
const s3Weight = 96 << 20

func inS3(source string) bool { return strings.HasPrefix(source, "s3://") || queue.IsURL(source) }

type logsJob struct {
	p             *cli.Program
	common        *cli.Common
	summaryFile   string
	workers       int
	since, until  time.Time // zero: no bound
	requesterPays bool
}

func (j *logsJob) run(ctx context.Context, args []string) (err error) {
	if err := j.checkSources(args); err != nil {
		return err
	}
	summary, err := openSummary(j.summaryFile, j.common.Lake, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, summary.Close()) }()
	sources, closeSources, err := j.sources(ctx, args)
	defer func() { err = errors.Join(err, closeSources()) }()
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(logsGCPercent))
	}
	if slices.ContainsFunc(args, inS3) {
		defer pipeline.WeighHeap(s3Weight)()
	}
	ingest := j.intoFolder
	if j.common.LakeInS3() {
		ingest = j.intoS3
	}
	balance, err := ingest(ctx, sources)
	if balance == nil {
		return err
	}
	if reportErr := j.report(balance, summary); err == nil {
		err = reportErr
	}
	if err == nil {
		err = quarantineError(balance, j.named())
	}
	return err
}

// intoFolder brings what the sources have into a lake in a folder. There is no balance where
// it did not come to reading.
func (j *logsJob) intoFolder(ctx context.Context, sources []pipeline.Source) (balance *pipeline.Summary, err error) {
	lake, err := parquet.CreateLake(j.common.Lake)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	bar := newProgress(j.p, "objects")
	defer bar.end()
	return pipeline.Ingest(ctx, lake, sources, j.options(bar))
}

func (j *logsJob) options(bar *progress) pipeline.Options {
	return pipeline.Options{Limits: limits(j.common.Config.Limits), Workers: j.workers, Version: cli.Version(), Progress: bar.update}
}

// checkSources finds mistyped sources before a lake is made for them.
func (j *logsJob) checkSources(args []string) error {
	inS3 := 0
	for _, arg := range args {
		if strings.HasPrefix(arg, "s3://") {
			inS3++
			if _, _, err := bucket.Place(arg); err != nil {
				return cli.Usage(err, "")
			}
			continue
		}
		if _, err := os.Stat(arg); arg != "-" && errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("listing source %q: %w", arg, pipeline.ErrNoSource)
		}
	}
	if inS3 == 0 && (j.requesterPays || !j.since.IsZero() || !j.until.IsZero()) {
		return cli.Usage(errors.New("flags --since, --until and --requester-pays are about s3:// sources, and there is none"), "leave them out: of folders and files all is read, and reports have --since too")
	}
	return nil
}

// sources makes a source of every argument.
func (j *logsJob) sources(ctx context.Context, args []string) (sources []pipeline.Source, closeAll func() error, err error) {
	var closers []io.Closer
	closeAll = func() error {
		var errs []error
		for _, c := range closers {
			errs = append(errs, c.Close())
		}
		return errors.Join(errs...)
	}
	for _, arg := range args {
		switch {
		case arg == "-":
			stdin := &pipeline.Stdin{Reader: j.p.Stdin, Limit: int64(j.common.Config.Limits.InflatedSize)}
			sources, closers = append(sources, stdin), append(closers, stdin)
		case strings.HasPrefix(arg, "s3://"):
			source, err := j.s3Source(ctx, arg)
			if err != nil {
				return nil, closeAll, err
			}
			sources = append(sources, source)
		default:
			sources = append(sources, pipeline.Files{Path: arg, Except: j.common.Lake})
		}
	}
	return sources, closeAll, nil
}

// listedOnScreen is how many quarantined things are named one by one.
const listedOnScreen = 20

// report writes what became of everything.
func (j *logsJob) report(s *pipeline.Summary, file io.Writer) error {
	j.listQuarantine(s)
	j.p.Say(slog.LevelInfo, s.String(), "balance", "objects", s.Objects, "records", s.Records)
	text, err := s.JSON()
	if err != nil {
		return err
	}
	if _, err := file.Write(text); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}

// listQuarantine names what a run set aside.
func (j *logsJob) listQuarantine(s *pipeline.Summary) {
	for i, q := range s.Quarantine {
		if i == listedOnScreen {
			j.p.Say(slog.LevelWarn, "… and more: ingest quarantine lists all of it",
				"more was quarantined than is listed", "objects", s.Objects.Quarantined, "records", s.Records.Quarantined)
			break
		}
		j.quarantined(q)
	}
}

// quarantined names one thing that was set aside: for people by default, with
// everything known of it for programs.
func (j *logsJob) quarantined(q pipeline.Quarantined) {
	where := placeOf(q.Object, q.Record, q.Offset)
	j.p.Say(slog.LevelWarn, fmt.Sprintf("quarantined %s: %s", termtext.Lines(where), termtext.Lines(q.Reason)),
		"quarantined", "object", q.Object, "offset", q.Offset, "record", q.Record, "reason", q.Reason, "detail", q.Detail, "sha256", q.SHA256)
}

// named is where what was quarantined is named.
func (j *logsJob) named() string {
	if j.common.LakeInS3() {
		return "they are named above, and those that could be read also by ingest quarantine"
	}
	return "they are named above, and all of them by ingest quarantine"
}

// quarantineError says what was quarantined, and where else it is named.
func quarantineError(s *pipeline.Summary, where string) error {
	objects, records := s.Objects.Quarantined, s.Records.Quarantined
	if objects+records == 0 {
		return nil
	}
	return cli.Quarantined(fmt.Errorf("done, but quarantined: %s, %s", amount.Of(objects, "object"), amount.Of(records, "record")),
		where+"; quarantined objects are tried again by the next run")
}

func limits(l config.Limits) pipeline.Limits {
	return pipeline.Limits{
		InflatedSize:   int64(l.InflatedSize),
		InflationRatio: l.InflationRatio,
		Records: cloudtrail.Limits{
			RecordSize:       int(l.RecordSize),
			Depth:            int(l.Depth),
			RecordsPerObject: int(l.RecordsPerObject),
		},
	}
}
