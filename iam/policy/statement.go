package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Statement is one statement of a policy document.
type Statement struct {
	// Number is the position in the document, from 0.
	Number int
	// Sid is the optional name.
	Sid string
	// Allow is true for Effect Allow, false for Deny.
	Allow bool
	// Principals and NotPrincipals are who the statement is about; only trust
	// and resource policies have them.
	Principals, NotPrincipals []Principal
	// HasNotPrincipal is true when the key NotPrincipal stands there at all.
	HasNotPrincipal         bool
	Actions, NotActions     []string
	Resources, NotResources []string
	// Conditions are the tests that must all hold, in the document's order.
	Conditions []Condition
	// ConditionJSON is the Condition block as compact JSON, empty when it is
	// absent or null.
	ConditionJSON string
	// Conditional is true when the statement holds only under conditions. A
	// Condition that tests nothing ({}, an operator without keys) is none.
	Conditional bool
	// Unknown are the keys beside those of AWS's grammar, as they were.
	Unknown map[string]json.RawMessage
}

// Principal is one principal of a statement.
type Principal struct {
	// Type is AWS, Service, Federated or CanonicalUser, in this spelling
	// whatever the document's; any other type is kept as written. A bare string
	// ("*") is of type AWS.
	Type string
	// Value is the ARN, account id, service host, provider or "*".
	Value string
}

// NeverHolds says that a condition of the statement cannot hold: a test against
// an empty list of values.
func (s Statement) NeverHolds() bool {
	for _, c := range s.Conditions {
		if c.never() {
			return true
		}
	}
	return false
}

// parseStatement reads a statement. Beside an error stands what was read, the
// effect first of all.
func parseStatement(item json.RawMessage) (Statement, error) {
	var s Statement
	if item[0] != '{' {
		return s, fmt.Errorf("%q where an object is expected", clip(item))
	}
	members := split(item)
	effectErr := s.readEffect(members)
	if _, err := object(item, true); err != nil {
		s.Allow = false // which of two effects counts is not known
		return s, err
	}
	var errs []error
	for _, m := range members {
		if err := s.read(m); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", m.key, err))
		}
	}
	return s, errors.Join(append([]error{effectErr}, errs...)...)
}

func (s *Statement) readEffect(members []member) error {
	var effect string
	for _, m := range members {
		if lower(m.key) == "effect" {
			var err error
			if effect, err = optionalText(m.value); err != nil {
				return fmt.Errorf("%s: %w", m.key, err)
			}
		}
	}
	s.Allow = strings.EqualFold(effect, "Allow")
	if !s.Allow && !strings.EqualFold(effect, "Deny") {
		return fmt.Errorf("effect %q is neither Allow nor Deny", clip([]byte(effect)))
	}
	return nil
}

// read takes one key of a statement.
func (s *Statement) read(m member) (err error) {
	switch lower(m.key) {
	case "effect": // read first
	case "sid":
		s.Sid, err = optionalText(m.value)
	case "action":
		s.Actions, err = texts(m.value)
	case "notaction":
		s.NotActions, err = texts(m.value)
	case "resource":
		s.Resources, err = texts(m.value)
	case "notresource":
		s.NotResources, err = texts(m.value)
	case "principal":
		s.Principals, err = parsePrincipals(m.value)
	case "notprincipal":
		s.HasNotPrincipal = !isNull(m.value)
		s.NotPrincipals, err = parsePrincipals(m.value)
	case "condition":
		err = s.readCondition(m.value)
	default:
		keep(&s.Unknown, m)
	}
	return err
}

func (s *Statement) readCondition(raw json.RawMessage) (err error) {
	s.Conditions, err = parseConditions(raw)
	for _, c := range s.Conditions {
		s.Conditional = s.Conditional || !c.always()
	}
	if !isNull(raw) {
		var compacted bytes.Buffer
		if err := json.Compact(&compacted, raw); err != nil {
			return err
		}
		s.ConditionJSON = compacted.String()
	}
	return err
}
