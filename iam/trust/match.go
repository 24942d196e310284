package trust

import "slices"

// Finding is what a trust policy says about a caller: a closed set (design 7).
type Finding string

// The findings of Match.
const (
	Expected           Finding = "expected"
	BroadlyTrusted     Finding = "broadly_trusted"
	ConditionDependent Finding = "condition_dependent"
	NotTrusted         Finding = "not_trusted"
)

// Result is what a trust policy says about one call.
type Result struct {
	// Findings are in the order of the constants, at least one of them.
	Findings []Finding
	// NotShown says on what condition_dependent depends: condition keys, and
	// "principal" where the event does not show who the caller is. Sorted.
	NotShown []string
}

// principalNotShown stands in NotShown for a caller whom the event does not show.
const principalNotShown = "principal"

// Match judges a call by the rows of a trust policy, see the package comment.
func Match(p Policy, call Call) Result {
	best := verdict{}
	var doubts []string // conditions of a Deny that may hold
	for _, v := range p.judge(call) {
		switch {
		case v.deny && v.isSure():
			return Result{Findings: []Finding{NotTrusted}}
		case v.deny:
			doubts = append(doubts, v.notShown...)
		case v.grade() > best.grade():
			best = v
		}
	}
	if best.grade() == 0 {
		return Result{Findings: []Finding{NotTrusted}}
	}
	best.notShown = append(slices.Clone(best.notShown), doubts...)
	return best.result()
}

// verdict is what one principal of one statement says about a call.
type verdict struct {
	deny     bool
	naming   naming
	notShown []string
}

func (v verdict) isSure() bool { return v.naming != otherThan && len(v.notShown) == 0 }

// grade orders verdicts, 0 for one that does not admit: first those that surely
// admit, then those that name the caller.
func (v verdict) grade() int {
	if v.naming == otherThan {
		return 0
	}
	if v.isSure() {
		return int(byName) + int(v.naming)
	}
	return int(v.naming)
}

func (v verdict) result() Result {
	var r Result
	switch v.naming {
	case byName:
		r.Findings = append(r.Findings, Expected)
	case amongMany:
		r.Findings = append(r.Findings, BroadlyTrusted)
	}
	if len(v.notShown) > 0 {
		slices.Sort(v.notShown)
		r.Findings, r.NotShown = append(r.Findings, ConditionDependent), slices.Compact(v.notShown)
	}
	return r
}

// judge returns what the rows say that cover the call's action.
func (p Policy) judge(call Call) []verdict {
	var out []verdict
	for i, r := range p.Rows {
		if !slices.Contains(r.Actions, call.Action) {
			continue
		}
		n := r.names(call)
		if r.Negated {
			if i > 0 && p.Rows[i-1].Statement == r.Statement && p.Rows[i-1].Negated {
				continue // judged with the first of its statement
			}
			n = p.namesBeside(r.Statement, call)
		}
		if v, ok := p.weigh(r, n, call); ok {
			out = append(out, v)
		}
	}
	return out
}

// namesBeside is about NotPrincipal: everyone whom none of its principals names.
// Whether one of an account is excepted with the account is left open.
func (p Policy) namesBeside(statement int, call Call) naming {
	all := amongMany
	for _, r := range p.Rows {
		if r.Statement != statement || !r.Negated {
			continue
		}
		switch n := r.names(call); {
		case n == byName || r.PrincipalKind == PrincipalAnyone:
			return otherThan
		case n != otherThan:
			all = perhaps
		}
	}
	return all
}

// weigh adds the conditions of the statement; ok is false when it is not about
// the call.
func (p Policy) weigh(r Row, n naming, call Call) (v verdict, ok bool) {
	if n == otherThan {
		return v, false
	}
	v = verdict{deny: r.Effect == Deny, naming: n}
	if n == perhaps {
		v.notShown = append(v.notShown, principalNotShown)
	}
	for _, c := range p.Conditions {
		if c.Statement != r.Statement {
			continue
		}
		switch c.holds(call) {
		case no:
			return verdict{}, false
		case notShown:
			v.notShown = append(v.notShown, c.Key)
		case yes:
			if v.naming == amongMany && !r.Negated && c.pins(r, call) {
				v.naming = byName
			}
		}
	}
	return v, true
}
