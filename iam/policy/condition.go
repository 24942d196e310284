package policy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Condition is one test of a statement's Condition block: an operator on a key.
// All tests of a statement must hold.
type Condition struct {
	// Operator is as written, without quantifier and IfExists: StringEquals.
	Operator string
	// Quantifier is "any" (ForAnyValue:), "all" (ForAllValues:) or empty.
	Quantifier string
	// IfExists: the test also holds where the request does not have the key.
	IfExists bool
	// Key is as written; keys are the same in any case.
	Key string
	// Values are the texts to test against; numbers and booleans are their text.
	// One of them must fit, or none if the operator is negated.
	Values []string
}

// parseConditions reads a Condition block, in the document's order. An operator
// without a key tests nothing.
func parseConditions(raw json.RawMessage) ([]Condition, error) {
	if isNull(raw) {
		return nil, nil
	}
	operators, err := object(raw, false)
	if err != nil {
		return nil, err
	}
	var out []Condition
	for _, o := range operators {
		if isNull(o.value) {
			continue
		}
		keys, err := object(o.value, false)
		if err != nil {
			return nil, fmt.Errorf("%.40q: %w", o.key, err)
		}
		for _, k := range keys {
			c := newCondition(o.key, k.key)
			if c.Values, err = texts(k.value); err != nil {
				return nil, fmt.Errorf("%.40q: %.80q: %w", o.key, k.key, err)
			}
			out = append(out, c)
		}
	}
	return out, nil
}

func newCondition(operator, key string) Condition {
	c := Condition{Operator: operator, Key: key}
	for prefix, quantifier := range map[string]string{"ForAnyValue:": "any", "ForAllValues:": "all"} {
		if n := len(prefix); len(operator) >= n && strings.EqualFold(operator[:n], prefix) {
			c.Operator, c.Quantifier = operator[n:], quantifier
		}
	}
	const suffix = "IfExists"
	if n := len(c.Operator) - len(suffix); n >= 0 && strings.EqualFold(c.Operator[n:], suffix) {
		c.Operator, c.IfExists = c.Operator[:n], true
	}
	return c
}

// Negated says whether the operator asks that no value fits (StringNotEquals,
// NotIpAddress).
func (c Condition) Negated() bool {
	return strings.Contains(strings.ToLower(c.Operator), "not")
}

// never says that the test cannot hold: nothing fits a list without values. Every
// other test is left open, whatever its values: what a request holds is not known.
func (c Condition) never() bool {
	return len(c.Values) == 0 && !c.Negated() && !c.IfExists && c.Quantifier != "all"
}

// always says that the test holds whatever the request: none of no values fits.
func (c Condition) always() bool {
	return len(c.Values) == 0 && c.Negated() && c.Quantifier != "any"
}
