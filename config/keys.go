package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"roletrail/config/didyoumean"
)

// keys are all keys the file may hold, each with the check of its value. The
// check is made on the YAML node and not on the decoded value, because only
// the node knows its line and how the value was written.
var keys = map[string]func(*yaml.Node) error{
	"lake":                      text,
	"log_format":                oneOf("text", "json"),
	"coverage.thin_below":       share,
	"known_accounts":            accounts,
	"expected_callers":          entries(expectedCallersEntry, "role", "callers"),
	"exceptions":                entries(exceptionEntry, "role", "caller", "until", "reason"),
	"owners":                    entries(ownerEntry, "role", "owner"),
	"known_automation":          entries(automationEntry, "name", "actors"),
	"review.role_names":         regularExpression,
	"watched_roles":             entries(watchedRoleEntry, "role", "as"),
	"limits.inflated_size":      size(smallest.InflatedSize, largest.InflatedSize),
	"limits.inflation_ratio":    count(smallest.InflationRatio, largest.InflationRatio),
	"limits.record_size":        size(smallest.RecordSize, largest.RecordSize),
	"limits.depth":              count(smallest.Depth, largest.Depth),
	"limits.records_per_object": count(smallest.RecordsPerObject, largest.RecordsPerObject),
}

// sections are the keys that hold other keys.
var sections = map[string]bool{"coverage": true, "limits": true, "review": true}

func text(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || n.Value == "" {
		return fmt.Errorf("must be a text, not %s", written(n))
	}
	return nil
}

// regularExpression wants an expression of Go's kind (RE2).
func regularExpression(n *yaml.Node) error {
	if err := text(n); err != nil {
		return err
	}
	if _, err := regexp.Compile(n.Value); err != nil {
		return fmt.Errorf("must be a regular expression: %w", err)
	}
	return nil
}

func oneOf(allowed ...string) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		for _, a := range allowed {
			if n.Kind == yaml.ScalarNode && n.Value == a {
				return nil
			}
		}
		return &valueError{
			message: fmt.Sprintf("must be one of %s, not %s", strings.Join(allowed, ", "), written(n)),
			hint:    didyoumean.Hint(n.Value, allowed),
		}
	}
}

func share(n *yaml.Node) error {
	f, err := strconv.ParseFloat(n.Value, 64)
	if n.Kind != yaml.ScalarNode || err != nil || !(f >= 0 && f <= 1) {
		return fmt.Errorf("must be a number from 0 to 1, not %s", written(n))
	}
	return nil
}

func size(least, most Size) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if n.Kind != yaml.ScalarNode {
			return fmt.Errorf("must be a size like 16MiB or 2GB, not %s", written(n))
		}
		s, err := ParseSize(n.Value)
		if err == nil && (s < least || s > most) {
			err = fmt.Errorf("must be a size from %s to %s, not %s", least, most, written(n))
		}
		return err
	}
}

func count(least, most int64) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		i, err := strconv.ParseInt(n.Value, 10, 64)
		if n.Kind != yaml.ScalarNode || err != nil || i < least || i > most {
			return fmt.Errorf("must be a whole number from %d to %d, not %s", least, most, written(n))
		}
		return nil
	}
}

// accounts wants quotes around every id: YAML reads 012345678901 as a number
// and loses its zero.
func accounts(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return fmt.Errorf("must be a list of account ids, not %s", written(n))
	}
	for _, id := range n.Content {
		if id.Kind != yaml.ScalarNode || !IsAccountID(id.Value) {
			return fmt.Errorf("must be account ids of twelve digits, not %s", written(id))
		}
		if id.Tag != "!!str" {
			return &valueError{
				message: fmt.Sprintf("must have quotes around the account id %s", id.Value),
				hint:    fmt.Sprintf("write %q, YAML takes it for a number otherwise", id.Value),
			}
		}
	}
	return nil
}

// IsAccountID reports whether s has the form of an AWS account id.
func IsAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// written is a value as the message about it shows it.
func written(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a section"
	case yaml.SequenceNode:
		if len(n.Content) == 0 {
			return "an empty list"
		}
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.Tag == "!!null" {
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

// valueError is what is wrong with a value, and how to put it right.
type valueError struct{ message, hint string }

func (e *valueError) Error() string { return e.message }
func (e *valueError) Hint() string  { return e.hint }

func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}
