package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Source is a policy that a role has today, attached or inline.
type Source struct {
	// Name is the ARN of a managed policy, or "inline:NAME".
	Name string
	// Document is as Decode returns it.
	Document string
}

// Kept is an action that a role needs.
type Kept struct {
	// Action is an action, or a pattern as Unmatched yields it.
	Action string
	// Touched are the resources that it is needed on, as Touches returns them; empty
	// if they are not known: it is kept on all that it is granted on.
	Touched []string
}

// Proposal is what a role may have in place of the policies it has today.
type Proposal struct {
	// Drafts are the policies, each within MaxManaged. None means that the role needs
	// no policy.
	Drafts []Draft
	// Narrowed are the resources of actions that are granted on fewer than today.
	Narrowed map[string][]string
	// Conditional are the actions that keep a condition of today's.
	Conditional []string
	// Open are the statements, "POLICY#SID", that grant actions by leaving others out
	// or by a pattern of all services: what they grant beyond the actions that were
	// asked for is not known in full.
	Open []string
	// Denials is how many statements of today's deny.
	Denials int
}

// Propose cuts the policies of a role down to the actions that it needs.
//
// The proposal never allows what the policies do not: each of its statements has the
// resources and the condition of one of theirs, or resources that these cover, and
// every statement of theirs that denies stands in it too. Permissions boundary and
// control policies are not part of it, they bear on the role as before.
//
// A policy that cannot be read in full is an error, because what it allows or denies
// is not known; so is an action that no statement grants.
func Propose(today []Source, kept []Kept) (*Proposal, error) {
	var c cutter
	for _, s := range today {
		if err := c.read(s); err != nil {
			return nil, fmt.Errorf("reading policy %q: %w", s.Name, err)
		}
	}
	for _, k := range kept {
		if err := c.keep(k); err != nil {
			return nil, err
		}
	}
	drafts, err := pack(slices.Concat(c.denials, c.allowances()))
	if err != nil {
		return nil, err
	}
	p := &c.proposal
	p.Drafts, p.Denials = drafts, len(c.denials)
	return p, nil
}

// cutter makes a proposal.
type cutter struct {
	grants   []grant
	denials  []DraftStatement
	groups   map[string]*DraftStatement // by service, resources and condition
	proposal Proposal
}

// grant is an Allow of today's.
type grant struct {
	Statement
	patterns []string // of Actions or NotActions, in lower case
}

// read takes a policy apart.
func (c *cutter) read(s Source) error {
	doc, err := Parse(s.Document)
	if errors.Is(err, ErrNoStatement) {
		return nil // it grants nothing
	}
	if err != nil {
		return err
	}
	for _, st := range doc.Statements {
		if err := st.complete(); err != nil {
			return &StatementError{Number: st.Number, Sid: st.Sid, MayDeny: !st.Allow, Err: err}
		}
		if !doc.HasVariables() && st.mentionsVariables() {
			return &StatementError{Number: st.Number, Sid: st.Sid, MayDeny: !st.Allow,
				Err: fmt.Errorf("it has ${, which means itself in a policy of version %q and a variable in 2012-10-17; give it that version if a variable is meant, else write ${$}{", doc.Version)}
		}
		switch {
		case st.NeverHolds():
		case !st.Allow:
			c.denials = append(c.denials, draftOf(st))
		default:
			c.addGrant(st, Ref{Policy: s.Name, Sid: st.Sid, Number: st.Number})
		}
	}
	return nil
}

func (c *cutter) addGrant(s Statement, ref Ref) {
	g := grant{Statement: s}
	open := len(s.NotActions) > 0
	for _, p := range slices.Concat(s.Actions, s.NotActions) {
		g.patterns = append(g.patterns, lower(p))
		_, named := literalService(p)
		open = open || !named
	}
	if open {
		c.proposal.Open = append(c.proposal.Open, ref.String())
	}
	c.grants = append(c.grants, g)
}

// covers says that the grant is about the whole of a lower-case action or pattern.
func (g *grant) covers(action string) bool {
	fits := slices.ContainsFunc(g.patterns, func(p string) bool { return matches(p, action) })
	if len(g.NotActions) > 0 {
		return !fits && !strings.ContainsAny(action, "*?")
	}
	return fits
}

// certain says that the grant holds whatever the request beside its action.
func (g *grant) certain() bool {
	return !g.Conditional && slices.ContainsFunc(g.Resources, allStars)
}

// keep finds the statements that grant an action and grants it again as they do. One
// that grants it on everything, without a condition, makes the others needless.
func (c *cutter) keep(k Kept) error {
	action := lower(k.Action)
	var by []*grant
	for i := range c.grants {
		if g := &c.grants[i]; g.covers(action) {
			by = append(by, g)
		}
	}
	if len(by) == 0 {
		return fmt.Errorf("finding what grants %q: no statement of today's policies does", k.Action)
	}
	if i := slices.IndexFunc(by, (*grant).certain); i >= 0 {
		by = by[i : i+1]
	}
	narrow := narrowing(by, k.Touched)
	if narrow != nil {
		c.narrowed(k.Action, slices.Concat(narrow...))
	}
	conditional := false
	for i, g := range by {
		d := draftOf(g.Statement)
		if narrow != nil {
			if d.Resources = narrow[i]; len(d.Resources) == 0 {
				continue
			}
		}
		conditional = conditional || d.Condition != nil
		c.add(d, k.Action)
	}
	if conditional {
		c.proposal.Conditional = append(c.proposal.Conditional, k.Action)
	}
	return nil
}

// narrowed notes what an action is granted on from now on.
func (c *cutter) narrowed(action string, resources []string) {
	if c.proposal.Narrowed == nil {
		c.proposal.Narrowed = map[string][]string{}
	}
	slices.Sort(resources)
	c.proposal.Narrowed[action] = slices.Compact(resources)
}

// add puts an action to those of its service with the same resources and condition.
func (c *cutter) add(d DraftStatement, action string) {
	d.Actions, d.NotActions = nil, nil
	// Quoted, so that no text in a resource ends it: "\x00" is one of a resource too.
	key := fmt.Sprintf("%q", slices.Concat([]string{ServiceOf(action), string(d.Condition), fmt.Sprint(len(d.NotResources))}, d.Resources, d.NotResources))
	group := c.groups[key]
	if group == nil {
		if c.groups == nil {
			c.groups = map[string]*DraftStatement{}
		}
		group = &d
		c.groups[key] = group
	}
	group.Actions = append(group.Actions, action)
}

// allowances are the groups in the order of service, resources and condition.
func (c *cutter) allowances() []DraftStatement {
	keys := make([]string, 0, len(c.groups))
	for key := range c.groups {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	out := make([]DraftStatement, len(keys))
	for i, key := range keys {
		out[i] = *c.groups[key]
		slices.Sort(out[i].Actions)
		out[i].Actions = slices.Compact(out[i].Actions)
	}
	return out
}
