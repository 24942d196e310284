package access

import (
	"fmt"
	"time"

	"roletrail/review/actions"
)

// addOrder notes a decision that means commands, unless it was carried out. role is nil if
// the role is nowhere.
func (r *reader) addOrder(d *Decisions, one *Decision, role *Role, carriedOut bool) {
	kind := actions.Decision(*one.Decision)
	if carriedOut || kind != actions.Trim && kind != actions.Remove {
		return
	}
	o := actions.Order{Decision: kind, RoleARN: deref(one.RoleARN), RoleID: deref(one.RoleID), AccountID: deref(one.AccountID),
		By: one.by(d), Reason: deref(one.Reason), Review: nameOf(d.Window)}
	o.RoleName = principalName(o.RoleARN)
	o.WhyNot = r.notThere(one, role)
	if o.WhyNot == "" {
		o.RoleName, o.AccountID = string(role.RoleName), string(role.AccountID)
	}
	if o.WhyNot == "" && kind == actions.Trim {
		o.WhyNot = trimming(role)
		if o.WhyNot == "" {
			o.Drafts, o.Today = role.Proposal.drafts, r.held[role].Policies
			o.Dropped, o.Unsure = role.Proposal.Dropped, role.Proposal.Unsure
		}
	}
	r.review.orders = append(r.review.orders, o)
}

// nameOf is what a review is called: its quarter, or the day on which its window ends.
func nameOf(w DecisionsWindow) string {
	if q := deref(w.Quarter); q != "" {
		return q
	}
	return w.Until.UTC().Format(time.DateOnly)
}

// notThere says why a decision has no role that commands could be about; empty if it has.
func (r *reader) notThere(one *Decision, role *Role) string {
	if deref(one.RoleID) == "" {
		return "the decision names no role id, and another role may have the name by now"
	}
	if role == nil || role.State == "deleted" {
		for _, other := range r.roles {
			if other.State != "deleted" && deref(one.RoleARN) != "" && string(other.RoleARN) == deref(one.RoleARN) {
				return fmt.Sprintf("the role was made again: the one of this name is %s now, about which nothing was decided", other.RoleID)
			}
		}
		return "the role is gone"
	}
	switch {
	case deref(one.RoleARN) != string(role.RoleARN):
		return fmt.Sprintf("the decision is about another name than the role of this id has, which is %s", role.RoleARN)
	case role.State != "present":
		return "no inventory says whether the role is there"
	case !role.InReview:
		return "AWS owns the role"
	}
	return ""
}

// trimming says why a role cannot be trimmed; empty if it can.
func trimming(role *Role) string {
	switch p := role.Proposal; {
	case role.Grants == nil:
		return "what the role may do is not known"
	case p == nil:
		return "it holds nothing that is not needed, as far as the logs can show"
	default:
		return string(p.WhyNot)
	}
}
