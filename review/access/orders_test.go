package access

import (
	"testing"
	"time"

	"roletrail/iam/policy"
	"roletrail/review/proposal"
)

// TestOrders: a decision means commands only about the role that it is bound to, only where
// that role is there, and only if it was not carried out.
func TestOrders(t *testing.T) {
	text := func(s string) *string { return &s }
	const a, b = "arn:aws:iam::111111111111:role/a", "arn:aws:iam::111111111111:role/b"
	for _, c := range []struct {
		d       Decision
		earlier bool
		why     string // of the only order; "none" without any
	}{
		{Decision{RoleID: text("AROA1"), RoleARN: text(a), Decision: text("remove")}, false, ""},
		{Decision{RoleID: text("AROA1"), RoleARN: text(a), Decision: text("remove")}, true, ""},
		{Decision{RoleID: text("AROA1"), RoleARN: text(a), Decision: text("keep")}, false, "none"},
		{Decision{RoleID: text("AROA1"), RoleARN: text(a), Decision: text("exception")}, false, "none"},
		{Decision{RoleID: text("AROA1"), RoleARN: text(b), Decision: text("remove")}, false, "the decision is about another name than the role of this id has, which is " + a},
		{Decision{RoleARN: text(a), Decision: text("remove")}, false, "the decision names no role id, and another role may have the name by now"},
		{Decision{RoleID: text("AROA2"), RoleARN: text(b), Decision: text("remove")}, false, "the role was made again: the one of this name is AROA3 now, about which nothing was decided"},
		{Decision{RoleID: text("AROA2"), RoleARN: text(b), Decision: text("remove")}, true, "none"},
		{Decision{RoleID: text("AROA9"), RoleARN: text(a), Decision: text("trim")}, false, "the role was made again: the one of this name is AROA1 now, about which nothing was decided"},
		{Decision{RoleID: text("AROA9"), RoleARN: text("arn:aws:iam::1:role/gone"), Decision: text("remove")}, false, "the role is gone"},
		{Decision{RoleID: text("AROA4"), RoleARN: text("arn:aws:iam::1:role/c"), Decision: text("remove")}, false, "no inventory says whether the role is there"},
		{Decision{RoleID: text("AROA1"), RoleARN: text(a), Decision: text("trim")}, false, ""},
		{Decision{RoleID: text("AROA3"), RoleARN: text(b), Decision: text("trim")}, false, "it holds nothing that is not needed, as far as the logs can show"},
		{Decision{RoleID: text("AROA5"), RoleARN: text("arn:aws:iam::1:role/d"), Decision: text("trim")}, false, "Thin."},
	} {
		r := &reader{review: &Review{Window: Window{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}}, byID: map[Text]*Role{}, held: map[*Role]*proposal.Held{}}
		drafts := []policy.Draft{{Version: "2012-10-17"}}
		for _, role := range []*Role{
			{RoleID: "AROA1", RoleARN: a, RoleName: "a", AccountID: "111111111111", State: "present", InReview: true, Grants: &Grants{Granted: 10, Unused: 3}, Proposal: &Proposal{drafts: drafts, Dropped: 3}},
			{RoleID: "AROA2", RoleARN: b, RoleName: "b", State: "deleted"},
			{RoleID: "AROA3", RoleARN: b, RoleName: "b", State: "present", InReview: true, Grants: &Grants{Granted: 10}},
			{RoleID: "AROA4", RoleARN: "arn:aws:iam::1:role/c", RoleName: "c", State: "unknown", InReview: true},
			{RoleID: "AROA5", RoleARN: "arn:aws:iam::1:role/d", RoleName: "d", State: "present", InReview: true, Grants: &Grants{Granted: 10, Unused: 3}, Proposal: &Proposal{WhyNot: "Thin."}},
		} {
			r.roles, r.byID[role.RoleID], r.held[role] = append(r.roles, role), role, &proposal.Held{}
		}
		d := &Decisions{Window: DecisionsWindow{Since: r.review.Window.Since, Until: r.review.Window.Until}, Decisions: []Decision{c.d}}
		if c.earlier {
			d.Window = DecisionsWindow{Since: r.review.Window.Since.AddDate(0, -3, 0), Until: r.review.Window.Since}
		}
		if err := r.compare(d); err != nil {
			t.Fatal(err)
		}
		got := "none"
		if orders := r.review.orders; len(orders) == 1 {
			got = orders[0].WhyNot
			if got == "" && (orders[0].RoleID != *c.d.RoleID || orders[0].RoleName != "a" || (len(orders[0].Drafts) == 1) != (*c.d.Decision == "trim")) {
				t.Errorf("%s: %+v", c.d.key(), orders[0])
			}
		}
		if got != c.why {
			t.Errorf("%s of %s: %q, want %q", *c.d.Decision, c.d.key(), got, c.why)
		}
		role := r.byID[Text(deref(c.d.RoleID))]
		if decided := role != nil && role.Decided != nil; decided != (!c.earlier && role != nil && role.InReview) {
			t.Errorf("%s of %s: decided is %v", *c.d.Decision, c.d.key(), decided)
		}
	}
}
