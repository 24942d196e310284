package policy

import (
	"slices"
	"strings"

	"roletrail/iam"
)

// Privilege grades what a role may do, by the most that one of its actions is: a
// closed set.
type Privilege string

// The grades, from the most to the least.
const (
	// Admin: the role is allowed every action on every resource, or can make itself
	// so by a known escalation.
	Admin Privilege = "admin"
	// Permissions: an action that changes who may do what.
	Permissions Privilege = "permissions"
	// Write: an action that changes anything else, tags included.
	Write Privilege = "write"
	// Read: an action that reads or lists.
	Read Privilege = "read"
	// None: no action at all.
	None Privilege = "none"
	// Ungraded: it may be more than what is known of the role shows.
	Ungraded Privilege = ""
)

// Grader grades the results of one universe.
type Grader struct {
	universe *Universe
	// byGrade are the actions of each grade below Admin, from the most on.
	byGrade []graded
	// ways are the escalations whose actions the universe has.
	ways []way
}

type graded struct {
	grade   Privilege
	actions bitset
}

// way is an escalation with the indexes of its actions.
type way struct {
	escalation
	actions []int
}

// NewGrader returns a grader. levels are the access levels of the universe's actions
// by index: "read", "list", "write", "tagging" or "permissions"; any other counts as
// write.
func NewGrader(u *Universe, levels []string) *Grader {
	g := &Grader{universe: u}
	permissions, write, read := newBitset(u.Len()), newBitset(u.Len()), newBitset(u.Len())
	for i, level := range levels {
		switch level {
		case "permissions":
			permissions.set(i)
		case "read", "list":
			read.set(i)
		default:
			write.set(i)
		}
	}
	g.byGrade = []graded{{Permissions, permissions}, {Write, write}, {Read, read}}
	for _, e := range escalations() {
		w := way{escalation: e}
		for _, n := range e.needs {
			if i, ok := u.index[lower(n.action)]; ok {
				w.actions = append(w.actions, i)
			}
		}
		if len(w.actions) == len(e.needs) {
			g.ways = append(g.ways, w)
		}
	}
	return g
}

// Grade returns the privilege of a role by its ARN, and for Admin what makes it one:
// the statements that allow everything, or the actions of the escalation
// ("iam:PassRole + lambda:CreateFunction + …").
//
// Admin counts Allowed actions alone. The grades below count conditional ones too:
// they say what the role may do at most. A role that is not Admin is Ungraded if a
// policy of its is not known in full, or if it has no Permissions action and is
// granted a pattern of a service that the universe does not know. Of those, patterns
// that begin with Describe, Get or List count as Read, as AWS names its actions: its
// own policies for reading name services that are gone.
func (g *Grader) Grade(r *Result, role string) (Privilege, string) {
	if statements := g.everything(r); statements != "" {
		return Admin, statements
	}
	arn, err := iam.ParseARN(role)
	for _, w := range g.ways {
		if err == nil && g.open(r, w, arn) {
			return Admin, w.name
		}
	}
	if len(r.Unread) > 0 {
		return Ungraded, ""
	}
	atLeast, known := g.unknownServices(r)
	for _, level := range g.byGrade {
		switch {
		case level.actions.meets(r.granted), level.grade == atLeast:
			return level.grade, ""
		case level.grade == Permissions && !known:
			return Ungraded, ""
		}
	}
	return None, ""
}

// everything returns the statements that together allow every action on every
// resource, empty if the role is not allowed that.
func (g *Grader) everything(r *Result) string {
	if r.allowed.count() < g.universe.Len() {
		return ""
	}
	left := fullBitset(g.universe.Len())
	var names []string
	for _, p := range r.parties {
		if !p.allow || p.level != identity || !p.certain() {
			continue
		}
		before := left.count()
		if left.remove(p.actions); left.count() < before {
			names = append(names, p.ref().String())
		}
	}
	if left.count() > 0 {
		return ""
	}
	return strings.Join(capped(names, MaxVia, more), " + ")
}

// open says whether all that a way needs is allowed on what it needs it on.
func (g *Grader) open(r *Result, w way, role iam.ARN) bool {
	for _, i := range w.actions {
		if !r.allowed.has(i) {
			return false
		}
	}
	for at, n := range w.needs {
		if !r.grants(w.actions[at], n, role) {
			return false
		}
	}
	return true
}

// grants says whether an unconditional Allow of the action covers what the need is
// about.
func (r *Result) grants(action int, n need, role iam.ARN) bool {
	for _, p := range r.parties {
		if !p.allow || p.level != identity || p.conditional || !p.actions.has(action) {
			continue
		}
		covers := func(pattern string) bool { return n.coveredBy(pattern, role) }
		if slices.ContainsFunc(p.resources, covers) != p.except {
			return true
		}
	}
	return false
}

// unknownServices grades the patterns of services that the universe does not know:
// None, Read, or not known.
func (g *Grader) unknownServices(r *Result) (grade Privilege, known bool) {
	grade = None
	for pattern := range r.Unmatched() {
		if g.universe.HasService(ServiceOf(pattern)) {
			continue
		}
		_, name, _ := strings.Cut(literalPrefix(lower(pattern)), ":")
		if !strings.HasPrefix(name, "describe") && !strings.HasPrefix(name, "get") && !strings.HasPrefix(name, "list") {
			return Ungraded, false
		}
		grade = Read
	}
	return grade, true
}
