package access

import (
	"fmt"
	"strings"

	"roletrail/iam/amount"
)

// cannotSay lists what the logs do not carry, what weighs most first. It stands on the
// first page: a number without it would say more than is known.
func (r *reader) cannotSay(d dates) {
	r.review.Unknowns = []Unknown{}
	for _, tell := range []func(dates){
		r.tellUnobservable, r.tellGaps, r.tellNew, r.tellSilent, r.tellConditions, r.tellInventory, r.tellChanges, r.tellWarnings,
	} {
		tell(d)
	}
}

func (r *reader) unknown(code, what, then string) {
	r.review.Unknowns = append(r.review.Unknowns, Unknown{Code: Text(code), What: Text(what), Then: Text(then)})
}

func (r *reader) tellUnobservable(dates) {
	var blind int64
	for _, role := range r.roles {
		if role.InReview && role.Grants != nil {
			blind += role.Grants.Unobservable
		}
	}
	if blind > 0 {
		r.unknown("unobservable", fmt.Sprintf("%s of %s leave no trace in these logs.", amount.Grouped(blind), amount.Of(r.review.Numbers.Granted, "permission")),
			"They count neither as used nor as unused, and stay where they are. Each role says what would make them visible.")
	}
}

// tellChanges tells of a window with more changes than a review holds.
func (r *reader) tellChanges(dates) {
	if more := r.review.ChangesLeftOut; more > 0 {
		r.unknown("changes", fmt.Sprintf("Of %s only %s are here: the gravest by what their records say, of one severity the newest.", amount.Of(len(r.review.Changes)+more, "role change"), amount.Grouped(len(r.review.Changes))),
			"A role may have changes that its page does not show; report changes lists all.")
	}
}

// tellGaps tells the days without logs, account by account.
func (r *reader) tellGaps(d dates) {
	for _, a := range r.review.Accounts {
		if a.DaysMissing == 0 || a.Roles == 0 {
			continue
		}
		unknown := 0
		for _, role := range r.roles {
			if role.InReview && role.AccountID == a.AccountID && role.Verdict == "unknown" {
				unknown++
			}
		}
		what := fmt.Sprintf("Account %s has no logs of %s: %s.", a.AccountID, amount.Of(a.DaysMissing, "day"), r.gaps(a, d))
		then := "What happened then is not known; the verdicts rest on the other days."
		if a.Thin {
			then = "That is too thin to call a role unused"
			if unknown > 0 {
				then += ": the verdict on " + amount.Of(unknown, "role") + " is unknown"
			}
			then += ", and permissions there are probably_unused at most."
		}
		r.unknown("gap", what, then)
	}
}

// gaps are the runs of days that are missing, at most three.
func (r *reader) gaps(a Account, d dates) string {
	var runs []string
	for at := 0; at < len(a.Days); at++ {
		if a.Days[at] != 'm' {
			continue
		}
		end := at
		for end+1 < len(a.Days) && a.Days[end+1] == 'm' {
			end++
		}
		first, last := dayOf(r.review.Window.Since).AddDate(0, 0, at), dayOf(r.review.Window.Since).AddDate(0, 0, end)
		text := d.day(first)
		if end > at {
			text += " to " + d.day(last)
		}
		runs = append(runs, text)
		at = end
	}
	return listed(runs)
}

func (r *reader) tellNew(dates) {
	var grants int64
	made := 0
	for _, role := range r.roles {
		if !role.InReview {
			continue
		}
		if role.Grants != nil {
			grants += role.Grants.TooNew
		}
		if r.madeInside(role) {
			made++
		}
	}
	var parts []string
	if grants > 0 {
		parts = append(parts, amount.Of(grants, "unused permission")+" were granted")
	}
	if made > 0 {
		parts = append(parts, amount.Of(made, "role")+" made")
	}
	if len(parts) > 0 {
		r.unknown("too_new", sentence(strings.Join(parts, " and "))+" inside the window.", "That they were not used says nothing yet: ask again next quarter.")
	}
}

// tellSilent tells of roles that are in use without a call in the logs.
func (r *reader) tellSilent(dates) {
	silent := 0
	for _, role := range r.roles {
		if role.InReview && role.Verdict == "active" && role.Uses == 0 {
			silent++
		}
	}
	if silent > 0 {
		r.unknown("no_call_logged", fmt.Sprintf("What %s did: assumed, or seen by IAM, but no call of theirs is logged.", amount.Of(silent, "active role")),
			"They are active, and which of their permissions they use is not known.")
	}
}

func (r *reader) tellConditions(dates) {
	callers, nameless := 0, 0
	for _, role := range r.roles {
		if !role.InReview {
			continue
		}
		for i := range role.CallerList {
			c := &role.CallerList[i]
			if !c.inWindow() {
				continue
			}
			for _, f := range c.Findings {
				if f == "condition_dependent" {
					callers++
				}
			}
			if c.Caller == "" {
				nameless++
			}
		}
	}
	if callers > 0 {
		r.unknown("condition_dependent", "Whether "+amount.Of(callers, "caller")+" met the conditions of the trust policy.", "Events do not show the values that these conditions ask for.")
	}
	if nameless > 0 {
		r.unknown("unknown_caller", "Who stands behind "+amount.Of(nameless, "caller")+".", "The start of the chain lies outside of the logs.")
	}
}

func (r *reader) tellInventory(dates) {
	if without := r.review.Meta.Coverage.WithoutInventory; len(without) > 0 {
		r.unknown("no_inventory", "What the roles of "+listed(without)+" may do: no inventory of theirs was ingested.", "Roles that never acted are missing there, and nothing is called unused.")
	}
	unread := 0
	for _, role := range r.roles {
		if role.InReview && role.Grants != nil && len(role.Grants.UnreadPolicies) > 0 {
			unread++
		}
	}
	if unread > 0 {
		r.unknown("unread_policies", "All that "+amount.Of(unread, "role")+" may do: policies are missing or cannot be read.", "They may do more than is listed.")
	}
}

func (r *reader) tellWarnings(dates) {
	for _, text := range r.review.Meta.Warnings {
		r.unknown("warning", sentence(text)+".", "")
	}
}
