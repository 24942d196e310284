package inventory

import "slices"

// DateGrants takes from the logs since when roles have their policies (design 9.11):
// an attachment may be younger than the policy, and IAM keeps no date of an inline
// policy. logs is the [Replay] of the changes until the inventory was made.
//
// Only what both agree on gets a date: the same role, and of an inline policy the same
// document, unless the log does not hold it. All else was changed where the logs have
// a gap. Changes that bear on no age ([Dates]) do not count in Changes.
func (inv *Inventory) DateGrants(logs *Inventory) {
	inv.Changes = logs.dating
	known := map[roleName]*Role{}
	for i := range logs.Roles {
		r := &logs.Roles[i]
		known[nameOfRole(r.AccountID, r.Name)] = r
	}
	for i := range inv.Roles {
		r := &inv.Roles[i]
		if l := known[nameOfRole(r.AccountID, r.Name)]; l != nil && (r.RoleID == "" || l.RoleID == "" || r.RoleID == l.RoleID) {
			r.perms.date(l.perms)
		}
	}
	for arn, p := range inv.policies {
		if l, ok := logs.policies[arn]; ok && l.VersionID == p.VersionID {
			p.since, p.earlier = l.since, l.earlier
			if l.since.After(l.CreatedAt) {
				p.older = olderVersions{} // made the default one again, after versions that are younger
			}
			inv.policies[arn] = p
		}
	}
}

func (p *permissions) date(logs permissions) {
	p.attachedAt = logs.attachedAt
	p.inline = slices.Clone(p.inline) // shared with what was read
	for i := range p.inline {
		at := slices.IndexFunc(logs.inline, func(l Policy) bool { return l.Name == p.inline[i].Name })
		if at < 0 {
			continue
		}
		if l := logs.inline[at]; l.Document == "" || l.Document == p.inline[i].Document {
			p.inline[i].since, p.inline[i].earlier = l.since, l.earlier
		}
	}
}
