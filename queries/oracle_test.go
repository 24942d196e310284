package queries

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// The oracle answers last_used and the sessions behind it the slow way: plain
// maps over plain structs, one rule of the design after the other. It shares no
// code with the SQL.

type oracleAssumption struct {
	event           // the copy that stays
	targetARN       *string
	targetID        *string
	targetSession   *string
	targetKey       *string
	callerID        *string // of the caller's own session, if any
	callerARN       *string
	callerSession   string
	callerCreatedAt string
}

type oracleSession struct {
	roleKey, name, created string
	createdAt              *time.Time
	roleID, roleARN        *string
	calls                  []event
	grant                  *oracleAssumption
}

type oracle struct {
	w           world
	p           Params
	assumptions []*oracleAssumption
	sessions    []*oracleSession
	byKey       map[string]*oracleSession // sessions with calls
	book        *nameBook
	taken       *oracleInventory           // see inventory
	days        map[string]map[string]bool // see coveredDays
}

func newOracle(w world, p Params) *oracle {
	o := &oracle{w: w, p: p, byKey: map[string]*oracleSession{}}
	o.pairAssumptions()
	o.w.roles = identified(w.roles, sightingsOf(w.events))
	o.book = newNameBook(o.w.roles, sightingsOf(w.events))
	o.collectSessions()
	o.matchGrants()
	return o
}

func known(e event) bool {
	return e.Caller != nil && *e.CallerKind != "account" && *e.CallerKind != "unknown"
}

// pairAssumptions makes one of the two records of a cross-account assumption (P3).
func (o *oracle) pairAssumptions() {
	groups := map[string][]event{}
	for i, e := range o.w.events {
		if e.CallerKind == nil {
			continue
		}
		id := fmt.Sprint("single", i)
		if e.SharedEventID != nil {
			id = "shared" + *e.SharedEventID
		}
		groups[id] = append(groups[id], e)
	}
	for _, copies := range groups {
		sort.Slice(copies, func(i, j int) bool {
			if known(copies[i]) != known(copies[j]) {
				return known(copies[i])
			}
			return copies[i].EventID < copies[j].EventID
		})
		a := &oracleAssumption{event: copies[0]}
		for _, c := range copies {
			largest(&a.targetARN, c.AssumedARN)
			largest(&a.targetID, c.AssumedID)
			largest(&a.targetSession, c.AssumedSession)
			largest(&a.targetKey, c.AssumedKey)
		}
		a.setCallerSession()
		o.assumptions = append(o.assumptions, a)
	}
}

// setCallerSession notes the session that a role called from: its own record says
// so, or, for a console switch, the issuer does unless that is the target.
func (a *oracleAssumption) setCallerSession() {
	if a.CallerKind == nil || *a.CallerKind != "role" {
		return
	}
	e := a.event
	id, arn, name := e.RoleID, e.RoleARN, e.SessionName
	if e.IssuerType != nil && *e.IssuerType == "Role" && e.IssuerID != nil && (e.AssumedID == nil || *e.AssumedID != *e.IssuerID) {
		if id == nil {
			id = e.IssuerID
		}
		if arn == nil {
			arn = e.IssuerARN
		}
		if name == nil && e.PrincipalID != nil {
			_, after, _ := strings.Cut(*e.PrincipalID, ":")
			name = &after
		}
	}
	if name == nil || (id == nil && arn == nil) {
		return
	}
	a.callerID, a.callerARN, a.callerSession, a.callerCreatedAt = id, arn, *name, stamp(e.SessionCreated)
}

// named is the role's id, also where only the ARN is given.
func (o *oracle) named(id, arn *string, at time.Time) *string {
	_, known := o.book.role(id, arn, at)
	return known
}

func largest(into **string, s *string) {
	if s != nil && (*into == nil || *s > **into) {
		*into = s
	}
}

func roleKey(id, arn *string) string {
	if id != nil {
		return *id
	}
	if arn != nil {
		return *arn
	}
	return ""
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func acts(e event) bool { return e.RoleID != nil || e.RoleARN != nil }

func (o *oracle) collectSessions() {
	arns := map[string]*string{} // of a role the largest, of those with a path if there are any
	for _, e := range o.w.events {
		if !acts(e) {
			continue
		}
		role := o.named(e.RoleID, e.RoleARN, e.EventTime)
		arn := arns[roleKey(role, e.RoleARN)]
		if hasPath(e.RoleARN) && !hasPath(arn) {
			arn = e.RoleARN
		} else if hasPath(e.RoleARN) == hasPath(arn) {
			largest(&arn, e.RoleARN)
		}
		arns[roleKey(role, e.RoleARN)] = arn
		if e.SessionName == nil {
			continue
		}
		s := &oracleSession{roleKey: roleKey(role, e.RoleARN), name: *e.SessionName, created: stamp(e.SessionCreated), createdAt: e.SessionCreated}
		id := s.roleKey + "|" + s.name + "|" + s.created
		if old := o.byKey[id]; old != nil {
			s = old
		} else {
			o.byKey[id] = s
			o.sessions = append(o.sessions, s)
		}
		largest(&s.roleID, role)
		s.calls = append(s.calls, e)
	}
	for _, s := range o.sessions {
		s.roleARN = arns[s.roleKey]
	}
}

// earlier orders assumptions by time, then id.
func earlier(a, b *oracleAssumption) bool {
	if !a.EventTime.Equal(b.EventTime) {
		return a.EventTime.Before(b.EventTime)
	}
	return a.EventID < b.EventID
}

// matchGrants finds the assumption behind each session (P6) and makes sessions of
// the assumptions that no call followed (design 9.24).
func (o *oracle) matchGrants() {
	claimed := map[*oracleAssumption]bool{}
	for _, s := range o.sessions {
		for _, a := range o.assumptions {
			if a.Outcome == "success" && o.handedTo(a, s) {
				claimed[a] = true
				if s.grant == nil || earlier(a, s.grant) {
					s.grant = a
				}
			}
		}
	}
	for _, s := range o.sessions {
		if s.grant != nil || s.createdAt == nil {
			continue
		}
		for _, a := range o.assumptions {
			if a.Outcome == "success" && !claimed[a] && o.couldBe(s, a) && (s.grant == nil || s.closer(a, s.grant)) {
				s.grant = a
			}
		}
	}
	o.addSilent()
}

// addSilent makes sessions of the assumptions that no call followed; of those of
// one role, name and time the one with the largest event id stands for all.
func (o *oracle) addSilent() {
	used := map[*oracleAssumption]bool{}
	for _, s := range o.sessions {
		used[s.grant] = true
	}
	silent := map[string]*oracleSession{}
	for _, a := range o.assumptions {
		if a.Outcome != "success" || used[a] || (a.targetID == nil && a.targetARN == nil) {
			continue
		}
		id := o.named(a.targetID, a.targetARN, a.EventTime)
		s := &oracleSession{roleKey: roleKey(id, a.targetARN), createdAt: &a.EventTime, roleID: id, roleARN: a.targetARN, grant: a}
		if a.targetSession != nil {
			s.name = *a.targetSession
		}
		key := s.roleKey + "|" + s.name + "|" + stamp(&a.EventTime)
		if o.byKey[key] == nil && (silent[key] == nil || silent[key].grant.EventID < a.EventID) {
			silent[key] = s
		}
	}
	for _, s := range silent {
		o.sessions = append(o.sessions, s)
	}
}

// handedTo reports whether the assumption handed out the key of calls of the
// session: the same role, and all calls with that key within its twelve hours.
func (o *oracle) handedTo(a *oracleAssumption, s *oracleSession) bool {
	const clocks = 5 * time.Second
	found := false
	var id *string // of the calls with that key
	for _, e := range s.calls {
		if a.targetKey == nil || e.AccessKey == nil || *e.AccessKey != *a.targetKey {
			continue
		}
		found = true
		largest(&id, o.named(e.RoleID, e.RoleARN, e.EventTime))
		if since := e.EventTime.Sub(a.EventTime); since < -clocks || since > 12*time.Hour+clocks {
			return false
		}
	}
	target := o.named(a.targetID, a.targetARN, a.EventTime)
	if id != nil && target != nil {
		return found && *id == *target
	}
	return found && o.sameName(s, a)
}

func hasPath(arn *string) bool { return arn != nil && strings.Count(*arn, "/") > 1 }

func (o *oracle) sameName(s *oracleSession, a *oracleAssumption) bool {
	return s.roleARN != nil && a.targetARN != nil && accountAndName(*s.roleARN) == accountAndName(*a.targetARN)
}

// accountAndName leaves the path out: a name is given once in an account.
func accountAndName(arn string) string {
	return strings.Split(arn, ":")[4] + arn[strings.LastIndex(arn, "/"):]
}

func (o *oracle) couldBe(s *oracleSession, a *oracleAssumption) bool {
	target := o.named(a.targetID, a.targetARN, a.EventTime)
	same := s.roleID != nil && target != nil && *s.roleID == *target
	if s.roleID == nil || target == nil {
		same = o.sameName(s, a)
	}
	return same && a.targetSession != nil && *a.targetSession == s.name && s.distance(a) <= 5*time.Second
}

func (s *oracleSession) distance(a *oracleAssumption) time.Duration {
	return s.createdAt.Sub(a.EventTime).Abs()
}

func (s *oracleSession) closer(a, b *oracleAssumption) bool {
	if s.distance(a) != s.distance(b) {
		return s.distance(a) < s.distance(b)
	}
	return earlier(a, b)
}

// origin follows the chain at most n steps back from the direct caller.
func (o *oracle) origin(s *oracleSession, n int) (who, kind string) {
	if s.grant != nil && s.grant.Caller != nil {
		who, kind = *s.grant.Caller, *s.grant.CallerKind
	} else {
		who, kind = s.tellsItself()
	}
	if s.grant == nil || (s.grant.callerID == nil && s.grant.callerARN == nil) || n == 0 {
		return who, kind
	}
	g := s.grant
	if from := o.byKey[roleKey(o.named(g.callerID, g.callerARN, g.EventTime), g.callerARN)+"|"+g.callerSession+"|"+g.callerCreatedAt]; from != nil {
		if far, farKind := o.origin(from, n-1); far != "" {
			return far, farKind
		}
	}
	return who, kind
}

func (s *oracleSession) tellsItself() (who, kind string) {
	arn := ""
	if s.roleARN != nil {
		arn = *s.roleARN
	}
	switch {
	case strings.Contains(arn, "/AWSReservedSSO_"):
		return "sso:" + s.name, "identity_center"
	case strings.Contains(arn, ":role/aws-service-role/"):
		return strings.Split(arn, "/")[2], "service"
	case strings.HasPrefix(s.name, "i-0"):
		return "ec2.amazonaws.com", "service"
	}
	return "", ""
}
