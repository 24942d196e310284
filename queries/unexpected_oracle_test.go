package queries

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"

	"roletrail/iam/trust"
)

// callerOracle answers the question "unexpected" about one world, slowly and one
// event after the other.
type callerOracle struct {
	w     *trustWorld // its roles with the ids that the events know
	p     Params
	tries []*oracleTry
	book  *nameBook

	hidden map[string]int // what kept a principal from having never come: see hiddenVisit
}

// oracleTry is one assumption, its two records made one.
type oracleTry struct {
	trustEvent
	roleKey, roleID, roleARN string
	session                  string // of the calling role, "" where none is known
	callerKey, callerARN     string
	origin, originKind, via  string
	account                  string // of the direct caller
	network                  string
	grade                    int // -1 without a verdict
}

// callerRow is one row of the answer.
type callerRow struct {
	account, arn, id, caller, kind, callerAccount, via string
	findings                                           []string
	first, last                                        time.Time
	assumptions, denied                                int64
	networks                                           []string
	evidence                                           string
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func newCallerOracle(w *trustWorld, p Params) *callerOracle {
	known := *w
	every := identified(slices.Concat(w.roles, w.older), w.sightings())
	known.roles = every[:len(w.roles)]
	o := &callerOracle{w: &known, p: p, book: newNameBook(every, w.sightings()), hidden: map[string]int{}}
	o.pair()
	for _, t := range o.tries {
		o.place(t)
	}
	for _, t := range o.tries {
		o.trace(t)
		o.judge(t)
	}
	return o
}

// pair makes one of the two records of a cross-account assumption.
func (o *callerOracle) pair() {
	knows := func(e trustEvent) bool {
		return e.Caller != nil && *e.CallerKind != "account" && *e.CallerKind != "unknown"
	}
	byShared := map[string]*oracleTry{}
	for _, e := range o.w.events {
		if e.CallerKind == nil {
			continue // no assumption
		}
		old := byShared[orEmpty(e.SharedEventID)]
		if old == nil || e.SharedEventID == nil {
			t := &oracleTry{trustEvent: e}
			o.tries = append(o.tries, t)
			byShared[orEmpty(e.SharedEventID)] = t
			continue
		}
		both := old.trustEvent
		if knows(e) && !knows(both) || knows(e) == knows(both) && e.EventID < both.EventID {
			both = e
		}
		for _, field := range []struct{ into, a, b **string }{
			{&both.AssumedARN, &old.AssumedARN, &e.AssumedARN}, {&both.AssumedID, &old.AssumedID, &e.AssumedID},
			{&both.AssumedSession, &old.AssumedSession, &e.AssumedSession}, {&both.AssumedKey, &old.AssumedKey, &e.AssumedKey},
			{&both.ExternalID, &old.ExternalID, &e.ExternalID},
		} {
			var most *string
			largest(&most, *field.a)
			largest(&most, *field.b)
			*field.into = most
		}
		old.trustEvent = both
	}
}

// keyOf is the key of the inventory's role of an ARN.
func (o *callerOracle) keyOf(arn string) string {
	for _, r := range o.w.roles {
		if r.ARN == arn {
			return r.key()
		}
	}
	return ""
}

func (o *callerOracle) policyOf(key string) (trust.Policy, bool) {
	role := o.inventory(key)
	if role == nil {
		return trust.Policy{}, false
	}
	p, ok := o.w.policies[role.ARN]
	return p, ok
}

func (w *trustWorld) sightings() []sighting {
	var events []event
	for _, e := range w.events {
		events = append(events, e.event)
	}
	return sightingsOf(events)
}

func shortName(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

func (o *callerOracle) inventory(key string) *inventoryRole {
	for i, r := range o.w.roles {
		if r.key() == key {
			return &o.w.roles[i]
		}
	}
	return nil
}

// place finds the role that was assumed and the session that called.
func (o *callerOracle) place(t *oracleTry) {
	t.roleARN = orEmpty(t.AssumedARN)
	key, id := o.book.role(t.AssumedID, t.AssumedARN, t.EventTime)
	t.roleKey, t.roleID = key, orEmpty(id)
	if orEmpty(t.CallerKind) == "role" {
		id, arn, name := orEmpty(t.RoleID), orEmpty(t.RoleARN), orEmpty(t.SessionName)
		if t.EventName == "SwitchRole" {
			id, arn = orEmpty(t.IssuerID), orEmpty(t.IssuerARN)
			_, name, _ = strings.Cut(orEmpty(t.PrincipalID), ":")
			if id == orEmpty(t.AssumedID) {
				id, arn, name = "", "", ""
			}
		}
		if id == "" && arn != "" {
			id, _ = o.book.at(arn, t.EventTime)
		}
		t.callerKey, t.session = id, name+"|"+stamp(t.SessionCreated)
		t.callerARN = arn
	}
}

// maker finds the assumption that made a session of which calls of AssumeRole are
// known.
func (o *callerOracle) maker(of *oracleTry) *oracleTry {
	var calls []*oracleTry
	for _, t := range o.tries {
		if t.callerKey != "" && t.callerKey == of.callerKey && t.session == of.session {
			calls = append(calls, t)
		}
	}
	var best *oracleTry
	for _, g := range o.tries {
		if g.Outcome == "success" && handsOut(g, calls) && (best == nil || before(g, best)) {
			best = g
		}
	}
	if best != nil || of.SessionCreated == nil {
		return best
	}
	name, _, _ := strings.Cut(of.session, "|")
	for _, g := range o.tries {
		away := func(g *oracleTry) time.Duration { return of.SessionCreated.Sub(g.EventTime).Abs() }
		if g.Outcome != "success" || o.isClaimed(g) || targetKey(g) != of.callerKey || orEmpty(g.AssumedSession) != name || away(g) > 5*time.Second {
			continue
		}
		if best == nil || away(g) < away(best) || away(g) == away(best) && before(g, best) {
			best = g
		}
	}
	return best
}

func targetKey(t *oracleTry) string { return t.roleKey }

func before(a, b *oracleTry) bool {
	if !a.EventTime.Equal(b.EventTime) {
		return a.EventTime.Before(b.EventTime)
	}
	return a.EventID < b.EventID
}

// handsOut says whether g handed out a key that signed calls of a session.
func handsOut(g *oracleTry, calls []*oracleTry) bool {
	found, sameKey, sameName := false, false, false
	for _, c := range calls {
		if c.AccessKey == nil || g.AssumedKey == nil || *c.AccessKey != *g.AssumedKey {
			continue
		}
		found = true
		sameKey = sameKey || c.callerKey == targetKey(g)
		sameName = sameName || strings.Split(c.callerARN, ":")[4]+"/"+shortName(c.callerARN) == strings.Split(g.roleARN, ":")[4]+"/"+shortName(g.roleARN)
		if d := c.EventTime.Sub(g.EventTime); d < -5*time.Second || d > 12*time.Hour+5*time.Second {
			return false
		}
	}
	return found && (sameKey || sameName)
}

func (o *callerOracle) isClaimed(g *oracleTry) bool {
	for _, t := range o.tries {
		var calls []*oracleTry
		for _, c := range o.tries {
			if t.callerKey != "" && c.callerKey == t.callerKey && c.session == t.session {
				calls = append(calls, c)
			}
		}
		if handsOut(g, calls) {
			return true
		}
	}
	return false
}

// trace follows the chain at most six sessions back.
func (o *callerOracle) trace(t *oracleTry) {
	t.origin, t.originKind = orEmpty(t.Caller), orEmpty(t.CallerKind)
	direct := orEmpty(t.Caller)
	far, kind := "", ""
	step := t
	for range 6 {
		if step == nil || step.callerKey == "" || step.session == "" {
			break
		}
		g := o.maker(step)
		who, whose := "", ""
		if g != nil && g.Caller != nil {
			who, whose = *g.Caller, *g.CallerKind
		} else {
			who, whose = tellsItself(o.anyARN(step), step.session)
		}
		if who != "" {
			far, kind = who, whose
		}
		step = g
	}
	if far != "" {
		t.origin, t.originKind, t.via = far, kind, direct
	}
}

// anyARN is the largest ARN under which a session's role is known.
func (o *callerOracle) anyARN(of *oracleTry) string {
	arn := ""
	for _, t := range o.tries {
		if t.callerKey == of.callerKey && t.session == of.session {
			arn = max(arn, orEmpty(t.RoleARN))
			if t.EventName == "SwitchRole" {
				arn = max(arn, orEmpty(t.IssuerARN))
			}
		}
	}
	return arn
}

func tellsItself(arn, session string) (who, kind string) {
	name, _, _ := strings.Cut(session, "|")
	switch {
	case strings.Contains(arn, "/AWSReservedSSO_"):
		return "sso:" + name, "identity_center"
	case strings.Contains(arn, ":role/aws-service-role/"):
		return strings.Split(arn, "/")[2], "service"
	case strings.HasPrefix(name, "i-0"):
		return "ec2.amazonaws.com", "service"
	}
	return "", ""
}

// call is what the event shows, by the tables of docs/semantics.md.
func (o *callerOracle) call(t *oracleTry) trust.Call {
	isSwitch := t.EventName == "SwitchRole"
	c := trust.Call{Action: "sts:" + strings.Replace(t.EventName, "SwitchRole", "AssumeRole", 1), Caller: orEmpty(t.Caller), Kind: orEmpty(t.CallerKind), Shown: map[string][]string{}}
	show := func(key string, value *string) {
		if value != nil {
			c.Shown[key] = []string{*value}
		}
	}
	if t.AssumedTags != nil {
		for _, key := range []string{"sts:externalid", "aws:requesttag/team"} {
			c.Shown[key] = nil
		}
		if c.Action == "sts:AssumeRole" {
			c.Shown["sts:sourceidentity"] = nil
		}
		var tags []struct{ Key, Value string }
		if err := json.Unmarshal([]byte(*t.AssumedTags), &tags); err != nil {
			panic(err)
		}
		for _, tag := range tags {
			show("aws:requesttag/"+strings.ToLower(tag.Key), &tag.Value)
		}
	}
	show("sts:externalid", t.ExternalID)
	show("sts:sourceidentity", t.AssumedIdentity)
	show("sts:rolesessionname", t.AssumedSession)
	if addr, err := netip.ParseAddr(orEmpty(t.SourceIP)); err == nil {
		c.Shown["aws:sourceip"] = []string{addr.String()}
	}
	switch {
	case t.MFA != nil:
		c.Shown["aws:multifactorauthpresent"] = []string{map[bool]string{true: "true", false: "false"}[*t.MFA]}
	case strings.HasPrefix(orEmpty(t.AccessKey), "AKIA"), strings.HasPrefix(t.EventName, "AssumeRoleWith"):
		c.Shown["aws:multifactorauthpresent"] = nil
	}
	principal, _, _ := strings.Cut(orEmpty(t.PrincipalID), ":")
	switch c.Kind {
	case "user", "role", "root":
		c.Account = strings.Split(c.Caller, ":")[4]
		if !isSwitch {
			c.PrincipalID = principal
			show("aws:principalarn", t.Caller)
			if arn := orEmpty(t.IdentityARN); strings.Contains(arn, ":assumed-role/") || strings.Contains(arn, ":federated-user/") {
				c.SessionARN = arn
			}
		}
	case "account":
		c.Account, c.PrincipalID = orEmpty(t.IdentityAccount), principal
	case "service", "web_identity", "saml", "identity_center":
		c.Shown["aws:principalarn"], c.Shown["aws:principalaccount"] = nil, nil
		showFederated(&c, t)
	}
	if c.Account != "" {
		show("aws:principalaccount", &c.Account)
	}
	return c
}

func showFederated(c *trust.Call, t *oracleTry) {
	if t.Audience != nil {
		c.Shown["aud"] = []string{*t.Audience}
	}
	if t.UserName != nil {
		c.Shown["sub"] = []string{*t.UserName}
	}
	c.Provider = orEmpty(t.Provider)
}

func (o *callerOracle) judge(t *oracleTry) {
	c := o.call(t)
	t.account, t.grade = c.Account, -1
	if p, ok := o.policyOf(t.roleKey); ok {
		found := trust.Match(p, c).Findings
		isOpen := slices.Contains(found, trust.ConditionDependent)
		switch {
		case found[0] == trust.NotTrusted:
			t.grade = 0
		case len(found) == 1 && isOpen:
			t.grade = 1
		case found[0] == trust.Expected:
			t.grade = 6
		default:
			t.grade = 5
		}
		if len(found) == 2 {
			t.grade -= 3
		}
	}
	if addr, err := netip.ParseAddr(orEmpty(t.SourceIP)); err == nil {
		bits := 48
		if addr.Is4() {
			bits = 24
		}
		prefix, _ := addr.Prefix(bits)
		t.network = prefix.String()
	}
}
