package access

import (
	"cmp"
	"context"
	"slices"
	"time"

	"roletrail/queries"
)

// RolePage is what is known of one role.
type RolePage struct {
	// Review is that of the role alone. It does not know whether other roles have owners, so it
	// does not find that this one lacks one.
	*Review
	Role *Role
	// Calls are the operations that it ever called, the most used of the window first.
	Calls []Call
	// Refusals are what it was denied in the window, the most frequent first. What it attempted
	// without a grant stands here alone.
	Refusals []Refusal

	asked string // how the role was called
}

// Call is a row of the question role_actions.
type Call struct {
	Source   Text // event_source
	Name     Text // event_name
	Uses     int64
	Denied   int64
	LastUsed *time.Time
}

// Refusal is a row of the question role_attempts.
type Refusal struct {
	Source     Text // event_source
	Name       Text // event_name
	Error      Text // error_code
	Denied     int64
	LastDenied *time.Time
	Evidence   Text
}

// ReadRole asks all questions about the role that s.Params.Role names. Where that is none,
// or several, there is no page; named are those that have the name.
func ReadRole(ctx context.Context, engine queries.Engine, s Scope) (page *RolePage, named []Role, err error) {
	r := newReader(ctx, engine, s)
	if err := r.readRoles(); err != nil {
		return nil, nil, err
	}
	if len(r.roles) != 1 {
		for _, role := range r.roles {
			named = append(named, *role)
		}
		return nil, named, nil
	}
	// From here on by its id, so that a role that was made again does not inherit from its
	// namesake (design 9.16).
	r.one = r.roles[0]
	r.scope.Params.Role = string(r.one.identity())
	page = &RolePage{Review: r.review, asked: s.Params.Role}
	err = r.steps(1, r.readInventory, r.readPolicies, r.readGrants, r.askCallers, r.listCallers, r.readItsDays, r.readItsSessions, r.readChanges, r.readCoverage,
		func() error { return page.readCalls(r) }, func() error { return page.readRefusals(r) })
	if err != nil {
		return nil, nil, err
	}
	if err := r.finish(); err != nil {
		return nil, nil, err
	}
	page.Role = &r.review.Roles[0]
	return page, nil, nil
}

func (r *reader) readItsDays() error {
	return r.each("role_days", func(x row) { r.addDay(r.one, x) })
}

// mostOfSessions is how many sessions a role's page lists, the newest; as many as those of
// the review.
const mostOfSessions = 5

func (r *reader) readItsSessions() error {
	return r.each("role_sessions", func(x row) {
		if len(r.one.SessionList) < mostOfSessions {
			r.one.SessionList = append(r.one.SessionList, sessionOf(x))
		}
	})
}

func (p *RolePage) readCalls(r *reader) error {
	err := r.each("role_actions", func(x row) {
		p.Calls = append(p.Calls, Call{Source: x.text("event_source"), Name: x.text("event_name"), Uses: x.count("uses"), Denied: x.count("denied"), LastUsed: x.time("last_used")})
	})
	slices.SortStableFunc(p.Calls, func(a, b Call) int { return -cmp.Compare(a.Uses, b.Uses) })
	return err
}

func (p *RolePage) readRefusals(r *reader) error {
	err := r.each("role_attempts", func(x row) {
		p.Refusals = append(p.Refusals, Refusal{Source: x.text("event_source"), Name: x.text("event_name"), Error: x.text("error_code"), Denied: x.count("denied"),
			LastDenied: x.time("last_denied"), Evidence: x.text("evidence")})
	})
	slices.SortStableFunc(p.Refusals, func(a, b Refusal) int { return -cmp.Compare(a.Denied, b.Denied) })
	return err
}
