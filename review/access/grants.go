package access

import (
	"cmp"
	"slices"
	"strings"

	"roletrail/iam/policy"
	"roletrail/review/proposal"
)

// What is listed of a role that may do nearly everything is bounded: a page with
// twenty thousand lines is not read.
const (
	maxSeen     = 150 // permissions of one role that calls speak of
	maxServices = 24  // services of one role that are listed one by one
	maxExamples = 5   // names among those of a group of unseen permissions
)

// grantsOfRole adds up the rows of the report unused about one role.
type grantsOfRole struct {
	role     *Role
	kept     []policy.Kept // what a proposal keeps
	proof    proposal.Proof
	services map[string]*Service
	unseen   map[unseenKey]*unseenGroup
}

type unseenKey struct{ service, verdict string }

// unseenGroup is an Unseen in the making.
type unseenGroup struct {
	actions  int64
	reasons  map[string]int64
	examples []example
}

type example struct {
	rank   int
	action string
}

// levelRanks say which actions are the gravest.
var levelRanks = map[Text]int{"permissions": 0, "write": 1, "tagging": 2, "read": 3, "list": 4}

// keeps are the verdicts on permissions that a proposal keeps.
var keeps = proposal.Keeps(false)

// readGrants adds up the rows of the report unused, which come role by role.
func (r *reader) readGrants() error {
	var g *grantsOfRole
	finish := func() {
		if g != nil {
			g.finish()
			r.propose(g.role, g.kept, g.proof.Missing())
		}
	}
	err := r.each("unused", func(x row) {
		role := r.find(x)
		if role == nil || role.Grants == nil {
			return
		}
		if g == nil || g.role != role {
			finish()
			g = &grantsOfRole{role: role, services: map[string]*Service{}, unseen: map[unseenKey]*unseenGroup{}}
		}
		g.add(x)
	})
	finish()
	return err
}

func (g *grantsOfRole) add(x row) {
	p := Permission{Action: x.text("action"), AccessLevel: x.text("access_level"), Verdict: x.text("verdict"), Reason: x.text("reason"),
		LastUsed: x.time("last_used"), Uses: x.count("uses"), Evidence: x.text("evidence")}
	name, _, _ := strings.Cut(string(p.Action), ":")
	service := g.services[name]
	if service == nil {
		service = &Service{Service: Text(name), Services: 1}
		g.services[name] = service
	}
	service.count(p.Verdict, 1)
	g.proof.Add(string(p.Verdict), string(p.Reason))
	if slices.Contains(keeps, string(p.Verdict)) {
		g.kept = append(g.kept, policy.Kept{Action: string(p.Action)})
	}
	switch p.Verdict {
	case "used", "possibly_used", "denied_only":
		if len(g.role.Permissions) < maxSeen {
			g.role.Permissions = append(g.role.Permissions, p)
			return
		}
	}
	key := unseenKey{name, string(p.Verdict)}
	group := g.unseen[key]
	if group == nil {
		group = &unseenGroup{reasons: map[string]int64{}}
		g.unseen[key] = group
	}
	group.add(p)
}

// count adds n actions of a verdict.
func (s *Service) count(verdict Text, n int64) {
	s.Granted += n
	switch verdict {
	case "used":
		s.Used += n
	case "possibly_used":
		s.PossiblyUsed += n
	case "denied_only":
		s.DeniedOnly += n
	case "unused":
		s.Unused += n
	case "probably_unused":
		s.ProbablyUnused += n
	case "unobservable":
		s.Unobservable += n
	case "too_new":
		s.TooNew += n
	}
}

func (s *Service) addAll(other *Service) {
	s.Services += other.Services
	s.Granted += other.Granted
	s.Used += other.Used
	s.PossiblyUsed += other.PossiblyUsed
	s.DeniedOnly += other.DeniedOnly
	s.Unused += other.Unused
	s.ProbablyUnused += other.ProbablyUnused
	s.Unobservable += other.Unobservable
	s.TooNew += other.TooNew
}

func (u *unseenGroup) add(p Permission) {
	u.actions++
	u.reasons[string(p.Reason)]++
	rank, known := levelRanks[p.AccessLevel]
	if !known {
		rank = len(levelRanks)
	}
	u.examples = append(u.examples, example{rank, string(p.Action)})
	if len(u.examples) > 4*maxExamples {
		u.cut()
	}
}

// cut keeps the gravest examples.
func (u *unseenGroup) cut() {
	slices.SortFunc(u.examples, func(a, b example) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.action, b.action))
	})
	u.examples = u.examples[:min(len(u.examples), maxExamples)]
}

func (u *unseenGroup) join(other *unseenGroup) {
	u.actions += other.actions
	for reason, n := range other.reasons {
		u.reasons[reason] += n
	}
	u.examples = append(u.examples, other.examples...)
	u.cut()
}

// reason is the one that most of the actions have.
func (u *unseenGroup) reason() Text {
	most := ""
	for reason, n := range u.reasons {
		if m := u.reasons[most]; n > m || n == m && reason < most {
			most = reason
		}
	}
	return Text(most)
}

// finish gives the role what was added up.
func (g *grantsOfRole) finish() {
	t := g.role.Grants
	for _, s := range g.services {
		t.Granted += s.Granted
		t.Used += s.Used
		t.PossiblyUsed += s.PossiblyUsed
		t.DeniedOnly += s.DeniedOnly
		t.Unused += s.Unused
		t.ProbablyUnused += s.ProbablyUnused
		t.Unobservable += s.Unobservable
		t.TooNew += s.TooNew
		t.ServicesGranted++
		if s.Used > 0 {
			t.ServicesUsed++
		}
	}
	listed := g.listServices()
	g.listUnseen(listed)
	slices.SortStableFunc(g.role.Permissions, func(a, b Permission) int {
		return cmp.Or(cmp.Compare(verdictRanks[a.Verdict], verdictRanks[b.Verdict]), -cmp.Compare(a.Uses, b.Uses), cmp.Compare(a.Action, b.Action))
	})
}

// verdictRanks is the order in which docs/verdicts.md has the verdicts on permissions.
var verdictRanks = map[Text]int{"used": 0, "possibly_used": 1, "denied_only": 2, "unobservable": 3, "too_new": 4, "unused": 5, "probably_unused": 6}

// listServices lists the services: those of which calls speak, then the largest. What is
// too many goes together.
func (g *grantsOfRole) listServices() (listed map[string]bool) {
	all := make([]*Service, 0, len(g.services))
	for _, s := range g.services {
		all = append(all, s)
	}
	seen := func(s *Service) int64 { return min(s.Used+s.PossiblyUsed+s.DeniedOnly, 1) }
	slices.SortFunc(all, func(a, b *Service) int {
		return cmp.Or(-cmp.Compare(seen(a), seen(b)), -cmp.Compare(a.Granted, b.Granted), cmp.Compare(a.Service, b.Service))
	})
	listed = map[string]bool{}
	rest := &Service{}
	for i, s := range all {
		if i < maxServices || len(all) == maxServices+1 {
			listed[string(s.Service)] = true
			g.role.ServiceList = append(g.role.ServiceList, *s)
		} else {
			rest.addAll(s)
		}
	}
	if rest.Services > 0 {
		g.role.ServiceList = append(g.role.ServiceList, *rest)
	}
	return listed
}

// listUnseen lists the permissions that calls do not speak of by verdict and service.
func (g *grantsOfRole) listUnseen(listed map[string]bool) {
	groups := map[unseenKey]*unseenGroup{}
	for key, u := range g.unseen {
		if !listed[key.service] {
			key.service = ""
		}
		if groups[key] == nil {
			groups[key] = &unseenGroup{reasons: map[string]int64{}}
		}
		groups[key].join(u)
	}
	for key, u := range groups {
		one := Unseen{Service: Text(key.service), Verdict: Text(key.verdict), Actions: u.actions, Reason: u.reason()}
		for _, e := range u.examples {
			one.Examples = append(one.Examples, e.action)
		}
		g.role.Unseen = append(g.role.Unseen, one)
	}
	slices.SortFunc(g.role.Unseen, func(a, b Unseen) int {
		others := func(u Unseen) int { return len(u.Service) - max(len(u.Service)-1, 0) } // 0 for several services
		return cmp.Or(cmp.Compare(verdictRanks[a.Verdict], verdictRanks[b.Verdict]), -cmp.Compare(others(a), others(b)), -cmp.Compare(a.Actions, b.Actions), cmp.Compare(a.Service, b.Service))
	})
}
