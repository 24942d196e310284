package policy

// Effect is what a set of policies makes of an action.
type Effect int

// The effects, from the least to the most.
const (
	// Denied: not allowed, or denied whatever the request.
	Denied Effect = iota
	// Conditional: allowed or not as the request is: the grant has a condition, or
	// something denies it, or fails to allow it, under a condition or on some
	// resources.
	Conditional
	// Allowed: at least on some resource, whatever the rest of the request.
	Allowed
)

// String is denied, conditional or allowed.
func (e Effect) String() string {
	return [...]string{"denied", "conditional", "allowed"}[e]
}

// ReasonKind says what makes an action conditional: a closed set.
type ReasonKind string

// The kinds of reasons.
const (
	OnCondition ReasonKind = "condition" // every grant has a condition
	DenyInPart  ReasonKind = "deny"      // a Deny under a condition or on some resources
	InBoundary  ReasonKind = "boundary"  // the permissions boundary allows it in part
	InSCP       ReasonKind = "scp"       // so does a service control policy
	InRCP       ReasonKind = "rcp"       // a resource control policy denies it
)

// party is a rule of the set, with where it stands.
type party struct {
	policy string
	*rule
	level int // index of levels; identity for attached and inline policies
	// conditional: whether it holds for the role is decided by the request.
	conditional bool
}

const identity = -1

// certain says that the rule holds whatever the request beside its action.
func (p party) certain() bool { return p.everywhere && !p.conditional }

func (p party) ref() Ref { return Ref{Policy: p.policy, Sid: p.sid, Number: p.number} }

// level is a limit of what the identity policies grant.
type level struct {
	kind   ReasonKind
	unread []string // names of its policies that are not known in full
}

// mustAllow says that nothing passes the level but what it allows. Resource control
// policies always allow: AWS attaches one that does and takes no other Allow.
func (l level) mustAllow() bool { return l.kind != InRCP }

// Evaluate says what a set of policies makes of each action of the universe, in
// which all its policies were compiled:
//
//   - Allowed is what an unconditional Allow grants and nothing takes away.
//   - A Deny without condition on every resource takes away for good; any other
//     makes conditional.
//   - The boundary and each level of service control policies must allow. What one
//     allows under conditions, or on some resources, is conditional. So is
//     everything where one of their documents is not known in full.
//   - A condition that is decided by the set's role, as one on aws:PrincipalArn, is
//     none if it holds; if not, its statement is left out.
//   - Resources are not held against each other: an Allow on one bucket and a Deny
//     on another are conditional.
func Evaluate(u *Universe, s Set) *Result {
	r := &Result{universe: u, role: valuesOf(s.Role)}
	r.enter(s.Identity, identity)
	if s.Boundary != nil {
		r.enterLevel(InBoundary, []Named{*s.Boundary})
	}
	for _, policies := range s.SCPs {
		r.enterLevel(InSCP, policies)
	}
	for _, policies := range s.RCPs {
		r.enterLevel(InRCP, policies)
	}
	r.decide()
	r.collectUnmatched()
	return r
}

func (r *Result) enterLevel(kind ReasonKind, policies []Named) {
	r.levels = append(r.levels, level{kind: kind})
	r.enter(policies, len(r.levels)-1)
}

func (r *Result) enter(policies []Named, at int) {
	for _, n := range policies {
		if n.unread() {
			u := Unread{Policy: n.Name, MayDeny: true}
			if n.Policy != nil {
				u.Err = n.Policy.err
				u.MayDeny = at != identity || MayHideDeny(u.Err)
			}
			r.Unread = append(r.Unread, u)
			if at != identity {
				r.levels[at].unread = append(r.levels[at].unread, n.Name)
			}
		}
		if n.Policy == nil {
			continue
		}
		for i := range n.Policy.rules {
			rule := &n.Policy.rules[i]
			if never, conditional := rule.conditions.of(&r.role); !never {
				r.parties = append(r.parties, party{n.Name, rule, at, conditional})
			}
		}
	}
}

// decide finds the effect on each action.
func (r *Result) decide() {
	n := r.universe.Len()
	r.granted, r.allowed = newBitset(n), newBitset(n)
	denied, doubtful := newBitset(n), newBitset(n)
	for _, p := range r.parties {
		switch {
		case p.allow && p.level == identity:
			r.granted.add(p.actions)
			if !p.conditional {
				r.allowed.add(p.actions)
			}
		case p.allow: // in limit
		case r.denies(p):
			denied.add(p.actions)
		default:
			doubtful.add(p.actions)
		}
	}
	for i, l := range r.levels {
		r.limit(i, l)
	}
	r.granted.minus(denied)
	r.allowed.minus(denied)
	r.allowed.minus(doubtful)
}

// denies says that a Deny holds whatever the request.
func (r *Result) denies(p party) bool {
	return p.certain() && (p.level == identity || r.levels[p.level].kind != InRCP)
}

// limit takes away what a level does not allow.
func (r *Result) limit(at int, l level) {
	if len(l.unread) > 0 {
		clear(r.allowed)
		return
	}
	if !l.mustAllow() {
		return
	}
	some, certain := newBitset(r.universe.Len()), newBitset(r.universe.Len())
	for _, p := range r.parties {
		if p.level != at || !p.allow {
			continue
		}
		some.add(p.actions)
		if p.certain() {
			certain.add(p.actions)
		}
	}
	r.granted.intersect(some)
	r.allowed.intersect(certain)
}
