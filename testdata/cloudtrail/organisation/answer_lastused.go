package organisation

import (
	"fmt"
	"time"
)

// lastUsedRow is a row of `report last-used`.
type lastUsedRow struct {
	AccountID     string  `json:"account_id"`
	RoleARN       string  `json:"role_arn"`
	RoleName      string  `json:"role_name"`
	RoleID        string  `json:"role_id"`
	State         string  `json:"state"`
	Kind          string  `json:"kind"`
	PermissionSet *string `json:"permission_set"`
	Privilege     *string `json:"privilege"`
	Verdict       string  `json:"verdict"`
	LastUsed      *string `json:"last_used"`
	LastAction    *string `json:"last_action"`
	LastRegion    *string `json:"last_region"`
	LastCaller    *string `json:"last_caller"`
	IdleDays      *int    `json:"idle_days"`
	FirstUsed     *string `json:"first_used"`
	Uses          int     `json:"uses"`
	Denied        int     `json:"denied"`
	Failed        int     `json:"failed"`
	Sessions      int     `json:"sessions"`
	Callers       int     `json:"callers"`
	LastAssumed   *string `json:"last_assumed"`
	IAMLastUsed   *string `json:"iam_last_used"`
	Evidence      *string `json:"evidence"`

	// Facts beside the columns.
	CallerList        []string `json:"caller_list"`         // who obtained sessions inside the window, sorted
	LastAssumedCaller *string  `json:"last_assumed_caller"` // origin of the newest assumption
	ReasonSays        []string `json:"reason_says"`         // words that the reason must hold (design 7, 9.3, 9.17, 9.23)
	Story             string   `json:"story"`
}

// tally is what the journal knows of one role up to until.
type tally struct {
	uses, denied, failed int
	first, last          *use
	lastDenied           *use
	lastAssumption       *assumption
	assumedInWindow      bool
	calledInWindow       bool
	sessions             map[*session]bool
	callers              map[string]bool
	recordedOrigin       map[*session]string
}

// tally adds up one role.
func (w *world) tally(r *role) *tally {
	t := &tally{sessions: map[*session]bool{}, callers: map[string]bool{}, recordedOrigin: map[*session]string{}}
	for i := range w.assumptions {
		if a := &w.assumptions[i]; a.role == r && a.outcome == success && a.at.Before(until) {
			t.addAssumption(a)
		}
	}
	for i := range w.uses {
		if u := &w.uses[i]; u.role == r && u.at.Before(until) {
			t.addUse(u)
		}
	}
	return t
}

func (t *tally) addAssumption(a *assumption) {
	t.recordedOrigin[a.session] = a.origin.text
	if t.lastAssumption == nil || a.at.After(t.lastAssumption.at) {
		t.lastAssumption = a
	}
	if inWindow(a.at) {
		t.assumedInWindow = true
		t.sessions[a.session] = true
		t.callers[a.origin.text] = true
	}
}

func (t *tally) addUse(u *use) {
	if inWindow(u.at) {
		t.calledInWindow = true
		t.sessions[u.session] = true
		t.count(u.outcome)
	}
	if u.outcome == denied {
		t.lastDenied = later(t.lastDenied, u)
		return
	}
	t.last = later(t.last, u)
	if t.first == nil || u.at.Before(t.first.at) {
		t.first = u
	}
}

// count counts a call inside the window: uses are all that were not denied.
func (t *tally) count(o outcome) {
	switch o {
	case denied:
		t.denied++
	case failed:
		t.failed++
		t.uses++
	default:
		t.uses++
	}
}

func later(a, b *use) *use {
	if a == nil || b.at.After(a.at) {
		return b
	}
	return a
}

// lastUsed is the answer to "which roles are used".
func (w *world) lastUsed() []lastUsedRow {
	var rows []lastUsedRow
	for _, r := range w.roles {
		rows = append(rows, w.lastUsedRow(r, w.tally(r)))
	}
	return rows
}

func (w *world) lastUsedRow(r *role, t *tally) lastUsedRow {
	iam, _ := w.iamLastUsed(r)
	row := lastUsedRow{AccountID: r.account.id, RoleARN: r.arn(), RoleName: r.name, RoleID: r.id, State: r.state(), Kind: r.kind, PermissionSet: text(r.permissionSet),
		Uses: t.uses, Denied: t.denied, Failed: t.failed, Sessions: len(t.sessions), Callers: len(t.callers), IAMLastUsed: moment(iam), CallerList: sortedKeys(t.callers), Story: r.story}
	row.Verdict, row.ReasonSays = w.verdict(r, t, iam)
	if row.State == "present" {
		row.Privilege = text(privilege(r))
	}
	if a := t.lastAssumption; a != nil {
		row.LastAssumed, row.LastAssumedCaller, row.LastCaller, row.Evidence = moment(a.at), text(a.origin.text), text(a.origin.text), text(a.ids[0])
	}
	if t.last == nil {
		if t.lastDenied != nil {
			row.Evidence = text(t.lastDenied.id)
		}
		return row
	}
	idle := wholeDays(t.last.at, until)
	row.LastUsed, row.LastAction, row.LastRegion, row.IdleDays = moment(t.last.at), text(t.last.action), text(t.last.region), &idle
	row.LastCaller, row.FirstUsed, row.Evidence = text(t.recordedOrigin[t.last.session]), moment(t.first.at), text(t.last.id)
	return row
}

// verdict judges a role, and says what its reason must name.
func (w *world) verdict(r *role, t *tally, iam time.Time) (verdict string, says []string) {
	seen := time.Time{}
	if t.last != nil {
		seen = t.last.at
	}
	if t.lastAssumption != nil && t.lastAssumption.at.After(seen) {
		seen = t.lastAssumption.at
	}
	switch {
	case r.kind == "service_linked":
		return "service_linked", []string{"AWS owns"}
	case t.last != nil && inWindow(t.last.at):
		return "active", []string{"used inside the window"}
	case t.last == nil && t.lastDenied != nil:
		return "denied_only", []string{"only denied attempts", "IAM counts"}
	case t.assumedInWindow && !t.calledInWindow:
		return "active", []string{"assumed, no call logged"}
	case inWindow(iam) && iam.After(seen):
		return "active", []string{"seen by IAM only", r.account.coveredDays()}
	case w.thin(r.account):
		return "unknown", []string{"coverage is thin", r.account.coveredDays()}
	case t.last != nil:
		return "dormant", []string{"last used before the window"}
	}
	return "never_used", []string{"no use in the whole lake"}
}

// coveredDays are those of the quarter that an account's logs cover, in words.
func (a *account) coveredDays() string {
	return fmt.Sprintf("%d of %d days", windowDays-a.daysMissing(), windowDays)
}

// privileges are what roles may do at most, by hand: nothing here knows what every
// action may do. Those that are not named may write.
var privileges = map[string]string{
	// Everything, or a way to it: run commands on any instance, new code with any role,
	// keys for a developer's endpoint, a policy of their own.
	"console-admin": "admin", "AWSReservedSSO_PowerUser_0123456789abcdef": "admin", "AWSReservedSSO_PowerUser_fedcba9876543210": "admin",
	"app-server": "admin", "orders-api": "admin", "broad-ops": "admin", "deploy": "admin",
	"data-migrate": "admin", "etl-runner": "admin", "old-export": "admin",
	// Who may do what: with buckets, images, databases and roles. (saml-analyst has
	// glue:Get*, some of which AWS calls management of permissions.)
	"legacy-batch": "permissions", "ci-github": "permissions", "saml-analyst": "permissions", "db-admin": "permissions", "AWSServiceRoleForSSO": "permissions",
	"archive-reader": "read", "edge-clock": "read", "vendor-billing": "read", "vendor-monitor": "read",
}

func privilege(r *role) string { return orText(privileges[r.name], "write") }
