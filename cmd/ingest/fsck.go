package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/amount"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/review/termtext"
)

func newFsck(p *cli.Program, common *cli.Common) *cobra.Command {
	var repair, relearn bool
	var keep time.Duration
	format := listText
	cmd := &cobra.Command{
		Use:   "fsck",
		Short: "Hold the lake against its ledger, and mend it",
		Long: `Hold the lake against its ledger, and mend it.

Every file that the ledger names must be there with the bytes that were written, and
nothing else; no event may stand twice in a day. What is not so is listed on standard
output, and the exit code is 1. Nothing is changed.

With --repair the ledger says afterwards what is so. Files that can be relied on count.
Others are moved into LAKE/aside, never removed, and the exit code is 3. A ledger that
is lost or damaged is made anew from the files. Where events may be gone, or the ledger
was, log files count as not read: ingest them again, and what is gone is written again,
while all other events are known.

A lake on S3 has commits in the place of a ledger. There other commands may run meanwhile, but
not beside --repair. With --relearn what unusual access and changes of roles are held against,
which lies beside such a lake, is learnt anew from all its events; a ledger learns by itself.

No other command may write to a lake in a folder meanwhile.`,
		Example: `  ingest fsck
  ingest fsck --repair`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if common.LakeInS3() {
				err := fsckOnS3(cmd.Context(), p, common.Lake, repair, keep, format)
				if relearn && !errors.Is(err, pipeline.ErrInterrupted) {
					err = errors.Join(err, relearnOnS3(cmd.Context(), p, common))
				}
				return err
			}
			if relearn {
				return cli.Usage(errors.New("flag --relearn is about lakes on S3"), "a ledger that --repair has made anew learns of the lake when ingest watch runs the next time")
			}
			return fsck(cmd.Context(), p, common.Lake, repair, format)
		},
	}
	cli.TakesS3Lake(cmd)
	cmd.Flags().DurationVar(&keep, "keep-replaced", pipeline.KeepReplaced, "of a lake on S3: as for ingest compact")
	cmd.Flags().BoolVar(&repair, "repair", false, "mend what is wrong")
	cmd.Flags().BoolVar(&relearn, "relearn", false, "of a lake on S3: learn anew what is ordinary, and what documents said")
	cli.EnumVar(cmd, false, &format, "format", "how the list is written", listText, listNDJSON)
	return cmd
}

func fsck(ctx context.Context, p *cli.Program, folder string, repair bool, format listFormat) (err error) {
	lake, err := parquet.SuspectLake(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	bar := newProgress(p, "files")
	checked, err := pipeline.Fsck(ctx, lake, fsckOptions(p, bar, repair, format))
	bar.end()
	if err != nil {
		return err
	}
	return sayChecked(p, folder, "ledger", checked)
}

func fsckOptions(p *cli.Program, bar *progress, repair bool, format listFormat) pipeline.FsckOptions {
	return pipeline.FsckOptions{
		Repair: repair, At: p.Now(), Version: cli.Version(), Warn: leftOver(p), Progress: bar.update,
		Found: func(f parquet.Finding) error { bar.end(); return writeFinding(p, f, format) },
	}
}

// fsckOnS3 holds a lake on S3 against its commits.
func fsckOnS3(ctx context.Context, p *cli.Program, lake string, repair bool, keep time.Duration, format listFormat) error {
	store, err := bucket.OpenStore(ctx, lake)
	if err != nil {
		return err
	}
	bar := newProgress(p, "objects")
	checked, err := pipeline.FsckRemote(ctx, store, pipeline.RemoteFsckOptions{FsckOptions: fsckOptions(p, bar, repair, format), Keep: keep})
	bar.end()
	if err != nil {
		return err
	}
	return sayChecked(p, store.String(), "commits", checked)
}

// relearnOnS3 learns anew what log files are held against that come into a lake on S3.
func relearnOnS3(ctx context.Context, p *cli.Program, common *cli.Common) error {
	store, err := bucket.OpenStore(ctx, common.Lake)
	if err != nil {
		return err
	}
	bar := newProgress(p, "files")
	files, err := pipeline.Relearn(ctx, store, unusualOf(common.Config), bar.update)
	bar.end()
	if err == nil {
		p.Say(slog.LevelInfo, "learnt anew from "+amount.Of(files, "file")+" of events", "relearnt", "files", files)
	}
	return err
}

func writeFinding(p *cli.Program, f parquet.Finding, format listFormat) error {
	if format == listNDJSON {
		return json.NewEncoder(p.Stdout).Encode(f)
	}
	_, err := fmt.Fprintln(p.Stdout, termtext.Line(f.String()))
	return err
}

// says is what a lake is held against.
var says = map[string]string{"ledger": "ledger says", "commits": "commits say"}

// sayChecked says what was found and done. What is left to do makes the exit code.
func sayChecked(p *cli.Program, folder, against string, c *pipeline.Checked) error {
	lines := []string{fmt.Sprintf("%s, %s: %s", amount.Of(c.Files, "file"), amount.Of(c.Rows, "row"), amount.Of(c.Findings, "finding"))}
	var hints []string
	if m := c.Mended; m != nil {
		if m.Rebuilt {
			lines = append(lines, fmt.Sprintf("the ledger was made anew from %s", amount.Of(m.Named, "file")))
		} else if against == "ledger" {
			lines = append(lines, fmt.Sprintf("the ledger was mended: %s now stand in it as they are", amount.Of(m.Named, "file")))
		}
		if c.Duplicates > 0 {
			lines = append(lines, fmt.Sprintf("%s that stood in a day more than once went", amount.Of(c.Duplicates, "event")))
		}
		if m.Folder != "" {
			hints = append(hints, fmt.Sprintf("look at %s, and remove it when you need it no more", strings.TrimRight(folder, "/")+"/"+m.Folder))
		}
		if m.Forgotten {
			hints = append(hints, "ingest all log files again: events that are gone are written again, the others are known")
		}
		if m.LostSnapshots {
			hints = append(hints, "and take the inventories, trails or catalogue of the files that were moved aside again")
		}
	}
	p.Say(slog.LevelInfo, termtext.Lines(strings.Join(lines, "\n")), "checked", "files", c.Files, "rows", c.Rows, "bytes", c.Bytes, "findings", c.Findings,
		"mended", c.Mended, "duplicates_dropped", c.Duplicates)
	hint := strings.Join(hints, "\n")
	switch {
	case c.Mended == nil && c.Findings > 0:
		return cli.WithHint(fmt.Errorf("checking lake %q: it is not as its %s: %s, named above", folder, says[against], amount.Of(c.Findings, "finding")),
			"ingest fsck --repair mends it; a copy of the lake that is made before can be gone back to")
	case c.Mended != nil && c.Lasting > 0:
		return cli.WithHint(fmt.Errorf("mending lake %q: %s cannot be mended from the lake alone", folder, amount.Of(c.Lasting, "finding")), strings.TrimPrefix(hint+"\ntheir lines above say how", "\n"))
	case c.Mended != nil && c.Mended.Folder != "":
		return cli.Quarantined(fmt.Errorf("done, but moved aside: %s", amount.Of(len(c.Mended.Aside), "file")), hint)
	case hint != "":
		p.Say(slog.LevelInfo, termtext.Lines(hint), hint)
	}
	return nil
}
