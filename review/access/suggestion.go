package access

import (
	"fmt"

	"roletrail/iam/amount"
)

// suggest says what could be decided about a role, why, and what its owner is asked.
// It is no decision: a person makes that.
func (r *reader) suggest(role *Role, d dates) {
	g := role.Grants
	name := role.called()
	switch {
	case role.Verdict == "unknown":
		days := int64(0)
		for _, a := range r.review.Accounts {
			if a.AccountID == role.AccountID {
				days = a.DaysMissing
			}
		}
		role.Suggestion, role.Why = "exception", "Nobody can say whether it is used."
		role.Question = Text(fmt.Sprintf("Do you need %s? The logs of its account lack %s, so nobody can say whether it was used.", name, amount.Of(days, "day")))
	case role.Verdict == "never_used" && r.madeInside(role):
		role.Suggestion, role.Why = "keep", "It was made inside the window."
		role.Question = Text(fmt.Sprintf("%s was made on %s and has not been used yet. Will it be?", name, d.day(*role.CreatedAt)))
	case role.Verdict == "never_used":
		role.Suggestion, role.Why = "remove", "No use that the logs could have shown."
		role.Question = Text(fmt.Sprintf("%s was never used as far as the logs reach%s. Do you need it?", name, r.reach(d)))
	case role.Verdict == "dormant" && role.Denied > 0:
		role.Suggestion, role.Why = "keep", "It was used before, and what it tried inside the window was refused."
		role.Question = Text(fmt.Sprintf("%s was last used on %s, and was refused %s %s. Should it work?", name, r.lastDay(role, d), times(role.Denied), r.review.Window.called()))
	case role.Verdict == "dormant":
		role.Suggestion, role.Why = "remove", "No use inside the window that the logs could have shown."
		role.Question = Text(fmt.Sprintf("You have not used %s since %s. Do you still need it?", name, r.lastDay(role, d)))
	case role.Verdict == "denied_only":
		role.Suggestion, role.Why = "remove", "It tried, and was refused every time."
		role.Question = Text(fmt.Sprintf("%s was refused %s %s and never allowed anything. What is it for?", name, times(role.Denied), r.review.Window.called()))
	case g != nil && g.Away() > 0 && !g.Proved():
		role.Suggestion, role.Why = "keep", "It is in use, and nothing that it may do is proved used or unused."
		role.Question = Text(fmt.Sprintf("%s is in use, but no log shows for what. Is it still needed as it is?", name))
	case g != nil && g.Away() > 0:
		role.Suggestion, role.Why = "trim", Text(amount.Of(g.Away(), "permission")+were(g.Away())+"not used, and would have been seen, or probably so.")
		role.Question = Text(fmt.Sprintf("%s used %s of its %s. May we take away the %s that it did not use?", name, amount.Grouped(g.Used), amount.Of(g.Granted, "permission"), amount.Grouped(g.Away())))
	case role.Uses == 0:
		role.Suggestion, role.Why = "keep", "It is in use, though no log shows for what."
		role.Question = Text(fmt.Sprintf("%s is in use, but no log shows what it does. Is it still needed as it is?", name))
	case g == nil:
		role.Suggestion, role.Why = "keep", "It is in use; what it holds is not known, for no inventory has it."
		role.Question = Text(fmt.Sprintf("%s is in use, but no inventory says what it may do. Is it still needed as it is?", name))
	case g.Granted == 0:
		role.Suggestion, role.Why = "keep", "It is in use, though its policies grant nothing, as far as they could be read."
		role.Question = Text(fmt.Sprintf("%s is in use, though no policy of it that could be read grants anything. Is it still needed as it is?", name))
	case len(g.UnreadPolicies) > 0:
		role.Suggestion, role.Why = "keep", "What the logs can show of what it is known to hold, it uses; some of its policies could not be read."
		role.Question = Text(fmt.Sprintf("%s uses what it is known to hold, but some of its policies could not be read. Is it still needed as it is?", name))
	default:
		role.Suggestion, role.Why = "keep", "What the logs can show of what it holds, it uses."
		role.Question = Text(fmt.Sprintf("%s uses what it holds, as far as the logs can show. Is it still needed as it is?", name))
	}
	if role.severity() == High {
		role.Question = Text("Was this meant? " + name + " " + string(role.Findings[0].Says) + " If nobody knows, it is an incident and no review item.")
	}
}

// were is the verb of so many things.
func were(n int64) string {
	if n == 1 {
		return " was "
	}
	return " were "
}

// reach says how far back the lake goes.
func (r *reader) reach(d dates) string {
	if first := r.review.Meta.Coverage.FirstEvent; first != nil {
		return ", to " + d.day(*first)
	}
	return ""
}

// lastDay is the day of the last use, or of the last assumption without a logged call.
func (r *reader) lastDay(role *Role, d dates) string {
	switch {
	case role.LastUsed != nil:
		return d.day(*role.LastUsed)
	case role.LastAssumed != nil:
		return d.day(*role.LastAssumed)
	}
	return "before the window"
}
