package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"roletrail/iam/amount"
	"roletrail/review/termtext"
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

// mostGaps is how many accounts with gaps have a sentence of their own: the first screen is
// no list of an organisation's accounts. Coverage has all of them.
const mostGaps = 6

// tellGaps tells the days without logs: of accounts without any at once, then account by
// account, first those with too few to call a role unused.
func (r *reader) tellGaps(d dates) {
	var silent, thin, partly []Account
	for _, a := range r.review.Accounts {
		switch {
		case a.DaysMissing == 0 || a.Roles == 0:
		case a.DaysPresent == 0:
			silent = append(silent, a)
		case a.Thin:
			thin = append(thin, a)
		default:
			partly = append(partly, a)
		}
	}
	if len(silent) == 1 {
		silent, thin = nil, append(silent, thin...)
	}
	partly = append(thin, partly...)
	if len(silent) > 0 {
		r.unknown("gap", amount.Of(len(silent), "account")+" with roles have no logs in this window: "+listedAccounts(silent)+".", r.thinly(silent))
	}
	for _, a := range partly[:min(len(partly), mostGaps)] {
		then := "What happened then is not known; the verdicts rest on the other days."
		if a.Thin {
			then = r.thinly([]Account{a})
		}
		r.unknown("gap", fmt.Sprintf("Account %s has no logs of %s: %s.", a.name(), amount.Of(a.DaysMissing, "day"), r.gaps(a, d)), then)
	}
	if more := partly[min(len(partly), mostGaps):]; len(more) > 0 {
		r.unknown("gap", amount.Of(len(more), "more account")+" have no logs of some days: "+listedAccounts(more)+".", "What happened then is not known; Coverage has their days, one by one.")
	}
}

// thinly says what does not follow from the logs of accounts that have too few of them.
func (r *reader) thinly(accounts []Account) string {
	unknown := 0
	for _, role := range r.roles {
		if role.InReview && role.Verdict == "unknown" && slices.ContainsFunc(accounts, func(a Account) bool { return a.AccountID == role.AccountID }) {
			unknown++
		}
	}
	then := "That is too thin to call a role unused"
	if unknown > 0 {
		then += ": the verdict on " + amount.Of(unknown, "role") + " is unknown"
	}
	return then + ", and permissions there are probably_unused at most."
}

func listedAccounts(accounts []Account) string {
	var ids []string
	for _, a := range accounts {
		ids = append(ids, a.name())
	}
	return listed(ids)
}

// name is the account in a sentence: events may name none.
func (a Account) name() string { return cmp.Or(termtext.Line(string(a.AccountID)), "not known") }

// gaps are the runs of days that are missing, at most three.
func (r *reader) gaps(a Account, d dates) string {
	return listed(d.runs(dayOf(r.review.Window.Since), len(a.Days), func(day int) bool { return a.Days[day] == 'm' }))
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
