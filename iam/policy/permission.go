package policy

import "slices"

// Limits of what is told of one action. What is over them is cut, and "…" stands in
// its place.
const (
	MaxResources = 20
	MaxVia       = 20
	MaxReasons   = 20
)

const (
	// more stands for what is left out of a list.
	more = "…"
	// notResource stands before the patterns of a NotResource: all but these.
	notResource = "not "
)

// Permission is what a set of policies says of an action that it does not deny.
type Permission struct {
	Effect Effect // Allowed or Conditional
	// Via are the statements that grant it, conditional ones too, in the order of
	// the set's identity policies.
	Via []Ref
	// Resources are the resource patterns of its grants, as written and each once;
	// "*" alone if one covers all. Those of NotResource stand behind "not ": all but
	// these. If there are unconditional grants, theirs alone.
	Resources []string
	// Why says what makes it conditional; empty if it is allowed.
	Why []Reason
}

// Reason is one of the things that make an action conditional.
type Reason struct {
	Kind      ReasonKind
	Statement Ref
}

// part is a party that is about an action, or about a part of what a pattern fits.
type part struct {
	party   int
	partial bool
}

// permission returns what the parties say of an action they are about, nil if they
// deny it.
func (r *Result) permission(parts []part) *Permission {
	var p Permission
	unconditional := false
	for _, part := range parts {
		a := r.parties[part.party]
		if !a.allow || a.level != identity || part.partial {
			continue
		}
		unconditional = unconditional || !a.conditional
		p.Via = append(p.Via, a.ref())
	}
	if len(p.Via) == 0 {
		return nil
	}
	if !unconditional {
		for _, ref := range p.Via {
			p.Why = append(p.Why, Reason{OnCondition, ref})
		}
	}
	if !r.denials(&p, parts) || !r.passes(&p, parts) {
		return nil
	}
	p.Resources = r.resources(parts, unconditional)
	p.Via = capped(p.Via, MaxVia, Ref{Policy: more, Number: -1})
	p.Why = capped(p.Why, MaxReasons, Reason{Statement: Ref{Policy: more, Number: -1}})
	if p.Effect = Allowed; len(p.Why) > 0 {
		p.Effect = Conditional
	}
	return &p
}

// denials adds the denies that make conditional; false means denied for good.
func (r *Result) denials(p *Permission, parts []part) bool {
	for _, part := range parts {
		d := r.parties[part.party]
		if d.allow {
			continue
		}
		if r.denies(d) && !part.partial {
			return false
		}
		kind := DenyInPart
		if d.level != identity {
			kind = r.levels[d.level].kind
		}
		p.Why = append(p.Why, Reason{kind, d.ref()})
	}
	return true
}

// passes adds what of the limits makes conditional; false means that one of them
// does not allow it.
func (r *Result) passes(p *Permission, parts []part) bool {
	for at, l := range r.levels {
		for _, name := range l.unread {
			p.Why = append(p.Why, Reason{l.kind, Ref{Policy: name, Number: -1}})
		}
		if len(l.unread) > 0 || !l.mustAllow() {
			continue
		}
		var some []Reason
		certain := false
		for _, part := range parts {
			if a := r.parties[part.party]; a.allow && a.level == at {
				certain = certain || a.certain() && !part.partial
				some = append(some, Reason{l.kind, a.ref()})
			}
		}
		switch {
		case len(some) == 0:
			return false
		case !certain:
			p.Why = append(p.Why, some...)
		}
	}
	return true
}

// resources collects the resource patterns of the grants: of the unconditional ones
// if there are any.
func (r *Result) resources(parts []part, unconditional bool) []string {
	var out []string
	for _, part := range parts {
		a := r.parties[part.party]
		if !a.allow || a.level != identity || part.partial || unconditional && a.conditional {
			continue
		}
		if a.everywhere {
			return []string{"*"}
		}
		for _, pattern := range a.resources {
			if a.except {
				pattern = notResource + pattern
			}
			if len(out) <= MaxResources && !slices.Contains(out, pattern) {
				out = append(out, pattern)
			}
		}
	}
	return capped(out, MaxResources, more)
}

// capped returns the first limit elements of a list, and the mark behind them if
// there are more.
func capped[T any](list []T, limit int, mark T) []T {
	if len(list) <= limit {
		return list
	}
	return append(list[:limit:limit], mark)
}
