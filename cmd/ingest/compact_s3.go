package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"roletrail/cmd/internal/cli"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// compactOnS3 puts the log files of a lake on S3 together.
func compactOnS3(ctx context.Context, p *cli.Program, common *cli.Common, cache *cli.Cache, options pipeline.RemoteCompactOptions, summaryFile string) (err error) {
	if options.Keep < 0 {
		return cli.Usage(fmt.Errorf("flag --keep-replaced must not be negative, and %v is", options.Keep), "")
	}
	if options.Limit, err = cache.Size(); err != nil {
		return err
	}
	store, err := bucket.OpenStore(ctx, common.Lake)
	if err != nil {
		return err
	}
	folder, err := cache.Folder(store.String())
	if err != nil {
		return err
	}
	summary, err := openSummary(summaryFile, folder, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, summary.Close()) }()
	limitCompactMemory()
	bar := newProgress(p, "log files")
	options.Progress = bar.update
	balance, err := pipeline.CompactRemote(ctx, store, folder+"-compacting", options)
	bar.end()
	if sayErr := sayCompactedOnS3(p, balance, summary); err == nil {
		err = sayErr
	}
	return err
}

// sayCompactedOnS3 writes the balance.
func sayCompactedOnS3(p *cli.Program, c *pipeline.RemoteCompaction, file io.Writer) error {
	line := c.String()
	if c.LogFiles+c.Days.Compacted == 0 {
		line = "nothing to put together\n" + line
	}
	p.Say(slog.LevelInfo, line, "compacted", "log_files", c.LogFiles, "days", c.Days, "rows", c.Rows, "files", c.Files, "bytes", c.Bytes,
		"objects_removed", c.Removed, "objects_kept", c.Waiting)
	text, err := c.JSON()
	return writeSummary(file, text, err)
}
