package inventory

import (
	"iter"
	"time"

	"roletrail/iam/policy"
)

// Permission is one action that the policies of a role grant: a row of
// iam/role_permissions.
type Permission struct {
	// Action is spelled as in the catalogue; with IsPattern it is a pattern as
	// written, of which the catalogue knows no action.
	Action    string
	IsPattern bool
	// Effect is allowed or conditional.
	Effect policy.Effect
	// Via are the granting statements, "POLICY#SID"; at most policy.MaxVia.
	Via []string
	// Resources are the resource patterns as written; at most policy.MaxResources.
	Resources []string
	// GrantedAt is since when at the latest, UTC; zero if unknown (design 9.11).
	GrantedAt time.Time
}

// Permissions yields what the role may do, in the order of the catalogue, then the
// patterns that it does not know. The lists are shared and must not be changed.
func (g *Judgement) Permissions() iter.Seq[Permission] {
	return func(yield func(Permission) bool) {
		texts := map[*policy.Permission][]string{}
		for i, p := range g.result.All() {
			via, known := texts[p]
			if !known {
				via = refTexts(p.Via)
				texts[p] = via
			}
			out := Permission{Action: g.judge.universe.Name(i), Effect: p.Effect, Via: via, Resources: p.Resources, GrantedAt: g.grantedAt(p, i)}
			if !yield(out) {
				return
			}
		}
		for pattern, p := range g.result.Unmatched() {
			out := Permission{Action: pattern, IsPattern: true, Effect: p.Effect, Via: refTexts(p.Via), Resources: p.Resources, GrantedAt: g.patternGrantedAt(p)}
			if !yield(out) {
				return
			}
		}
	}
}

func refTexts(refs []policy.Ref) []string {
	texts := make([]string, len(refs))
	for i, ref := range refs {
		texts[i] = ref.String()
	}
	return texts
}

// grantedAt is the earliest of what grants the action.
func (g *Judgement) grantedAt(p *policy.Permission, index int) time.Time {
	return g.earliest(p.Via, func(h *history) time.Time { return h.since(g.judge, index) })
}

// patternGrantedAt takes the date of the document: what earlier ones granted of a
// pattern's actions is not known.
func (g *Judgement) patternGrantedAt(p *policy.Permission) time.Time {
	return g.earliest(p.Via, func(h *history) time.Time { return h.policy.grantsSince() })
}

// earliest is the first moment at which one of the statements held for the role: its
// policy said so by then, the role had it, and was there (design 9.11). of is since
// when a policy says so.
func (g *Judgement) earliest(refs []policy.Ref, of func(*history) time.Time) (first time.Time) {
	for i, ref := range refs {
		at := later(g.role.CreatedAt, g.role.perms.attachedAt[ref.Policy])
		if h := g.history(ref.Policy); h != nil {
			at = later(at, of(h))
		}
		if i == 0 || at.Before(first) {
			first = at
		}
	}
	return first
}

// history is that of a policy as statements name it; nil if it has none.
func (g *Judgement) history(policyName string) *history {
	if m := g.judge.managed[policyName]; m != nil {
		return &m.history
	}
	return g.inline[policyName]
}

func historiesOf(r *Role) map[string]*history {
	var out map[string]*history
	for _, p := range r.perms.inline {
		if p.since.IsZero() {
			continue
		}
		if out == nil {
			out = map[string]*history{}
		}
		out[inlinePrefix+p.Name] = &history{policy: p}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
