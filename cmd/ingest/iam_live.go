package main

import (
	"context"
	"errors"
	"fmt"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/inventory"
	"roletrail/pipeline/live"
)

// nothingBeside refuses what speaks of files beside --live.
func nothingBeside(files []string, snapshotDate string) error {
	const hint = "take files in a command of their own"
	switch {
	case len(files) > 0:
		return cli.Usage(fmt.Errorf("flag --live asks IAM itself and takes no FILE, not %q", files[0]), hint)
	case snapshotDate != "":
		return cli.Usage(errors.New("flag --snapshot-date is about a FILE: what --live is told is of this moment"), hint)
	}
	return nil
}

// askIAM takes the inventory of the account that the credentials are of.
func askIAM(ctx context.Context, work *inventoryWork) (*inventory.Inventory, error) {
	client, err := live.Connect(ctx)
	if err != nil {
		return nil, err
	}
	work.do("asking IAM, roles and policies", 0, false)
	return live.ReadInventory(ctx, client, func(entries int) { work.add(int64(entries)) })
}
