package queries

import (
	"fmt"
	"math"
	"slices"
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
	callerRoleKey   string // of the caller's own session, "" if none
	callerSession   string
	callerCreatedAt string
}

type oracleSession struct {
	roleKey, name, created string
	createdAt              *time.Time
	roleID, roleARN        *string
	keys                   map[string]bool
	calls                  []event
	grant                  *oracleAssumption
}

type oracle struct {
	w           world
	p           Params
	assumptions []*oracleAssumption
	sessions    []*oracleSession
	byKey       map[string]*oracleSession // sessions with calls
}

func newOracle(w world, p Params) *oracle {
	o := &oracle{w: w, p: p, byKey: map[string]*oracleSession{}}
	o.pairAssumptions()
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
	a.callerRoleKey, a.callerSession, a.callerCreatedAt = roleKey(id, arn), *name, stamp(e.SessionCreated)
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
	for _, e := range o.w.events {
		if !acts(e) || e.SessionName == nil {
			continue
		}
		s := &oracleSession{roleKey: roleKey(e.RoleID, e.RoleARN), name: *e.SessionName, created: stamp(e.SessionCreated), createdAt: e.SessionCreated, keys: map[string]bool{}}
		id := s.roleKey + "|" + s.name + "|" + s.created
		if old := o.byKey[id]; old != nil {
			s = old
		} else {
			o.byKey[id] = s
			o.sessions = append(o.sessions, s)
		}
		largest(&s.roleID, e.RoleID)
		largest(&s.roleARN, e.RoleARN)
		if e.AccessKey != nil {
			s.keys[*e.AccessKey] = true
		}
		s.calls = append(s.calls, e)
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
			if a.Outcome == "success" && a.targetKey != nil && s.keys[*a.targetKey] {
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
			if a.Outcome == "success" && !claimed[a] && s.couldBeFrom(a) && (s.grant == nil || s.closer(a, s.grant)) {
				s.grant = a
			}
		}
	}
	used := map[*oracleAssumption]bool{}
	for _, s := range o.sessions {
		used[s.grant] = true
	}
	for _, a := range o.assumptions {
		if a.Outcome == "success" && !used[a] && (a.targetID != nil || a.targetARN != nil) {
			name := ""
			if a.targetSession != nil {
				name = *a.targetSession
			}
			o.sessions = append(o.sessions, &oracleSession{roleKey: roleKey(a.targetID, a.targetARN), name: name, createdAt: &a.EventTime, roleID: a.targetID, roleARN: a.targetARN, grant: a})
		}
	}
}

func (s *oracleSession) couldBeFrom(a *oracleAssumption) bool {
	same := s.roleID != nil && a.targetID != nil && *s.roleID == *a.targetID
	if s.roleID == nil || a.targetID == nil {
		same = s.roleARN != nil && a.targetARN != nil && *s.roleARN == *a.targetARN
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
	if s.grant == nil || s.grant.callerRoleKey == "" || n == 0 {
		return who, kind
	}
	g := s.grant
	if from := o.byKey[g.callerRoleKey+"|"+g.callerSession+"|"+g.callerCreatedAt]; from != nil {
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

// ---- roles

type oracleRole struct {
	key            string
	id, arn        *string
	issuerARN      *string
	pathARN        *string
	anyARN         *string
	inventory      *inventoryRole
	uses, denials  []event // whole lake up to until
	granted        []*oracleAssumption
	refused        []*oracleAssumption
	sessions       []*oracleSession
	accountFromLog *string
}

func (o *oracle) inventory() (roles map[string]*inventoryRole, accounts map[string]bool) {
	newest := map[string]string{}
	asOf := ""
	if !o.p.InventoryDate.IsZero() {
		asOf = o.p.InventoryDate.Format(time.DateOnly)
	}
	for _, r := range o.w.roles {
		if (asOf == "" || r.SnapshotDate <= asOf) && r.SnapshotDate > newest[r.AccountID] {
			newest[r.AccountID] = r.SnapshotDate
		}
	}
	roles, accounts = map[string]*inventoryRole{}, map[string]bool{}
	for i, r := range o.w.roles {
		if newest[r.AccountID] == r.SnapshotDate {
			roles[r.RoleID] = &o.w.roles[i]
			accounts[r.AccountID] = true
		}
	}
	return roles, accounts
}

// roles gathers what is known of each role; an ARN without an id stands for the
// inventory's role, else for the only role id the logs know under it.
func (o *oracle) roles() map[string]*oracleRole {
	inv, _ := o.inventory()
	byARN := map[string]string{}
	for id, r := range inv {
		byARN[r.ARN] = id
	}
	idsOf, names := map[string]map[string]bool{}, map[string]bool{}
	note := func(id, arn *string) {
		names[roleKey(id, arn)] = true
		if id != nil && arn != nil {
			if idsOf[*arn] == nil {
				idsOf[*arn] = map[string]bool{}
			}
			idsOf[*arn][*id] = true
		}
	}
	for _, e := range o.w.events {
		if acts(e) && e.EventTime.Before(o.p.Until) {
			note(e.RoleID, e.RoleARN)
		}
	}
	for _, a := range o.assumptions {
		if a.EventTime.Before(o.p.Until) && a.Outcome != "failed" {
			note(a.targetID, a.targetARN)
		}
	}
	key := func(id, arn *string) string {
		if id != nil {
			return *id
		}
		if k, ok := byARN[*arn]; ok {
			return k
		}
		if len(idsOf[*arn]) == 1 {
			for k := range idsOf[*arn] {
				return k
			}
		}
		return *arn
	}
	out := map[string]*oracleRole{}
	role := func(k string) *oracleRole {
		if out[k] == nil {
			out[k] = &oracleRole{key: k, inventory: inv[k]}
		}
		return out[k]
	}
	for id := range inv {
		role(id)
	}
	for _, e := range o.w.events {
		if !acts(e) || !e.EventTime.Before(o.p.Until) {
			continue
		}
		r := role(key(e.RoleID, e.RoleARN))
		largest(&r.id, e.RoleID)
		largest(&r.issuerARN, e.RoleARN)
		if e.RoleARN == nil {
			account := e.IdentityAccount
			if account == nil {
				account = e.Recipient
			}
			largest(&r.accountFromLog, account)
		}
		if e.Outcome == "denied" {
			r.denials = append(r.denials, e)
		} else {
			r.uses = append(r.uses, e)
		}
	}
	for _, a := range o.assumptions {
		if !a.EventTime.Before(o.p.Until) || a.Outcome == "failed" || (a.targetID == nil && a.targetARN == nil) {
			continue
		}
		r := role(key(a.targetID, a.targetARN))
		largest(&r.id, a.targetID)
		largest(&r.anyARN, a.targetARN)
		if a.targetARN != nil && strings.Count(*a.targetARN, "/") > 1 {
			largest(&r.pathARN, a.targetARN)
		}
		if a.Outcome == "success" {
			r.granted = append(r.granted, a)
		} else {
			r.refused = append(r.refused, a)
		}
	}
	for _, s := range o.sessions {
		if s.roleID == nil && s.roleARN == nil {
			continue
		}
		// A session that the logs name before the end of the window by nothing is
		// of no role yet.
		if k := key(s.roleID, s.roleARN); out[k] != nil && names[s.roleKey] {
			out[k].sessions = append(out[k].sessions, s)
		}
	}
	return out
}

func firstKnown(list ...*string) *string {
	for _, s := range list {
		if s != nil {
			return s
		}
	}
	return nil
}

func newestEvent(list []event) *event {
	var out *event
	for i, e := range list {
		if out == nil || e.EventTime.After(out.EventTime) || e.EventTime.Equal(out.EventTime) && e.EventID > out.EventID {
			out = &list[i]
		}
	}
	return out
}

func newestAssumption(list []*oracleAssumption) *oracleAssumption {
	var out *oracleAssumption
	for _, a := range list {
		if out == nil || a.EventTime.After(out.EventTime) || a.EventTime.Equal(out.EventTime) && a.EventID > out.EventID {
			out = a
		}
	}
	return out
}

func (o *oracle) inWindow(t time.Time) bool {
	return !t.Before(o.p.Since) && t.Before(o.p.Until)
}

// coveredDays counts the account's days with an event among the days the window
// touches.
func (o *oracle) coveredDays(account string) (covered, all int) {
	have := map[string]bool{}
	for _, c := range o.w.coverage {
		if c.AccountID == account && c.Family == "CloudTrail" {
			have[c.EventDate] = true
		}
	}
	for d := o.p.Since.Truncate(24 * time.Hour); d.Before(o.p.Until); d = d.AddDate(0, 0, 1) {
		all++
		if have[d.Format(time.DateOnly)] {
			covered++
		}
	}
	return covered, all
}

// lastUsed is the report, in its order.
func (o *oracle) lastUsed() [][]any {
	_, inventoried := o.inventory()
	var rows [][]any
	for _, r := range o.roles() {
		rows = append(rows, o.row(r, inventoried))
	}
	slices.SortFunc(rows, func(a, b []any) int {
		for _, column := range []int{0, 1, 3} {
			if c := nullsLast(a[column], b[column]); c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func nullsLast(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return strings.Compare(a.(string), b.(string))
}

func (o *oracle) row(r *oracleRole, inventoried map[string]bool) []any {
	inv := r.inventory
	arn := firstKnown(r.issuerARN, r.pathARN, r.anyARN)
	id := r.id
	var account, name *string
	kind, privilege := "unknown", (*string)(nil)
	var iamLast *time.Time
	if arn != nil && inv == nil {
		account = nonEmptyPtr(strings.Split(*arn, ":")[4])
	}
	if inv != nil {
		arn, id, account, name = &inv.ARN, &inv.RoleID, &inv.AccountID, &inv.Name
		iamLast, privilege = inv.LastUsed, inv.Privilege
	}
	account = firstKnown(account, r.accountFromLog)
	if name == nil && arn != nil {
		name = nonEmptyPtr((*arn)[strings.LastIndex(*arn, "/")+1:])
	}
	switch {
	case inv != nil && inv.Kind != nil:
		kind = *inv.Kind
	case arn != nil && strings.Contains(*arn, ":role/aws-service-role/"):
		kind = "service_linked"
	case arn != nil && strings.Contains(*arn, ":role/aws-reserved/sso.amazonaws.com/"):
		kind = "permission_set"
	}
	state := "unknown"
	if account != nil && inventoried[*account] {
		state = "deleted"
		if inv != nil {
			state = "present"
		}
	}
	v := o.grade(r, kind, iamLast, account)
	use, assumed := newestEvent(r.uses), newestAssumption(r.granted)
	row := []any{
		cell(account), cell(arn), cell(name), cell(id), state, kind, permissionSet(name), cell(privilege), v.verdict, v.reason,
		nil, nil, nil, nil, nil, nil,
		o.count(r.uses, ""), o.count(r.denials, ""), o.count(r.uses, "failed"), nil, nil, nil, cell(iamLast), v.evidence,
	}
	if use != nil {
		row[10], row[11], row[12] = use.EventTime, action(*use), cell(use.Region)
		row[14] = int64(math.Floor(o.p.Until.Sub(use.EventTime).Hours() / 24))
		first := use.EventTime
		for _, e := range r.uses {
			if e.EventTime.Before(first) {
				first = e.EventTime
			}
		}
		row[15] = first
	}
	row[13] = o.lastCaller(use, assumed)
	row[19], row[20] = o.countSessions(r)
	if assumed != nil {
		row[21] = assumed.EventTime
	}
	return row
}

func nonEmptyPtr(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func cell[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func permissionSet(name *string) any {
	if name == nil || !strings.HasPrefix(*name, "AWSReservedSSO_") {
		return nil
	}
	rest := strings.TrimPrefix(*name, "AWSReservedSSO_")
	i := strings.LastIndex(rest, "_")
	if i <= 0 || len(rest)-i-1 != 16 || strings.Trim(rest[i+1:], "0123456789abcdef") != "" {
		return nil
	}
	return rest[:i]
}

func action(e event) string {
	if e.IAMAction != nil {
		return *e.IAMAction
	}
	return strings.Split(e.EventSource, ".")[0] + ":" + e.EventName
}

func (o *oracle) count(list []event, outcome string) int64 {
	n := int64(0)
	for _, e := range list {
		if o.inWindow(e.EventTime) && (outcome == "" || e.Outcome == outcome) {
			n++
		}
	}
	return n
}

// lastCaller is the origin of the session of the last use, or of the last
// assumption of a role without use.
func (o *oracle) lastCaller(use *event, assumed *oracleAssumption) any {
	var who string
	switch {
	case use != nil && use.SessionName != nil:
		if s := o.byKey[roleKey(use.RoleID, use.RoleARN)+"|"+*use.SessionName+"|"+stamp(use.SessionCreated)]; s != nil {
			who, _ = o.origin(s, 5)
		}
	case use == nil && assumed != nil:
		for _, s := range o.sessions {
			if s.grant == assumed {
				if w, _ := o.origin(s, 5); w > who {
					who = w
				}
			}
		}
	}
	if who == "" {
		return nil
	}
	return who
}

// countSessions counts those made in the window or seen in it (design 9.24).
func (o *oracle) countSessions(r *oracleRole) (sessions, callers int64) {
	who := map[string]bool{}
	for _, s := range r.sessions {
		counts := s.grant != nil && o.inWindow(s.grant.EventTime)
		for _, e := range s.calls {
			counts = counts || o.inWindow(e.EventTime)
		}
		if !counts {
			continue
		}
		sessions++
		if w, _ := o.origin(s, 5); w != "" {
			who[w] = true
		}
	}
	return sessions, int64(len(who))
}

type oracleVerdict struct {
	verdict, reason string
	evidence        any
}

func (o *oracle) grade(r *oracleRole, kind string, iamLast *time.Time, account *string) oracleVerdict {
	use, denial := newestEvent(r.uses), newestEvent(r.denials)
	assumed, refused := newestAssumption(r.granted), newestAssumption(r.refused)
	var evidence any
	switch {
	case use != nil:
		evidence = use.EventID
	case assumed != nil:
		evidence = assumed.EventID
	case denial != nil:
		evidence = denial.EventID
	case refused != nil:
		evidence = refused.EventID
	}
	name := ""
	if account != nil {
		name = *account
	}
	covered, all := o.coveredDays(name)
	share := o.p.ThinCoverage
	if share == 0 {
		share = 0.9
	}
	thin := float64(covered) < share*float64(all)
	days := fmt.Sprintf("%d of %d days", covered, all)
	deniedInWindow := o.count(r.denials, "") > 0

	if kind == "service_linked" {
		return oracleVerdict{"service_linked", "AWS owns this role", evidence}
	}
	if use != nil && o.inWindow(use.EventTime) {
		return oracleVerdict{"active", "used inside the window", evidence}
	}
	if assumed != nil && o.inWindow(assumed.EventTime) {
		if !deniedInWindow {
			return oracleVerdict{"active", "assumed, no call logged", assumed.EventID}
		}
		if use != nil {
			return oracleVerdict{"active", "assumed inside the window, all its calls there were denied", assumed.EventID}
		}
	}
	if use == nil && denial != nil {
		if iamLast != nil {
			return oracleVerdict{"denied_only", "only denied attempts, which IAM counts as its last use", denial.EventID}
		}
		return oracleVerdict{"denied_only", "only denied attempts", denial.EventID}
	}
	if iamLast != nil && o.inWindow(*iamLast) &&
		(use == nil || iamLast.After(use.EventTime)) &&
		(denial == nil || iamLast.After(denial.EventTime)) &&
		(assumed == nil || iamLast.After(assumed.EventTime)) {
		return oracleVerdict{"active", "seen by IAM only: the lake has no call of it then, and covers " + days, evidence}
	}
	if use == nil && assumed == nil && refused != nil {
		return oracleVerdict{"denied_only", "only denied attempts to assume it", evidence}
	}
	if thin {
		return oracleVerdict{"unknown", "coverage is thin: " + days, evidence}
	}
	if use != nil {
		return oracleVerdict{"dormant", "last used before the window", evidence}
	}
	if assumed != nil {
		return oracleVerdict{"dormant", "last assumed before the window, no call logged", evidence}
	}
	reason := "no use in the whole lake"
	if iamLast != nil && iamLast.Before(o.p.Since) {
		reason += "; IAM saw one before the window"
	} else if iamLast != nil && !iamLast.Before(o.p.Until) {
		reason += "; IAM saw one after the window"
	}
	return oracleVerdict{"never_used", reason, evidence}
}
