package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/iam/amount"
)

// callerSeverities grade what is found about a caller that came. One that was only
// refused is one grade less.
var callerSeverities = map[string]Severity{
	"not_trusted": High, "unknown_account": High, "missing_external_id": High,
	"human_on_machine_role": Medium, "long_term_key": Medium, "new_principal": Medium, "exception_ended": Medium,
	"condition_dependent": Low, "broadly_trusted": Low, "new_network": Low,
}

// callerSays are what a role's sentence ends with.
var callerSays = map[string]string{
	"not_trusted":           ", whom today's trust policy does not admit",
	"unknown_account":       ", of an account that is neither yours nor known",
	"missing_external_id":   ", without an external id",
	"human_on_machine_role": ", a person, although the role is for machines",
	"long_term_key":         " with a long-term access key",
	"condition_dependent":   ", whom the trust policy admits under conditions that the events do not show",
	"broadly_trusted":       ", whom the trust policy admits only as one of many",
	"new_principal":         ", who never came before",
	"new_network":           " from a network that was not seen before",
	"exception_ended":       " after the exception for that had ended",
}

// judge finds what has to be answered about each role, and orders the roles by it.
func (r *reader) judge() {
	d := dates{year: r.review.Window.Until.Add(-time.Microsecond).Year()}
	ownersKnown := slices.ContainsFunc(r.roles, func(role *Role) bool { return role.Owner != "" })
	for _, role := range r.roles {
		if role.InReview {
			r.judgeCallers(role, d)
			r.judgeChanges(role, d)
			r.judgeGrants(role, d)
			role.judgeBroad()
			r.judgeName(role)
			role.judgeEarlier()
			if role.Owner == "" && ownersKnown {
				role.finding(Low, "no_owner", "has no owner, neither in roletrail.yaml nor by a tag.", "the inventory", "", nil)
			}
			slices.SortStableFunc(role.Findings, func(a, b Finding) int { return -cmp.Compare(a.Severity, b.Severity) })
			r.suggest(role, d)
		}
	}
	r.order()
	r.count()
	r.answerFirst()
	r.cannotSay(d)
	r.review.Roles = make([]Role, len(r.roles))
	for i, role := range r.roles {
		role.cutCallers()
		role.fillLists()
		r.review.Roles[i] = *role
	}
}

func (role *Role) finding(severity Severity, code, says, source string, evidence Text, at *time.Time) {
	role.Findings = append(role.Findings, Finding{Severity: severity, Code: Text(code), Role: role.key(), RoleName: Text(role.called()), Says: Text(says),
		Source: Text(source), Evidence: evidence, At: at})
}

// judgeCallers has one finding for each caller, named after the worst that was found.
func (r *reader) judgeCallers(role *Role, d dates) {
	var never []string
	for i := range role.CallerList {
		c := &role.CallerList[i]
		if c.neverCame() {
			never = append(never, callerText(c.Caller, c.CallerKind))
		}
		if !c.unexpected() {
			continue
		}
		code, severity := c.worst()
		role.finding(severity, code, r.says(c, code, d), "event", c.Evidence, c.LastSeen)
	}
	switch {
	case len(never) == 1:
		role.finding(Low, "never_came", "trusts "+never[0]+", who never came.", "the logs and the inventory", "", nil)
	case len(never) > 1:
		role.finding(Low, "never_came", fmt.Sprintf("trusts %d principals who never came: %s.", len(never), listed(never)), "the logs and the inventory", "", nil)
	}
}

// worst is the gravest finding about a caller.
func (c *Caller) worst() (code string, severity Severity) {
	for _, f := range c.Findings {
		if s := callerSeverities[f]; s > severity {
			code, severity = f, s
		}
	}
	if c.Assumptions == 0 && severity > Low {
		severity--
	}
	return code, severity
}

// says is the sentence about a caller, without the role at its beginning.
func (r *reader) says(c *Caller, code string, d dates) string {
	who := callerText(c.Caller, c.CallerKind)
	if c.ViaRole != "" {
		who += " by way of " + principalText(string(c.ViaRole))
	}
	if c.Assumptions == 0 {
		return "was refused to " + who + " " + times(c.Denied) + r.when(c, d) + callerSays[code] + "."
	}
	return "was assumed " + times(c.Assumptions) + r.when(c, d) + " by " + who + callerSays[code] + "."
}

// when says when the caller came in the window. Counts are about the window, and the first
// time may lie before it.
func (r *reader) when(c *Caller, d dates) string {
	if c.FirstSeen != nil && c.LastSeen != nil && c.FirstSeen.Before(r.review.Window.Since) {
		return ", last on " + d.day(*c.LastSeen) + ","
	}
	return d.span(c.FirstSeen, c.LastSeen)
}

// judgeChanges has a finding for each grave change. A refused attempt is no change.
func (r *reader) judgeChanges(role *Role, d dates) {
	for _, i := range role.ChangeList {
		c := &r.review.Changes[i]
		severity := map[Text]Severity{"critical": High, "high": Medium}[c.Severity]
		if severity == 0 || c.Outcome != "success" {
			continue
		}
		says := "was changed on " + d.day(c.EventTime) + " by " + callerText(c.Actor, c.ActorKind)
		if c.Summary != "" {
			says += ": " + cut(string(c.Summary))
		}
		at := c.EventTime
		role.finding(severity, string(c.Change), strings.TrimSuffix(says, ".")+".", "event", c.EventID, &at)
	}
}

// broadShare is the share of its permissions, in percent, below which an administrator's
// use is called small.
const broadShare = 5

// longSession is a session that is long for a role that may change who may do what.
const longSession = 4 * time.Hour

// judgeGrants looks at what the role may do.
func (r *reader) judgeGrants(role *Role, d dates) {
	grave := role.Privilege == "admin" || role.Privilege == "permissions"
	may := map[Text]string{"admin": "can do everything, or make itself able to,", "permissions": "can change who may do what"}[role.Privilege]
	g := role.Grants
	switch {
	case grave && role.Verdict == "never_used" && !r.madeInside(role):
		role.finding(Medium, "never_used", may+" and was never used as far as the lake reaches.", "the logs and the inventory", "", nil)
	case grave && role.Verdict == "dormant":
		role.finding(Medium, "dormant", may+" and was last used on "+r.lastDay(role, d)+".", "event", role.Evidence, nil)
	case role.Verdict == "denied_only":
		role.finding(Low, "denied_only", "was refused "+times(role.Denied)+" and never allowed anything.", "event", role.Evidence, nil)
	case role.Privilege == "admin" && role.Verdict == "active" && g != nil && g.Used > 0 && g.Used*100 < g.Granted*broadShare:
		role.finding(Medium, "admin", fmt.Sprintf("can do everything, or make itself able to, and used %s of its %s.", amount.Grouped(g.Used), amount.Of(g.Granted, "permission")), "the logs and the inventory", "", nil)
	}
	if grave && role.MaxSession != nil && time.Duration(*role.MaxSession)*time.Second > longSession {
		role.finding(Low, "long_session", fmt.Sprintf("%s, and its sessions may last %d hours.", strings.TrimSuffix(may, ","), *role.MaxSession/3600), "the inventory", "", nil)
	}
	if g != nil && len(g.UnreadPolicies) > 0 && r.ofInventory(role) {
		role.finding(Low, "unread_policies", "may do more than is listed: the inventory lacks "+listed(g.UnreadPolicies)+", or it cannot be read.", "the inventory", "", nil)
	}
}

// judgeName holds the name against what names have to be. Those of permission sets are made
// by AWS.
func (r *reader) judgeName(role *Role) {
	if wanted := r.scope.RoleNames; wanted != nil && role.RoleName != "" && role.Kind != "permission_set" && !wanted.MatchString(string(role.RoleName)) {
		role.finding(Low, "name", "has a name that does not fit "+cut(wanted.String())+".", "the inventory", "", nil)
	}
}

// ofInventory says whether an inventory of the role's account was taken, and not made of
// what the logs alone tell.
func (r *reader) ofInventory(role *Role) bool {
	for _, s := range r.review.Meta.Inventory {
		if s.AccountID == string(role.AccountID) {
			return s.Origin != "logs"
		}
	}
	return false
}

// madeInside says whether the role was made inside the window.
func (r *reader) madeInside(role *Role) bool {
	return role.CreatedAt != nil && !role.CreatedAt.Before(r.review.Window.Since)
}

// severity is that of the worst finding, 0 without one.
func (role *Role) severity() Severity {
	if len(role.Findings) == 0 {
		return 0
	}
	return role.Findings[0].Severity
}

// verdictWeight orders roles that have equally grave findings: what may go comes first.
var verdictWeight = map[Text]int{"never_used": 0, "dormant": 0, "denied_only": 1, "unknown": 2, "active": 3, "service_linked": 4}

// order puts those first that need an answer; roles that are not under review come last.
func (r *reader) order() {
	apart := func(role *Role) int {
		switch {
		case role.InReview:
			return 0
		case role.State == "deleted":
			return 1
		}
		return 2
	}
	away := func(role *Role) int64 {
		if role.Grants == nil {
			return 0
		}
		return role.Grants.Away()
	}
	slices.SortStableFunc(r.roles, func(a, b *Role) int {
		return cmp.Or(
			cmp.Compare(apart(a), apart(b)), -cmp.Compare(a.severity(), b.severity()), cmp.Compare(verdictWeight[a.Verdict], verdictWeight[b.Verdict]),
			-cmp.Compare(away(a), away(b)), cmp.Compare(a.RoleARN, b.RoleARN), cmp.Compare(a.RoleID, b.RoleID),
		)
	})
}

// count fills the headline numbers. Callers were counted when they were read, before those
// that are too many were left out.
func (r *reader) count() {
	n := &r.review.Numbers
	n.Changes = len(r.review.Changes) + r.review.ChangesLeftOut
	for _, role := range r.roles {
		switch {
		case role.State == "deleted" && role.Verdict != "service_linked":
			n.Deleted++
			continue
		case !role.InReview:
			n.ServiceLinked++
			continue
		}
		n.Roles++
		switch role.Verdict {
		case "active":
			n.Active++
		case "dormant", "never_used", "denied_only":
			n.WithoutUse++
		case "unknown":
			n.Unknown++
		}
		if g := role.Grants; g != nil {
			n.Granted += g.Granted
			n.Unused += g.Unused + g.ProbablyUnused
		}
	}
}

// mostFirst is how many findings stand on the first page.
const mostFirst = 7

// answerFirst takes the worst finding of each role while there are grave ones.
func (r *reader) answerFirst() {
	r.review.First = []Finding{}
	for _, role := range r.roles {
		if len(r.review.First) == mostFirst {
			return
		}
		if role.InReview && role.severity() >= Medium {
			r.review.First = append(r.review.First, role.Findings[0])
		}
	}
}
