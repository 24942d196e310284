package difference

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"roletrail/iam/action"
	"roletrail/iam/amount"
	"roletrail/iam/policy"
)

// Grants is the difference between what two policies allow and deny, action by action.
type Grants struct {
	PrivilegeBefore policy.Privilege `json:"privilege_before"`
	PrivilegeAfter  policy.Privilege `json:"privilege_after"`
	// AdminBy are the statements or actions that newly make an administrator.
	AdminBy string `json:"admin_by,omitempty"`
	// Grave is what is newly grave about what is allowed without a condition everywhere.
	Grave  string  `json:"grave,omitempty"`
	Gained Actions `json:"gained"`
	Lost   Actions `json:"lost"`
	// Wider are actions that are granted under fewer conditions or on further resources.
	Wider    Actions `json:"wider"`
	Narrower Actions `json:"narrower"`
	// DenialsLost are actions that no statement denies any more, in whole or in part.
	DenialsLost   Actions `json:"denials_lost"`
	DenialsGained Actions `json:"denials_gained"`
}

// Actions are some actions of one kind.
type Actions struct {
	Count int `json:"count"`
	// Actions are the first of them: those that change who may do what, then those that
	// write, then those that read.
	Actions []string `json:"actions"`
	// Services are their services, up to a number.
	Services []string `json:"services"`

	most     Severity // how grave it is to gain one of them
	services int      // how many there are, with those that are not listed
}

// maxActions and maxServices are how many a difference lists.
const (
	maxActions  = 50
	maxServices = 20
)

// side is one of the two documents, evaluated.
type side struct {
	result    *policy.Result
	grants    []*policy.Permission // by index of the action, nil where it is denied
	denied    []*policy.Permission // likewise of its Deny statements, read as grants; nil without any
	unmatched map[string]*policy.Permission
}

func (s *side) denies(i int) *policy.Permission {
	if s.denied == nil {
		return nil
	}
	return s.denied[i]
}

func (j *Judge) side(d Document) side {
	parsed := d.parsed()
	s := side{result: j.evaluate(parsed), unmatched: map[string]*policy.Permission{}}
	s.grants = j.permissions(s.result)
	for pattern, p := range s.result.Unmatched() {
		s.unmatched[strings.ToLower(pattern)] = p
	}
	if refused := denials(parsed); len(refused.Statements) > 0 {
		s.denied = j.permissions(j.evaluate(refused))
	}
	return s
}

func (j *Judge) evaluate(d policy.Document) *policy.Result {
	compiled := j.universe.Compile(d, nil)
	return policy.Evaluate(j.universe, policy.Set{Identity: []policy.Named{{Name: "policy", Policy: compiled}}})
}

func (j *Judge) permissions(r *policy.Result) []*policy.Permission {
	out := make([]*policy.Permission, j.universe.Len())
	for i, p := range r.All() {
		out[i] = p
	}
	return out
}

// denials is a document that allows what another one denies.
func denials(d policy.Document) policy.Document {
	out := d
	out.Statements = nil
	for _, s := range d.Statements {
		if !s.Allow {
			s.Allow = true
			out.Statements = append(out.Statements, s)
		}
	}
	return out
}

// compareGrants is the difference between two policies, either of which may be absent.
// role is the ARN of a role that has them, or may have.
func (j *Judge) compareGrants(before, after Document, role string) *Grants {
	old, now := j.side(before), j.side(after)
	g := &Grants{}
	g.PrivilegeBefore, _ = j.grader.Grade(old.result, role)
	g.PrivilegeAfter, g.AdminBy = j.grader.Grade(now.result, role)
	if g.PrivilegeBefore == policy.Admin {
		g.AdminBy = ""
	}
	if v := OfGrants(after.parsed()); v.Steps > 0 && v != OfGrants(before.parsed()) && g.PrivilegeBefore != policy.Admin {
		g.Grave = v.Reason
	}
	var gained, lost, wider, narrower, denialsLost, denialsGained listing
	for i := range j.universe.Len() {
		b, a := old.grants[i], now.grants[i]
		switch {
		case b == nil && a == nil:
		case b == nil:
			gained.add(j, i)
		case a == nil:
			lost.add(j, i)
		default:
			if widens(b, a) {
				wider.add(j, i)
			}
			if widens(a, b) {
				narrower.add(j, i)
			}
		}
		if b, a := old.denies(i), now.denies(i); a != nil && (b == nil || widens(b, a)) {
			denialsGained.add(j, i)
		} else if b != nil && (a == nil || widens(a, b)) {
			denialsLost.add(j, i)
		}
	}
	gained.addPatterns(now.unmatched, old.unmatched)
	lost.addPatterns(old.unmatched, now.unmatched)
	g.Gained, g.Lost, g.Wider, g.Narrower = gained.actions(), lost.actions(), wider.actions(), narrower.actions()
	g.DenialsLost, g.DenialsGained = denialsLost.actions(), denialsGained.actions()
	return g
}

// widens says whether a grant is, in some respect, more than another one of the same action.
func widens(before, after *policy.Permission) bool {
	if before == after || before.Effect == after.Effect && slices.Equal(before.Resources, after.Resources) {
		return false
	}
	if after.Effect > before.Effect {
		return true
	}
	return slices.ContainsFunc(after.Resources, func(resource string) bool {
		return !slices.ContainsFunc(before.Resources, func(pattern string) bool { return pattern == resource || like(pattern, resource) })
	})
}

// listing collects actions.
type listing struct {
	all  []listedAction
	most Severity
}

type listedAction struct {
	name string
	rank int
}

// add adds an action of the catalogue.
func (l *listing) add(j *Judge, i int) {
	name := j.universe.Name(i)
	rank, severity := 1, Medium
	switch level := j.levels[i]; {
	case level == action.Permissions:
		rank = 0
	case (level == action.Read || level == action.List) && !slices.Contains(readSecrets, strings.ToLower(name)):
		rank, severity = 2, Low
	}
	l.all = append(l.all, listedAction{name, rank})
	l.most = max(l.most, severity)
}

// addPatterns adds patterns of actions that the catalogue does not know, which are in one
// document and not in the other.
func (l *listing) addPatterns(in, without map[string]*policy.Permission) {
	for pattern := range in {
		if without[pattern] == nil {
			l.all = append(l.all, listedAction{cut(pattern, maxPart), 1})
			l.most = max(l.most, Medium)
		}
	}
}

func (l *listing) actions() Actions {
	slices.SortFunc(l.all, func(a, b listedAction) int { return cmp.Or(a.rank-b.rank, strings.Compare(a.name, b.name)) })
	out := Actions{Count: len(l.all), Actions: []string{}, Services: []string{}, most: l.most}
	services := map[string]bool{}
	for _, a := range l.all {
		if len(out.Actions) < maxActions {
			out.Actions = append(out.Actions, a.name)
		}
		service, _, _ := strings.Cut(a.name, ":")
		if len(out.Services) < maxServices && !services[service] {
			out.Services = append(out.Services, service)
		}
		services[service] = true
	}
	out.services = len(services)
	return out
}

// severity is how grave it is.
func (g *Grants) severity() Severity {
	switch {
	case g.AdminBy != "" || g.Grave != "" || g.DenialsLost.Count > 0:
		return High
	case g.Gained.Count+g.Wider.Count > 0:
		return max(g.Gained.most, g.Wider.most)
	case g.Lost.Count+g.Narrower.Count+g.DenialsGained.Count > 0:
		return Low
	}
	return Info
}

// reasons says in words what is different.
func (g *Grants) reasons() (out []string) {
	switch {
	case g.Grave != "":
		out = append(out, g.Grave)
	case g.AdminBy != "":
		out = append(out, "makes an administrator by "+cut(g.AdminBy, maxPart))
	}
	for _, of := range []struct {
		actions Actions
		text    string
	}{
		{g.DenialsLost, "no longer denies %s"}, {g.Gained, "gains %s"}, {g.Wider, "may do more with %s"},
		{g.Lost, "loses %s"}, {g.Narrower, "may do less with %s"}, {g.DenialsGained, "denies %s"},
	} {
		if of.actions.Count > 0 {
			out = append(out, fmt.Sprintf(of.text, of.actions))
		}
	}
	return out
}

// maxNamed is how many actions a reason names; of more than maxCounted the first say less than
// how many services they are of.
const (
	maxNamed   = 3
	maxCounted = 1000
)

// String is how many actions there are, and the first of them.
func (a Actions) String() string {
	named := strings.Join(a.Actions[:min(len(a.Actions), maxNamed)], ", ")
	switch {
	case a.Count == 1:
		return named
	case a.Count > maxCounted:
		return amount.Of(a.Count, "action") + " of " + amount.Of(a.services, "service")
	case a.Count <= maxNamed:
		return fmt.Sprintf("%d actions (%s)", a.Count, named)
	}
	return fmt.Sprintf("%d actions (%s, …)", a.Count, named)
}
