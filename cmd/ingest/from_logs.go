package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
)

// nothingBesideLogs refuses what speaks of files beside --from-logs.
func nothingBesideLogs(files []string, snapshotDate string) error {
	const hint = "take files in a command of their own"
	switch {
	case len(files) > 0:
		return cli.Usage(fmt.Errorf("flag --from-logs reads the lake and takes no FILE, not %q", files[0]), hint)
	case snapshotDate != "":
		return cli.Usage(errors.New("flag --snapshot-date is about a FILE: what --from-logs finds is of the last day of the logs"), hint)
	}
	return nil
}

// ingestFromLogs writes what the lake's own events show of roles. What they leave open
// is named, and is no failure: the next inventory closes it, another run does not.
func ingestFromLogs(ctx context.Context, lake *lakeChange, work *inventoryWork, scps []string) error {
	p := lake.p
	control, err := readControlPolicies(ctx, p, scps)
	if err != nil {
		return err
	}
	var replayed *pipeline.FromLogs
	var open []inventory.Problem
	work.do("opening the lake", 0, false)
	err = lake.change(ctx, func(l *parquet.Lake) error {
		if replayed, err = pipeline.ReplayLogs(ctx, l, work.step); err != nil {
			return err
		}
		options := pipeline.InventoryOptions{At: replayed.At, Control: control, Version: cli.Version(), Warn: leftOver(p), Step: work.step}
		open, err = pipeline.IngestInventory(ctx, l, replayed.Inventory, options)
		return err
	})
	if err != nil {
		return err
	}
	inv := replayed.Inventory
	for _, problem := range append(inv.Problems, open...) {
		warnOf(p, problem)
	}
	if len(replayed.Skipped) > 0 {
		accounts := strings.Join(replayed.Skipped, ", ")
		p.Say(slog.LevelInfo, "left out, the lake has the inventory: "+accounts, "accounts with inventory", "accounts", accounts)
	}
	day := replayed.At.Format(time.DateOnly)
	p.Say(slog.LevelInfo, fmt.Sprintf("roles %d of %d accounts from %d events, snapshot %s", len(inv.Roles), len(inv.Accounts), replayed.Changes, day),
		"inventory from logs", "roles", len(inv.Roles), "accounts", len(inv.Accounts), "events", replayed.Changes, "snapshot_date", day)
	return nil
}
