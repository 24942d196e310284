package trust

import (
	"regexp"

	"roletrail/iam/policy"
)

// answer is what an event says about a condition.
type answer int

const (
	no answer = iota
	notShown
	yes
)

func answerOf(holds bool) answer {
	if holds {
		return yes
	}
	return no
}

// holds says whether a condition holds for a call.
func (c Condition) holds(call Call) answer {
	values, shown := call.value(c.Key)
	if c.Pattern == "" || !shown {
		return notShown
	}
	test := policy.Test{Quantifier: c.Quantifier, IfExists: c.IfExists, Negated: c.Negated}
	return answerOf(test.Holds(values, regexp.MustCompile(c.Pattern).MatchString))
}

// pins says whether a condition that holds leaves only callers that it writes
// out: those of an account or of anyone by aws:PrincipalArn, those of an OIDC
// provider by the subject.
func (c Condition) pins(r Row, call Call) bool {
	values, shown := call.value(c.Key)
	if !shown || len(values) == 0 || !c.Exact || c.Negated || c.Quantifier == "all" || c.Pattern == anyText {
		return false
	}
	switch r.PrincipalKind {
	case PrincipalAnyone, PrincipalAccount:
		return c.Key == "aws:principalarn"
	case PrincipalOIDC:
		_, claim, ok := splitClaim(c.Key)
		return ok && claim == "sub"
	}
	return false
}
