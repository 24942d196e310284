package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/review/termtext"
)

func newFsck(p *cli.Program, common *cli.Common) *cobra.Command {
	var repair bool
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

No other command may write to the lake meanwhile.`,
		Example: `  ingest fsck
  ingest fsck --repair`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if common.LakeInS3() {
				return cli.Usage(fmt.Errorf("checking lake %q: a lake on S3 has no ledger that it could be held against", common.Lake),
					"reports hold what they fetch of its inventories, trails and catalogue against the SHA-256 in the commit that names it")
			}
			return fsck(cmd.Context(), p, common.Lake, repair, format)
		},
	}
	cli.TakesS3Lake(cmd) // to say why it does not
	cmd.Flags().BoolVar(&repair, "repair", false, "mend what is wrong")
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
	checked, err := pipeline.Fsck(ctx, lake, pipeline.FsckOptions{
		Repair: repair, At: p.Now(), Version: cli.Version(), Warn: leftOver(p), Progress: bar.update,
		Found: func(f parquet.Finding) error { bar.end(); return writeFinding(p, f, format) },
	})
	bar.end()
	if err != nil {
		return err
	}
	return sayChecked(p, folder, checked)
}

func writeFinding(p *cli.Program, f parquet.Finding, format listFormat) error {
	if format == listNDJSON {
		return json.NewEncoder(p.Stdout).Encode(f)
	}
	_, err := fmt.Fprintln(p.Stdout, termtext.Line(f.String()))
	return err
}

// sayChecked says what was found and done. What is left to do makes the exit code.
func sayChecked(p *cli.Program, folder string, c *pipeline.Checked) error {
	lines := []string{fmt.Sprintf("%s, %s: %s", counted(c.Files, "file"), counted(c.Rows, "row"), counted(c.Findings, "finding"))}
	var hints []string
	if m := c.Mended; m != nil {
		if m.Rebuilt {
			lines = append(lines, fmt.Sprintf("the ledger was made anew from %s", counted(m.Named, "file")))
		} else {
			lines = append(lines, fmt.Sprintf("the ledger was mended: %s now stand in it as they are", counted(m.Named, "file")))
		}
		if c.Duplicates > 0 {
			lines = append(lines, fmt.Sprintf("%s that stood in a day more than once went", counted(c.Duplicates, "event")))
		}
		if m.Folder != "" {
			hints = append(hints, fmt.Sprintf("look at %s, and remove it when you need it no more", path.Join(folder, m.Folder)))
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
		return cli.WithHint(fmt.Errorf("checking lake %q: it is not as its ledger says: %s, named above", folder, counted(c.Findings, "finding")),
			"ingest fsck --repair mends it; a copy of the lake that is made before can be gone back to")
	case c.Mended != nil && c.Mended.Folder != "":
		return cli.Quarantined(fmt.Errorf("done, but moved aside: %s", counted(len(c.Mended.Aside), "file")), hint)
	case hint != "":
		p.Say(slog.LevelInfo, termtext.Lines(hint), hint)
	}
	return nil
}
