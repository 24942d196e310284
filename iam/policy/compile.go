package policy

import (
	"errors"
	"fmt"
	"slices"
)

// Compiled is a document ready for evaluation in a universe. It does not change: a
// policy that many roles have is compiled once.
type Compiled struct {
	rules []rule
	err   error
}

// Err says what of the document could not be read, or nil. See MayHideDeny.
func (c *Compiled) Err() error { return c.err }

// rule is a statement ready for evaluation.
type rule struct {
	number     int
	sid        string
	allow      bool
	conditions ruleConditions
	everywhere bool // on every resource
	actions    actions
	// patterns are the action patterns in lower case; not says that the rule is
	// about all actions but those.
	patterns []string
	not      bool
	// unmatched are those patterns of an Allow that fit no action of the universe,
	// as written.
	unmatched []string
	// resources are the resource patterns as written; except says that the rule is
	// about all resources but those.
	resources []string
	except    bool
}

// Compile makes a document ready. It takes what Parse returns: a document and what
// could not be read of it.
//
// A statement needs either Action or NotAction, and either Resource or NotResource,
// with at least one pattern: IAM accepts no other in an identity policy, boundary or
// service control policy. One that has not is left out and named by Err.
func (u *Universe) Compile(doc Document, err error) *Compiled {
	if errors.Is(err, ErrNoStatement) {
		return &Compiled{} // it is known in full: it does nothing
	}
	c := &Compiled{}
	errs := []error{err}
	room := maxTestedBytes
	for _, s := range doc.Statements {
		if err := s.complete(); err != nil {
			errs = append(errs, &StatementError{Number: s.Number, Sid: s.Sid, MayDeny: !s.Allow, Err: err})
		} else if !s.NeverHolds() {
			r := u.rule(s)
			r.conditions = s.ruleConditions(doc.HasVariables(), &room)
			c.rules = append(c.rules, r)
		}
	}
	c.err = errors.Join(errs...)
	return c
}

// complete says what is missing of a statement, or too much.
func (s Statement) complete() error {
	for _, pair := range []struct {
		key      string
		list, no []string
	}{{"Action", s.Actions, s.NotActions}, {"Resource", s.Resources, s.NotResources}} {
		switch {
		case len(pair.list) > 0 && len(pair.no) > 0:
			return fmt.Errorf("it has both %s and Not%s", pair.key, pair.key)
		case len(pair.list) == 0 && len(pair.no) == 0:
			return fmt.Errorf("it has neither %s nor Not%s", pair.key, pair.key)
		}
	}
	return nil
}

// rule makes a complete statement ready.
func (u *Universe) rule(s Statement) rule {
	r := rule{number: s.Number, sid: s.Sid, allow: s.Allow, not: len(s.NotActions) > 0}
	r.resources, r.everywhere = s.Resources, slices.ContainsFunc(s.Resources, allStars)
	if len(s.NotResources) > 0 {
		r.resources, r.except = s.NotResources, true
	}
	if slices.ContainsFunc(s.NotResources, allStars) {
		return rule{number: s.Number, sid: s.Sid, allow: s.Allow} // about no resource, so about nothing
	}
	u.expandRule(&r, slices.Concat(s.Actions, s.NotActions))
	return r
}

// expandRule finds the actions that the rule is about.
func (u *Universe) expandRule(r *rule, written []string) {
	all := newBitset(u.Len())
	for _, p := range written {
		pattern := lower(p)
		set := u.expand(pattern)
		r.patterns = append(r.patterns, pattern)
		if len(set) == 0 && r.allow && !r.not && p != "" {
			r.unmatched = append(r.unmatched, p)
		}
		if len(written) == 1 && !r.not {
			r.actions = set // shared with the universe, neither changes it
			return
		}
		all.add(set)
	}
	if r.not {
		none := all
		all = fullBitset(u.Len())
		all.minus(none)
	}
	r.actions = all.pack()
}
