package action

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Limits of the operations of a catalogue; AWS has some 17,000.
const (
	maxOperations = 200_000
	maxAuthorized = 500
)

// Operation is an operation of AWS's API and the actions a call of it may be
// authorised by. AWS's list means "may": GetObject names GetObjectTagging too.
type Operation struct {
	// Service is the prefix of the service whose operation it is.
	Service string
	Name    string
	// Actions are "service:Name" texts; the first is the one that the operation is
	// about, see [Catalogue.Operation].
	Actions []string
}

// operationRow is an operation of a catalogue.
type operationRow struct {
	key     string // "service:Operation"
	actions []int
}

// Operation returns the actions, as indexes, that a call of an operation may be
// authorised by. The first is the primary one: the action of the operation's own
// name, else the first that AWS lists of the same service, else of another, tags
// and iam:PassRole last. ok is false where nothing is known: always in the
// [Embedded] catalogue. The slice is shared: do not change it.
func (c *Catalogue) Operation(service, name string) (actions []int, ok bool) {
	i, ok := slices.BinarySearchFunc(c.operations, 0, func(o operationRow, _ int) int {
		return compareKey(o.key, service, name)
	})
	if !ok {
		return nil, false
	}
	return c.operations[i].actions, true
}

// compareKey compares "service:Name" with its two parts, without regard to case.
func compareKey(key, service, name string) int {
	if len(key) <= len(service) {
		if order := compareFold(key, service[:len(key)]); order != 0 {
			return order
		}
		return -1
	}
	if order := compareFold(key[:len(service)], service); order != 0 {
		return order
	}
	if key[len(service)] != ':' {
		return int(lower(key[len(service)])) - ':'
	}
	return compareFold(key[len(service)+1:], name)
}

// Operations are all operations, sorted; none in the [Embedded] catalogue.
func (c *Catalogue) Operations() iter.Seq[Operation] {
	return func(yield func(Operation) bool) {
		for _, o := range c.operations {
			prefix, name, _ := strings.Cut(o.key, ":")
			out := Operation{Service: prefix, Name: name}
			for _, i := range o.actions {
				out.Actions = append(out.Actions, c.names[i])
			}
			if !yield(out) {
				return
			}
		}
	}
}

// setOperations takes operations in, in any order, each once. Actions that the
// catalogue does not know are left out, and so is an operation without any other.
// One without any action is taken to ask for the action of its name, which is what
// AWS means by leaving the list out (iam-data 1.2).
func (c *Catalogue) setOperations(operations []Operation) error {
	if len(operations) > maxOperations {
		return fmt.Errorf("%d operations are more than %d", len(operations), maxOperations)
	}
	for _, o := range operations {
		key := o.Service + ":" + o.Name
		if _, _, err := splitName(key); err != nil {
			return fmt.Errorf("operation: %w", err)
		}
		if len(o.Actions) > maxAuthorized {
			return fmt.Errorf("operation %q has %d actions, more than %d", key, len(o.Actions), maxAuthorized)
		}
		if actions := c.authorized(o, key); len(actions) > 0 {
			c.operations = append(c.operations, operationRow{key, actions})
		}
	}
	slices.SortFunc(c.operations, func(a, b operationRow) int { return compareFold(a.key, b.key) })
	for i := 1; i < len(c.operations); i++ {
		if compareFold(c.operations[i-1].key, c.operations[i].key) == 0 {
			return fmt.Errorf("operation %q stands there twice", c.operations[i].key)
		}
	}
	return nil
}

// authorized finds the actions of an operation, the primary one first.
func (c *Catalogue) authorized(o Operation, key string) []int {
	var actions []int
	names := o.Actions
	if len(names) == 0 {
		names = []string{key}
	}
	for _, full := range names {
		prefix, name, _ := strings.Cut(full, ":")
		if i, ok := c.Lookup(prefix, name); ok && !slices.Contains(actions, i) {
			actions = append(actions, i)
		}
	}
	slices.SortStableFunc(actions, func(a, b int) int { return c.distance(a, o) - c.distance(b, o) })
	return actions
}

// distance says how far an action is from being what an operation is about.
func (c *Catalogue) distance(i int, o Operation) int {
	prefix, name, _ := strings.Cut(c.names[i], ":")
	same := prefix == o.Service
	switch {
	case same && compareFold(name, o.Name) == 0:
		return 0
	case prefix == "iam" && name == "PassRole":
		return 4
	case strings.HasPrefix(name, "Tag") || strings.HasPrefix(name, "Untag"):
		return 3
	case same:
		return 1
	}
	return 2
}

// uncalled marks the actions that no operation asks for, of services whose
// operations are known; nil if none are.
func (c *Catalogue) uncalled() []bool {
	if len(c.operations) == 0 {
		return nil
	}
	marks := make([]bool, len(c.names))
	for _, o := range c.operations {
		prefix, _, _ := strings.Cut(o.key, ":")
		if s, ok := c.service(prefix); ok && !marks[s.first] {
			for i := s.first; i < s.end; i++ {
				marks[i] = true
			}
		}
	}
	for _, o := range c.operations {
		for _, i := range o.actions {
			marks[i] = false
		}
	}
	return marks
}
