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

// reachable are the roles of the newest inventory of each account, by what they are reached.
func reachable(lake *parquet.Lake) (*reach.Inventory, error) {
	in := reach.NewInventory()
	tables := []string{parquet.RolesSchema.Table, parquet.RoleTrustSchema.Table, parquet.PoliciesSchema.Table}
	files, err := lake.FilesOf(tables...)
	if err != nil {
		return nil, err
	}
	newest := map[string]string{} // by account
	for _, f := range files[parquet.RolesSchema.Table] {
		newest[f.Account] = max(newest[f.Account], f.Partition)
		in.Add(reach.Link{AccountID: f.Account})
	}
	readers := []func(row []any){
		func(row []any) { addRole(in, row) }, func(row []any) { addTrust(in, row) }, func(row []any) { addControl(in, row) },
	}
	for i, columns := range []*parquet.Schema{reachableRoles, reachableByTrust, reachableAccounts} {
		for _, f := range files[tables[i]] {
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
