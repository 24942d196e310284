package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/iam/inventory"
	"roletrail/parquet"
)

// IngestInventory writes the roles of an inventory into the lake: one file per
// account, which takes the place of one of the same day. at is the moment that the
// inventory describes (design 9.14).
func IngestInventory(lake *parquet.Lake, inv *inventory.Inventory, at time.Time, version string) error {
	if len(inv.Incomplete) > 0 {
		return fmt.Errorf("taking the inventory of %s: pages are missing (the last one says IsTruncated), and roles on them would pass for deleted; give all pages in one command",
			strings.Join(inv.Incomplete, ", "))
	}
	if err := keepCatalogue(lake, version); err != nil {
		return err
	}
	run, err := lake.Ledger().Begin(version)
	if err != nil {
		return err
	}
	var batch parquet.Batch
	for _, account := range inv.Accounts {
		entry, err := writeRoles(lake, run, account, inv.Roles, at.UTC())
		if err != nil {
			return err
		}
		batch.Files = append(batch.Files, entry)
	}
	if err := lake.Ledger().Commit(run, batch); err != nil {
		return err
	}
	return lake.Ledger().Finish(run)
}

// writeRoles writes one account's roles. An account without any gets a file
// without rows, which says that there are none.
func writeRoles(lake *parquet.Lake, run int64, account string, roles []inventory.Role, at time.Time) (parquet.FileEntry, error) {
	b := parquet.NewBuilder(parquet.RolesSchema)
	sorted := slices.SortedFunc(slices.Values(roles), func(x, y inventory.Role) int { return strings.Compare(x.ARN, y.ARN) })
	for _, role := range sorted {
		if role.AccountID != account {
			continue
		}
		err := b.Append(role.ARN, textOrNull(role.RoleID), role.AccountID, role.Name, role.Path, timeOrNull(role.CreatedAt),
			string(role.Kind), textOrNull(string(role.Privilege)), nil, secondsOrNull(role.MaxSession), textOrNull(role.Boundary),
			textOrNull(role.Tags), textOrNull(role.TrustPolicy), timeOrNull(role.LastUsed), textOrNull(role.LastUsedRegion), at)
		if err != nil {
			return parquet.FileEntry{}, err
		}
	}
	return writeTable(lake, run, parquet.InventoryPath(parquet.RolesSchema, at, account), parquet.RolesSchema, b)
}

func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func secondsOrNull(n int32) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
