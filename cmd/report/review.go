package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review"
	"roletrail/review/access"
	"roletrail/review/termtext"
)

func newReview(r *report) *cobra.Command {
	var f questionFlags
	var out, decisions string
	cmd := &cobra.Command{
		Use:   "review",
		Short: "The quarterly access review, for people who decide",
		Long: `review writes one folder about a window: which roles are used, by whom, what they
may do and never do, what changed, and what the logs cannot say.

  review.html  one file for a browser, which needs no network: every role with its
               evidence, and a decision to be made about it
  review.json  the same for programs, with the names of the reports' columns
  review.csv   a row per role, for a spreadsheet, with room for the decision
  review.xlsx  the same as a workbook, with filters and a list to choose from
  review.md    the first page and a line per role, for a wiki or a ticket
  owners/      what each owner is asked, where owners are known
  actions/     what decisions mean as commands, for a person to read and to run
  manifest.json  what it was made of, and the SHA-256 of each file

--decisions says what became of what was decided last time: what was done, what was
not, and which exceptions ran out; or, given those of this review, fills them in. It
reads what the page exported, or the workbook filled in. What is still to be done stands
in actions/. Decisions are bound to the role's unique id.

Every figure is the one of the report of the same window. The same lake, window,
inventory and configuration give the same bytes.`,
		Example: `  report review --quarter 2026Q3 --out access-review
  report review --quarter 2026Q4 --decisions decisions.json --out access-review
  report review --since 90d --account 111111111111 --out access-review`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return cli.Usage(errors.New("report review needs a folder to write to"), "name one with --out")
			}
			params, err := f.params(cmd, r)
			if err != nil {
				return err
			}
			params.GrantAges = true
			params.Unexpected, params.Changes = unexpectedOf(r.Config), changesOf(r.Config)
			earlier, err := readDecisions(decisions)
			if err != nil {
				return err
			}
			return r.withEngine(cmd.Context(), func(engine queries.Engine) error {
				return r.review(cmd.Context(), engine, &f, params, earlier, out)
			})
		},
	}
	f.addScope(cmd)
	cmd.Flags().StringVar(&out, "out", "", "folder to write to; it is made, and its files of this name are replaced")
	cmd.Flags().StringVar(&decisions, "decisions", "", "decisions.json or review.xlsx of the last review, to say what became of it, or of this one")
	return cmd
}

// givenDecisions are the decisions of the last review, and the file that they stand in; nil
// if none were given.
type givenDecisions struct {
	*access.Decisions
	read manifestFile
}

// readDecisions reads the decisions of the last review, if there is a file of them.
func readDecisions(file string) (d *givenDecisions, err error) {
	if file == "" {
		return nil, nil
	}
	const next = "give the decisions.json that the page of the last review exported, or its review.xlsx filled in"
	f, err := os.Open(file)
	if err != nil {
		return nil, cli.WithHint(fmt.Errorf("reading decisions: %w", err), next)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum, counted := sha256.New(), &countingWriter{}
	read, err := access.ReadDecisions(io.TeeReader(f, io.MultiWriter(sum, counted)))
	if err != nil {
		return nil, cli.WithHint(fmt.Errorf("reading decisions %s: %w", file, err), next)
	}
	return &givenDecisions{read, manifestFile{filepath.Base(file), counted.bytes, hex.EncodeToString(sum.Sum(nil))}}, nil
}

// decisions are nil if none were given.
func (d *givenDecisions) decisions() *access.Decisions {
	if d == nil {
		return nil
	}
	return d.Decisions
}

func (d *givenDecisions) file() *manifestFile {
	if d == nil {
		return nil
	}
	return &d.read
}

// review reads all and writes the files.
func (r *report) review(ctx context.Context, engine queries.Engine, f *questionFlags, params queries.Params, earlier *givenDecisions, out string) error {
	if err := checkAccounts(ctx, engine, params); err != nil {
		return err
	}
	meta, err := headOfCallers(ctx, engine, params)
	if err != nil {
		return err
	}
	quarter, err := f.quarterName()
	if err != nil {
		return err
	}
	configured, err := r.ConfigFile()
	if err != nil {
		return err
	}
	reviewed, err := access.Read(ctx, engine, access.Scope{Params: params, Quarter: quarter, Meta: meta, OwnerOf: r.Config.OwnerOf, RoleNames: r.Config.RoleNames(), Decisions: earlier.decisions(), Step: r.work.step})
	if err != nil {
		return err
	}
	// Who makes it learns here already what it will not say: a window without a log, say.
	if err := review.WriteNotes(r.Notes(), &meta, "review"); err != nil {
		return err
	}
	made := reviewCommand(f, params)
	files, err := reviewed.Files(made)
	if err != nil {
		return err
	}
	return r.writeReview(out, files, manifest{Made: made, Meta: meta, Digests: digestsOf(reviewed.Coverage), Configuration: configurationOf(configured), Decisions: earlier.file()})
}

// reviewCommand is the command that makes the review again, but for the lake. An age in
// days is a time in it: later it would be about other days.
func reviewCommand(f *questionFlags, params queries.Params) string {
	words := "report review"
	if f.quarter != "" {
		words += " --quarter " + termtext.ShellWord(f.quarter)
	} else {
		words += " --since " + params.Since.Format(time.RFC3339) + " --until " + params.Until.Format(time.RFC3339)
	}
	for _, account := range f.accounts {
		words += " --account " + account
	}
	if f.inventory != "" {
		words += " --inventory " + f.inventory
	}
	return words + " --out access-review"
}
