package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/amount"
	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/review/termtext"
)

func newIAM(p *cli.Program, common *cli.Common) *cobra.Command {
	var snapshotDate string
	var scps []string
	var live, fromLogs bool
	var cache cli.Cache
	cmd := &cobra.Command{
		Use:   "iam FILE… | --live | --from-logs",
		Short: "Read the IAM inventory of one or more accounts into the lake",
		Long: `Read the IAM inventory of one or more accounts into the lake.

A FILE is the output of aws iam get-account-authorization-details: one page or
several, of one account or several, plain or gzip. All pages of an account must be
given in one command. An inventory bears no date of its own: it is taken for one of
this moment unless --snapshot-date says otherwise.

--live asks IAM itself instead, about the account of the credentials that the AWS CLI
would use too. They need the permission iam:GetAccountAuthorizationDetails, no other.

What the roles may do is computed from all policies of the inventory. The control
policies of an organisation are not part of it: --scp names a FILE with the outputs of
aws organizations describe-policy for one level (the root, an organisational unit, the
account), and is given once per level. They bear on all accounts of the command. On the
management account control policies do not bear: take its inventory without --scp.

--from-logs takes no FILE: for accounts of which the lake has no inventory it replays the
events that made and changed roles, so that reports can say at least that much. What was
there before the logs stays unknown, and reports say so.`,
		Example: `  aws iam get-account-authorization-details > 111111111111.json
  ingest iam 111111111111.json
  ingest iam --snapshot-date 2026-09-30 *.json
  AWS_PROFILE=audit ingest iam --live
  ingest iam --scp root.json --scp workloads.json 111111111111.json
  ingest iam --from-logs`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case live && fromLogs:
				return cli.Usage(errors.New("flags --live and --from-logs exclude each other"), "where IAM can be asked, its answer is the better one")
			case live:
				return nothingBeside(args, snapshotDate)
			case fromLogs:
				return nothingBesideLogs(args, snapshotDate)
			}
			return cli.Arguments("FILE, or --live")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			work := &inventoryWork{}
			defer p.Working(func(took time.Duration) []string { return work.line(took, time.Now()) })()
			if fromLogs {
				return ingestFromLogs(cmd.Context(), &lakeChange{p: p, common: common, cache: &cache, create: false, logs: true}, work, scps)
			}
			at, err := dayOrNow("snapshot-date", snapshotDate, p.Now())
			if err != nil {
				return err
			}
			read := func(ctx context.Context) (*inventory.Inventory, error) { return readInventories(ctx, p, work, args) }
			if live {
				read = func(ctx context.Context) (*inventory.Inventory, error) { return askIAM(ctx, work) }
			}
			return ingestIAM(cmd.Context(), &lakeChange{p: p, common: common, cache: &cache, create: true, logs: true}, work, read, scps, at)
		},
	}
	cli.TakesS3Lake(cmd)
	cache.Flags(cmd.Flags())
	cmd.Flags().BoolVar(&live, "live", false, "ask IAM itself, with the credentials that the AWS CLI would use")
	cmd.Flags().StringVar(&snapshotDate, "snapshot-date", "", "the day that the inventory describes, as YYYY-MM-DD (default now)")
	cmd.Flags().BoolVar(&fromLogs, "from-logs", false, "replay the events of the lake for accounts without inventory")
	cmd.Flags().StringArrayVar(&scps, "scp", nil, "`FILE` with the control policies of one level of the organisation; may be repeated")
	return cmd
}

// dayOrNow is the value of a flag that takes a day, or this moment. Tomorrow is a
// day, too: somewhere it has begun.
func dayOrNow(flag, date string, now time.Time) (time.Time, error) {
	if date == "" {
		return now.UTC().Truncate(time.Second), nil
	}
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}, cli.Usage(fmt.Errorf("flag --%s must be a day like 2026-09-30, not %q", flag, date), "")
	}
	if at.After(now.Add(24 * time.Hour)) {
		return time.Time{}, cli.Usage(fmt.Errorf("flag --%s must not be later than tomorrow, and %s is", flag, date), "reports would take it for the newest until then")
	}
	return at, nil
}

func ingestIAM(ctx context.Context, lake *lakeChange, work *inventoryWork, read func(context.Context) (*inventory.Inventory, error), scps []string, at time.Time) error {
	p := lake.p
	control, err := readControlPolicies(ctx, p, scps)
	if err != nil {
		return err
	}
	inv, err := read(ctx)
	if err == nil {
		err = inv.CheckComplete() // before there is a lake, which would be left empty
	}
	if err != nil {
		return err
	}
	var more []inventory.Problem
	work.do("opening the lake", 0, false)
	err = lake.change(ctx, func(l *parquet.Lake) error {
		more, err = pipeline.IngestInventory(ctx, l, inv, pipeline.InventoryOptions{At: at, Control: control, Version: cli.Version(), Warn: leftOver(p), Step: work.step})
		return err
	})
	problems := append(inv.Problems, more...)
	for _, problem := range problems {
		warnOf(p, problem)
	}
	if err != nil {
		return err
	}
	day := at.Format(time.DateOnly)
	p.Say(slog.LevelInfo, fmt.Sprintf("roles %d of %s, snapshot %s", len(inv.Roles), amount.Of(len(inv.Accounts), "account"), day),
		"inventory", "roles", len(inv.Roles), "accounts", len(inv.Accounts), "snapshot_date", day)
	p.Say(slog.LevelInfo, fmt.Sprintf("entries %d = roles %d + duplicate %d + quarantined %d", inv.Read, len(inv.Roles), inv.Duplicates, inv.Lost),
		"balance", "entries", inv.Read, "roles", len(inv.Roles), "duplicate", inv.Duplicates, "quarantined", inv.Lost)
	if len(problems) > 0 {
		return cli.Quarantined(fmt.Errorf("done, but the inventory has %s", amount.Of(len(problems), "problem")),
			"they are named above; all else is in the lake")
	}
	return nil
}

func warnOf(p *cli.Program, problem inventory.Problem) {
	lost := ""
	if problem.RoleLost {
		lost = " (the role is left out)"
	}
	p.Say(slog.LevelWarn, fmt.Sprintf("problem of the inventory: %s: %s%s", termtext.Lines(problem.Where), termtext.Lines(firstLines(problem.Err.Error())), lost),
		"problem of the inventory", "where", problem.Where, "reason", problem.Err.Error(), "role_lost", problem.RoleLost)
}

// firstLines keeps a policy of which no statement can be read from filling the screen.
func firstLines(text string) string {
	const most = 10
	lines := strings.Split(text, "\n")
	if len(lines) <= most {
		return text
	}
	return strings.Join(lines[:most], "\n") + fmt.Sprintf("\nand %d lines more, --log-format json has them all", len(lines)-most)
}

func readInventories(ctx context.Context, p *cli.Program, work *inventoryWork, paths []string) (*inventory.Inventory, error) {
	parts := make([]*inventory.Inventory, 0, len(paths))
	for _, path := range paths {
		part, err := withFile(ctx, p, path, "inventory", func(r io.Reader, name string) (*inventory.Inventory, error) {
			return inventory.Parse(work.reading(r, name), name, inventory.Limits{})
		})
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return inventory.Merge(parts...), nil
}

// readControlPolicies reads a level of control policies from each file.
func readControlPolicies(ctx context.Context, p *cli.Program, paths []string) (levels [][]inventory.ControlPolicy, err error) {
	for _, path := range paths {
		level, err := withFile(ctx, p, path, "control policies", func(r io.Reader, name string) ([]inventory.ControlPolicy, error) {
			return inventory.ParseControlPolicies(r, name, inventory.Limits{})
		})
		if err != nil {
			return nil, err
		}
		levels = append(levels, level)
	}
	return levels, nil
}
