package access

import (
	"cmp"
	"slices"
)

// maxCallers bounds the callers of a role that are listed: a role of a large cluster
// may have thousands.
const maxCallers = 60

// came is a caller, and the role that it came to or never did.
type came struct {
	roleID, roleARN Text
	caller          Caller
}

// askCallers asks who came, and who is trusted and never did.
func (r *reader) askCallers() error {
	p := r.scope.Params
	p.Unexpected.All, p.Unexpected.Findings = true, nil
	return each(r.ctx, r.engine, "unexpected", p, func(x row) {
		r.came = append(r.came, came{x.text("role_id"), x.text("role_arn"), Caller{
			Caller: x.text("caller"), CallerKind: x.text("caller_kind"), CallerAccount: x.text("caller_account"), ViaRole: x.text("via_role"),
			Findings: x.texts("findings"), FirstSeen: x.time("first_seen"), LastSeen: x.time("last_seen"), Assumptions: x.count("assumptions"),
			Denied: x.count("denied"), Networks: x.texts("networks"), Evidence: x.text("evidence"),
		}})
	})
}

// listCallers lists them with their roles.
func (r *reader) listCallers() error {
	for _, c := range r.came {
		role := r.byID[c.roleID]
		if c.roleID == "" {
			role = r.named(c.roleARN)
		}
		if role != nil {
			role.CallerList = append(role.CallerList, c.caller)
		}
	}
	r.came = nil
	for _, role := range r.roles {
		slices.SortStableFunc(role.CallerList, func(a, b Caller) int {
			return cmp.Or(cmp.Compare(a.group(), b.group()), -cmp.Compare(a.Assumptions+a.Denied, b.Assumptions+b.Denied))
		})
		for i := range role.CallerList {
			if role.CallerList[i].unexpected() {
				role.UnexpectedCallers++
			}
		}
		if role.InReview {
			r.review.Numbers.UnexpectedCallers += role.UnexpectedCallers
		}
	}
	return nil
}

// inWindow says whether the caller came in the window, or tried.
func (c *Caller) inWindow() bool { return c.Assumptions+c.Denied > 0 }

// neverCame says that it is a principal of the trust policy that nobody is.
func (c *Caller) neverCame() bool { return slices.Contains(c.Findings, "never_came") }

// unexpected says that more is to be said of a caller of the window than that it was
// expected.
func (c *Caller) unexpected() bool {
	return c.inWindow() && slices.ContainsFunc(c.Findings, func(f string) bool { return f != "expected" && f != "never_came" })
}

// group orders callers: those with findings, the others of the window, those from before,
// those that never came.
func (c *Caller) group() int {
	switch {
	case c.neverCame():
		return 3
	case c.unexpected():
		return 0
	case c.inWindow():
		return 1
	}
	return 2
}

// cutCallers leaves out what is too much to be listed.
func (role *Role) cutCallers() {
	if n := len(role.CallerList); n > maxCallers {
		role.CallersLeftOut = n - maxCallers
		role.CallerList = role.CallerList[:maxCallers]
	}
}
