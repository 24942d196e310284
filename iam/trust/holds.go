package trust

import "regexp"

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

// holds says whether a condition holds for a call. Of an absent key a plain
// operator says no and a negated one yes; ForAnyValue says no, ForAllValues yes;
// IfExists always yes.
func (c Condition) holds(call Call) answer {
	values, shown := call.value(c.Key)
	if c.Pattern == "" || !shown {
		return notShown
	}
	if len(values) == 0 {
		return answerOf(c.IfExists || c.Quantifier == "all" || c.Quantifier == "" && c.Negated)
	}
	pattern := regexp.MustCompile(c.Pattern)
	fitting := 0
	for _, v := range values {
		if pattern.MatchString(v) {
			fitting++
		}
	}
	switch {
	case c.Quantifier == "all" && c.Negated, c.Quantifier == "" && c.Negated:
		return answerOf(fitting == 0)
	case c.Quantifier == "all":
		return answerOf(fitting == len(values))
	case c.Negated: // any
		return answerOf(fitting < len(values))
	}
	return answerOf(fitting > 0)
}

// pins says whether a condition that holds leaves only callers that it writes
// out: those of an account or of anyone by aws:PrincipalArn, those of an OIDC
// provider by the subject.
func (c Condition) pins(r Row, call Call) bool {
	values, shown := call.value(c.Key)
	if !shown || len(values) == 0 || !c.Exact || c.Negated || c.Quantifier == "all" || formOf(c.Operator) == formNull {
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
