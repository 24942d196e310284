package pipeline

import (
	"fmt"

	"roletrail/iam/inventory"
	"roletrail/iam/reach"
	"roletrail/parquet"
)

var (
	reachableRoles    = parquet.RolesSchema.Only("account_id", "arn", "role_id", "boundary", "attached_policies")
	reachableByTrust  = parquet.RoleTrustSchema.Only("account_id", "role_arn", "principal", "effect", "negated")
	reachableAccounts = parquet.PoliciesSchema.Only("account_id", "policy_arn", "kind")
)

// reachableTables are those that tell by what roles are reached.
func reachableTables() []string {
	return []string{parquet.RolesSchema.Table, parquet.RoleTrustSchema.Table, parquet.PoliciesSchema.Table}
}

// reachable are the roles of the newest inventory of each account, by what they are reached.
func reachable(lake *parquet.Lake) (*reach.Inventory, error) {
	files, err := lake.FilesOf(reachableTables()...)
	if err != nil {
		return nil, err
	}
	return reachableOf(files)
}

// reachableOf are those of files by their tables.
func reachableOf(files map[string][]parquet.DataFile) (*reach.Inventory, error) {
	in := reach.NewInventory()
	newest := newestSnapshots(files[parquet.RolesSchema.Table])
	for account := range newest {
		in.Add(reach.Link{AccountID: account})
	}
	readers := []func(row []any){
		func(row []any) { addRole(in, row) }, func(row []any) { addTrust(in, row) }, func(row []any) { addControl(in, row) },
	}
	for i, columns := range []*parquet.Schema{reachableRoles, reachableByTrust, reachableAccounts} {
		for _, f := range files[reachableTables()[i]] {
			if f.Partition != newest[f.Account] {
				continue
			}
			if err := parquet.EachRow(f.Path, columns, func(row []any) error { readers[i](row); return nil }); err != nil {
				return nil, fmt.Errorf("reading which roles changes reach: %w", err)
			}
		}
	}
	return in, nil
}

// newestSnapshots are the days of the newest snapshots, by account.
func newestSnapshots(files []parquet.DataFile) map[string]string {
	newest := map[string]string{}
	for _, f := range files {
		newest[f.Account] = max(newest[f.Account], f.Partition)
	}
	return newest
}

func addRole(in *reach.Inventory, row []any) {
	l := reach.Link{AccountID: textOf(row[0]), RoleARN: textOf(row[1]), RoleID: textOf(row[2])}
	in.Add(l)
	attached, _ := row[4].([]string)
	for _, l.Via = range append(attached, textOf(row[3])) {
		if l.Via != "" {
			in.Add(l)
		}
	}
}

// addTrust adds whom a statement lets in by name: what it says of everybody but some, and what it
// denies, reaches nobody.
func addTrust(in *reach.Inventory, row []any) {
	negated, _ := row[4].(bool)
	l := reach.Link{AccountID: textOf(row[0]), RoleARN: textOf(row[1]), Via: textOf(row[2])}
	if textOf(row[3]) == "allow" && !negated && reach.IsWayIn(l.Via) {
		in.Add(l)
	}
}

func addControl(in *reach.Inventory, row []any) {
	if kind := inventory.PolicyKind(textOf(row[2])); kind == inventory.SCP || kind == inventory.RCP {
		in.Add(reach.Link{AccountID: textOf(row[0]), Via: textOf(row[1])})
	}
}
