package trust

import (
	"strings"

	"roletrail/iam/policy"
)

// Condition is one condition of one statement: one operator on one key. All
// conditions of a statement must hold.
type Condition struct {
	Statement int // position of the statement in the document, from 0
	// Key is in lower case (sts:externalid, aws:principalarn, saml:aud), except
	// that the key of an OIDC provider has the provider as written
	// (oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub).
	Key string
	// Operator is as written, without quantifier and IfExists.
	Operator string
	// Quantifier is any (ForAnyValue), all (ForAllValues) or empty.
	Quantifier string
	// IfExists: the condition also holds where the key is absent.
	IfExists bool
	// Negated: the condition holds where Pattern does not fit: StringNotEquals and
	// its like, and Null with true, which asks that the key be absent.
	Negated bool
	// Pattern is a regular expression that fits the whole value, in the syntax
	// that RE2, Java and Joni share. Empty: an event cannot show whether the
	// condition holds.
	Pattern string
	// Exact: the values are written out, without wildcard or range.
	Exact bool
	// Values are as written.
	Values []string
}

func readCondition(statement int, c policy.Condition, hasVariables bool) Condition {
	out := Condition{
		Statement: statement, Key: ConditionKey(c.Key), Operator: c.Operator,
		Quantifier: c.Quantifier, IfExists: c.IfExists, Negated: c.Negated(), Values: c.Values,
	}
	if c.Form() == policy.FormNull {
		if absent, ok := c.WantsAbsent(); ok { // as the negation of any value
			out.Negated, out.Pattern, out.Exact = absent, anyText, true
		}
		return out
	}
	if !hasVariables || !c.HasVariable() {
		out.Pattern, out.Exact = patternOf(c.Form(), c.Values)
	}
	return out
}

// ConditionKey writes a condition key as Condition.Key has it. AWS tells keys
// apart without regard to case.
func ConditionKey(key string) string {
	provider, claim, ok := splitClaim(key)
	if !ok {
		return strings.ToLower(key)
	}
	return provider + ":" + strings.ToLower(claim)
}

// splitClaim takes the key of an OIDC provider's claim apart: PROVIDER:CLAIM,
// where the provider is a host and maybe a path. ok is false for keys of AWS's
// own, which have no dot before the colon.
func splitClaim(key string) (provider, claim string, ok bool) {
	i := strings.LastIndexByte(key, ':')
	if i < 0 || !strings.Contains(key[:i], ".") || strings.Contains(key[:i], ":") {
		return "", "", false
	}
	return key[:i], key[i+1:], true
}
