package inventory

import (
	"fmt"
	"maps"
	"sort"
)

// Merge takes inventories of one snapshot together, in the order given, and
// leaves them as they are. Roles and the policies they have may come in different
// files.
//
// A role is told by its ARN; of repeats the last one stays. Two entries of one
// ARN with different role ids are two roles, of which only the one made later
// can still exist: it stays, and a Problem says so. A role id that two ARNs
// share is a Problem too; both roles stay as they are.
func Merge(parts ...*Inventory) *Inventory {
	var files []*file
	for _, part := range parts {
		files = append(files, part.files...)
	}
	return build(files)
}

// build settles what the files say between them.
func build(files []*file) *Inventory {
	inv := &Inventory{Origin: FromIAM, files: files, policies: map[string]Policy{}}
	for _, f := range files {
		inv.Problems = append(inv.Problems, f.problems...)
		inv.Pages += f.pages
		inv.Read += f.read
		inv.Lost += f.lost
		maps.Copy(inv.policies, f.policies)
	}
	inv.settle(files)
	inv.checkIDs()
	inv.Accounts, inv.Incomplete = accountsOf(files)
	return inv
}

// settle puts each role into Roles once, ordered by ARN.
func (inv *Inventory) settle(files []*file) {
	index := map[string]int{}
	for _, f := range files {
		for _, r := range f.roles {
			i, repeated := index[r.ARN]
			if !repeated {
				index[r.ARN] = len(inv.Roles)
				inv.Roles = append(inv.Roles, r)
				continue
			}
			inv.Duplicates++
			inv.Roles[i] = inv.choose(inv.Roles[i], r)
		}
	}
	sort.Slice(inv.Roles, func(i, j int) bool { return inv.Roles[i].ARN < inv.Roles[j].ARN })
}

// choose returns which of two entries of one ARN stays.
func (inv *Inventory) choose(before, after Role) Role {
	if before.RoleID == after.RoleID || before.RoleID == "" || after.RoleID == "" {
		return after
	}
	stays, goes := after, before
	if before.CreatedAt.After(after.CreatedAt) {
		stays, goes = before, after
	}
	inv.roleProblem(after, fmt.Errorf("it is here with two role ids: %q, made later, is kept and %q left out; give files of one snapshot only",
		stays.RoleID, goes.RoleID))
	return stays
}

// checkIDs reports role ids that are not the id of one role only.
func (inv *Inventory) checkIDs() {
	owner := map[string]string{}
	for _, r := range inv.Roles {
		if r.RoleID == "" {
			continue
		}
		if first, taken := owner[r.RoleID]; taken {
			inv.roleProblem(r, fmt.Errorf("its role id %s is that of %s too: use in the logs cannot be told apart by it", r.RoleID, name(first)))
			continue
		}
		owner[r.RoleID] = r.ARN
	}
}

func (inv *Inventory) roleProblem(r Role, err error) {
	inv.Problems = append(inv.Problems, Problem{Where: "role " + name(r.ARN), Err: err})
}
