package policy

import (
	"strings"

	"roletrail/iam"
)

// roleKey is a condition key whose value is the same in every request of a role's
// sessions. Source: AWS global condition context keys, properties of the principal.
// Tags are none: a session brings its own, which win over the role's.
type roleKey int

const (
	keyARN     roleKey = iota // of the role with its path, not of the session
	keyAccount                // of the role
	keyType                   // AssumedRole
	roleKeyCount
)

var roleKeys = map[string]roleKey{
	"aws:principalarn":     keyARN,
	"aws:principalaccount": keyAccount,
	"aws:principaltype":    keyType,
}

// roleValues are the values of the role keys; empty where they are not known.
type roleValues [roleKeyCount]string

// valuesOf are those of a role, by its ARN.
func valuesOf(role string) (v roleValues) {
	arn, err := iam.ParseARN(role)
	if _, _, ok := arn.Role(); err != nil || !ok {
		return v
	}
	v[keyARN], v[keyAccount], v[keyType] = role, arn.AccountID, "AssumedRole"
	return v
}

// maxTestedBytes is how long the values of a document's tests of role keys may be in
// all, counting one more for each, since all are held against each role. It is three
// times IAM's largest document. What is over it stays open.
const maxTestedBytes = 32 << 10

// ruleConditions are the conditions of a rule.
type ruleConditions struct {
	// tests are those that are decided as soon as the role is known.
	tests []roleTest
	// open: the others are decided by the request.
	open bool
}

// roleTest is a condition on a role key.
type roleTest struct {
	key roleKey
	Test
	form   Form
	values []string
}

// ruleConditions sorts the conditions of a statement. room is what is left of
// maxTestedBytes.
func (s Statement) ruleConditions(hasVariables bool, room *int) (out ruleConditions) {
	for _, c := range s.Conditions {
		if c.always() {
			continue
		}
		t, ok := c.roleTest(hasVariables)
		for _, v := range t.values {
			*room -= 1 + len(v)
		}
		if !ok || *room < 0 {
			out.open = true
			continue
		}
		out.tests = append(out.tests, t)
	}
	return out
}

// roleTest makes a test of a condition; ok is false if it cannot be decided for a
// role.
func (c Condition) roleTest(hasVariables bool) (t roleTest, ok bool) {
	key, ok := roleKeys[lower(c.Key)]
	if !ok || len(c.Values) == 0 || hasVariables && c.HasVariable() {
		return roleTest{}, false
	}
	t = roleTest{
		key: key, form: c.Form(), values: c.Values,
		Test: Test{Quantifier: c.Quantifier, IfExists: c.IfExists, Negated: c.Negated()},
	}
	switch t.form {
	case FormText, FormFold, FormLike:
		return t, true
	case FormNull:
		t.Negated, ok = c.WantsAbsent()
		return t, ok
	case FormARN:
		return t, key == keyARN && allARNs(c.Values)
	}
	return roleTest{}, false
}

func allARNs(values []string) bool {
	for _, v := range values {
		if strings.Count(v, ":") < arnColons {
			return false
		}
	}
	return true
}

// of says what becomes of the conditions in the requests of a role: they never hold,
// or hold as the request is, or else always.
func (c *ruleConditions) of(role *roleValues) (never, conditional bool) {
	conditional = c.open
	for i := range c.tests {
		t := &c.tests[i]
		value := role[t.key]
		switch {
		case value == "":
			conditional = true
		case !t.Holds([]string{value}, t.fits):
			return true, false
		}
	}
	return false, conditional
}

// fits says whether one of the values of the condition fits the role's.
func (t *roleTest) fits(value string) bool {
	for _, v := range t.values {
		if t.form.fits(v, value) {
			return true
		}
	}
	return false
}

// arnColons stand between the parts of an ARN, of which the last has colons of its
// own.
const arnColons = 5

// fits says whether a value of a condition fits one of a request; FormARN takes ARNs
// alone, and a wildcard does not reach over the colon after a part.
func (f Form) fits(pattern, value string) bool {
	switch f {
	case FormText:
		return pattern == value
	case FormFold:
		return lower(pattern) == lower(value)
	case FormLike:
		return matches(pattern, value)
	case FormARN:
		for range arnColons {
			var p, v string
			p, pattern, _ = strings.Cut(pattern, ":")
			if v, value, _ = strings.Cut(value, ":"); !matches(p, v) {
				return false
			}
		}
		return matches(pattern, value)
	case FormNull:
		return true
	}
	return false
}
