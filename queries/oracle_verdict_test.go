package queries

import (
	"fmt"
	"time"
)

type oracleVerdict struct {
	verdict, reason string
	evidence        any
}

func (o *oracle) grade(r *oracleRole, kind string, iamLast *time.Time, account *string) oracleVerdict {
	use, denial := newestEvent(r.uses), newestEvent(r.denials)
	assumed, refused := newestAssumption(r.granted), newestAssumption(r.refused)
	var evidence any
	switch {
	case use != nil:
		evidence = use.EventID
	case assumed != nil:
		evidence = assumed.EventID
	case denial != nil:
		evidence = denial.EventID
	case refused != nil:
		evidence = refused.EventID
	}
	name := ""
	if account != nil {
		name = *account
	}
	covered, all := o.coveredDays(name)
	share := o.p.ThinCoverage
	if share == 0 {
		share = 0.9
	}
	thin := float64(covered) < share*float64(all)
	days := fmt.Sprintf("%d of %d days", covered, all)
	deniedInWindow := o.count(r.denials, "") > 0

	if kind == "service_linked" {
		return oracleVerdict{"service_linked", "AWS owns this role", evidence}
	}
	if use != nil && o.inWindow(use.EventTime) {
		return oracleVerdict{"active", "used inside the window", evidence}
	}
	if assumed != nil && o.inWindow(assumed.EventTime) {
		if !deniedInWindow {
			return oracleVerdict{"active", "assumed, no call logged", assumed.EventID}
		}
		if use != nil {
			return oracleVerdict{"active", "assumed inside the window, all its calls there were denied", assumed.EventID}
		}
	}
	hasNamesakes := r.inventory != nil && r.inventory.namesakes
	if use == nil && denial != nil && !hasNamesakes {
		if iamLast != nil {
			return oracleVerdict{"denied_only", "only denied attempts, which IAM counts as its last use", denial.EventID}
		}
		return oracleVerdict{"denied_only", "only denied attempts", denial.EventID}
	}
	if iamLast != nil && o.inWindow(*iamLast) &&
		(use == nil || iamLast.After(use.EventTime)) &&
		(denial == nil || iamLast.After(denial.EventTime)) &&
		(assumed == nil || iamLast.After(assumed.EventTime)) {
		return oracleVerdict{"active", "seen by IAM only: the lake has no call of it then, and covers " + days, evidence}
	}
	if hasNamesakes {
		return oracleVerdict{"unknown", "the logs know several roles of this name, and the inventory does not say which one it is", evidence}
	}
	if use == nil && assumed == nil && refused != nil {
		return oracleVerdict{"denied_only", "only denied attempts to assume it", evidence}
	}
	if thin {
		return oracleVerdict{"unknown", "coverage is thin: " + days, evidence}
	}
	if use != nil {
		return oracleVerdict{"dormant", "last used before the window", evidence}
	}
	if assumed != nil {
		return oracleVerdict{"dormant", "last assumed before the window, no call logged", evidence}
	}
	reason := "no use in the whole lake"
	if iamLast != nil && iamLast.Before(o.p.Since) {
		reason += "; IAM saw one before the window"
	} else if iamLast != nil && !iamLast.Before(o.p.Until) {
		reason += "; IAM saw one after the window"
	}
	return oracleVerdict{"never_used", reason, evidence}
}
