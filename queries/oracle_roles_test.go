package queries

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

type oracleRole struct {
	key            string
	id             *string
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

// oracleInventory is what the report takes of the inventory.
type oracleInventory struct {
	roles   map[string]*inventoryRole // by key
	origin  map[string]string         // of each account
	taken   map[string]string         // the day of each account's
	unclear map[string]bool           // ACCOUNT NAME of roles that may be any of several of the name
}

// inventory is found once: every row asks for it.
func (o *oracle) inventory() *oracleInventory {
	if o.taken == nil {
		o.taken = o.takeInventory()
	}
	return o.taken
}

func (o *oracle) takeInventory() *oracleInventory {
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
	inv := &oracleInventory{roles: map[string]*inventoryRole{}, origin: map[string]string{}, taken: newest, unclear: map[string]bool{}}
	for i, r := range o.w.roles {
		if newest[r.AccountID] == r.SnapshotDate {
			inv.roles[r.key()] = &o.w.roles[i]
			inv.origin[r.AccountID] = r.Origin
		}
	}
	for _, r := range inv.roles {
		if r.namesakes {
			inv.unclear[r.AccountID+" "+r.Name] = true
		}
	}
	return inv
}

// counts tells the assumptions the report knows of.
func (o *oracle) counts(a *oracleAssumption) bool {
	return a.EventTime.Before(o.p.Until) && a.Outcome != "failed" && (a.targetID != nil || a.targetARN != nil)
}

// roles gathers what is known of each role.
func (o *oracle) roles() map[string]*oracleRole {
	inventory := o.inventory().roles
	out := map[string]*oracleRole{}
	role := func(key string, id *string) *oracleRole {
		if out[key] == nil {
			out[key] = &oracleRole{key: key, inventory: inventory[key]}
		}
		largest(&out[key].id, id)
		return out[key]
	}
	for key := range inventory {
		role(key, nil)
	}
	for _, e := range o.w.events {
		if acts(e) && e.EventTime.Before(o.p.Until) {
			role(o.book.role(e.RoleID, e.RoleARN, e.EventTime)).addCall(e)
		}
	}
	for _, a := range o.assumptions {
		if o.counts(a) {
			role(o.book.role(a.targetID, a.targetARN, a.EventTime)).addAssumption(a)
		}
	}
	for _, s := range o.sessions {
		if r := out[o.keyOf(s)]; r != nil {
			r.sessions = append(r.sessions, s)
		}
	}
	return out
}

// keyOf is the role of a session. One without an id is of the role that its ARN stood
// for when it acted in the window, else when it was made.
func (o *oracle) keyOf(s *oracleSession) string {
	key := ""
	for _, e := range s.calls {
		if o.inWindow(e.EventTime) {
			of, _ := o.book.role(s.roleID, e.RoleARN, e.EventTime)
			key = max(key, of)
		}
	}
	if key == "" && s.grant != nil {
		key, _ = o.book.role(s.roleID, s.roleARN, s.grant.EventTime)
	}
	return key
}

func (r *oracleRole) addCall(e event) {
	largest(&r.issuerARN, e.RoleARN)
	if e.RoleARN == nil {
		largest(&r.accountFromLog, firstKnown(e.IdentityAccount, e.Recipient))
	}
	if e.Outcome == "denied" {
		r.denials = append(r.denials, e)
	} else {
		r.uses = append(r.uses, e)
	}
}

func (r *oracleRole) addAssumption(a *oracleAssumption) {
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
	if o.days == nil {
		o.days = map[string]map[string]bool{}
		for _, c := range o.w.coverage {
			if o.days[c.AccountID] == nil {
				o.days[c.AccountID] = map[string]bool{}
			}
			if c.Family == "CloudTrail" {
				o.days[c.AccountID][c.EventDate] = true
			}
		}
	}
	have := o.days[account]
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
	inventoried := o.inventory().origin
	var rows [][]any
	roles := o.roles()
	for _, key := range slices.Sorted(maps.Keys(roles)) {
		rows = append(rows, o.row(roles[key], inventoried))
	}
	slices.SortStableFunc(rows, func(a, b []any) int {
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

func (o *oracle) row(r *oracleRole, inventoried map[string]string) []any {
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
		arn, id, account, name = &inv.ARN, nonEmptyPtr(inv.RoleID), &inv.AccountID, &inv.Name
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
	if account != nil && inventoried[*account] == "inventory" {
		state = "deleted"
		if name != nil && o.inventory().unclear[*account+" "+*name] || o.seenSinceInventory(r, *account) {
			state = "unknown"
		}
	}
	if inv != nil && account != nil {
		state = "present"
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

// seenSinceInventory says whether the role was there on the day of its account's
// inventory or later.
func (o *oracle) seenSinceInventory(r *oracleRole, account string) bool {
	taken := o.inventory().taken[account]
	seen := func(at time.Time) bool { return at.Format(time.DateOnly) >= taken }
	return slices.ContainsFunc(r.uses, func(e event) bool { return seen(e.EventTime) }) ||
		slices.ContainsFunc(r.granted, func(a *oracleAssumption) bool { return seen(a.EventTime) })
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
		if s := o.byKey[roleKey(o.named(use.RoleID, use.RoleARN, use.EventTime), use.RoleARN)+"|"+*use.SessionName+"|"+stamp(use.SessionCreated)]; s != nil {
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
