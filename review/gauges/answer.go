package gauges

import (
	"cmp"
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"roletrail/queries"
)

// What is told, and what it means. Gauges of one name sum to the whole.
var (
	rolesDesc = describe("roletrail_roles",
		"Roles that are there, by the verdict of report last-used and by what they are for.", "account_id", "kind", "verdict")
	privilegedDesc = describe("roletrail_privileged_roles",
		"Roles that may do everything (admin) or change who may do what (permissions), by the verdict of report last-used.", "account_id", "privilege", "verdict")
	privilegedUsesDesc = describe("roletrail_privileged_role_uses",
		"Calls in the window by roles that may do everything or change who may do what.", "account_id", "privilege")
	idleDesc = describe("roletrail_roles_idle_seconds",
		"Time since the last use of each role that was ever used, in whole days.")
	idleRoleDesc = describe("roletrail_role_idle_seconds",
		"Time since the last use of the roles that have been idle the longest, in whole days.", "account_id", "role")
	permissionsDesc = describe("roletrail_granted_permissions",
		"Pairs of a role and an action that its policies grant, by the verdict of report unused.", "account_id", "verdict")
	unexpectedDesc = describe("roletrail_unexpected_callers",
		"Pairs of a role and a caller with this finding of report unexpected; a pair may have several.", "account_id", "finding")
	assumptionsDesc = describe("roletrail_assumptions",
		"Times in the window that somebody became a role, by what the caller at the start of the chain is.", "account_id", "caller_kind")
	serviceDesc = describe("roletrail_service_uses",
		"Calls of the service by roles in the window, by the action that each needed; \"unknown\" where it is not known.", "service")
	missingDesc = describe("roletrail_coverage_missing_seconds",
		"Length of all days of the window on which the lake holds no event of the account.", "account_id")
	inventoryDesc = describe("roletrail_inventory_timestamp_seconds",
		"Day of the inventory that the answers use; an account without one has no series.", "account_id")
	noInventoryDesc = describe("roletrail_accounts_without_inventory",
		"Accounts with events and without an inventory, whose roles are known from the logs alone.")
	catalogueDesc = describe("roletrail_catalogue_timestamp_seconds",
		"Day of the catalogue of actions that the answers use.")
	sinceDesc  = describe("roletrail_report_window_start_timestamp_seconds", "Begin of the window that the answers are about.")
	untilDesc  = describe("roletrail_report_window_end_timestamp_seconds", "End of the window that the answers are about.")
	beyondDesc = describe("roletrail_report_accounts_without_series",
		"Accounts that are counted under account_id \""+OtherAccounts+"\", because there are too many or they are no account ids.")
)

// day is the length of one in seconds, the base unit of Prometheus.
const day = 86400

// all are the descriptions, in the order of the answer.
var all = []*prometheus.Desc{rolesDesc, privilegedDesc, privilegedUsesDesc, idleDesc, idleRoleDesc, permissionsDesc, unexpectedDesc, assumptionsDesc, serviceDesc, missingDesc,
	inventoryDesc, noInventoryDesc, catalogueDesc, sinceDesc, untilDesc, beyondDesc}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// verdicts of a permission, the columns of report unused --summary (design 7).
var permissionVerdicts = []string{"used", "possibly_used", "denied_only", "unused", "probably_unused", "unobservable", "too_new"}

// privileged are the privileges that make a role one to look at first (package iam/policy).
var privileged = map[string]bool{"admin": true, "permissions": true}

// answer runs the reports over a lake and makes the gauges of what they say.
func answer(ctx context.Context, engine queries.Engine, params queries.Params) ([]prometheus.Metric, error) {
	meta, err := engine.Meta(ctx, params)
	if err != nil {
		return nil, err
	}
	a := answering{sums: map[series]float64{}, roles: idlest{}, since: params.Since}
	params.Unexpected.All = true // the expected callers count as well
	for _, part := range []struct {
		question string
		add      func(row)
	}{
		{"accounts", func(r row) { a.known = append(a.known, r.text("account_id")) }},
		{"last_used", a.addRole},
		{"unused_summary", a.addPermissions},
		{"unexpected", a.addCaller},
		{"service_uses", a.addService},
		{"coverage_gaps", a.addGap},
	} {
		if err := each(ctx, engine, part.question, params, part.add); err != nil {
			return nil, err
		}
		if part.question == "accounts" {
			a.accounts = newAccounts(a.known)
		}
	}
	a.addMeta(&meta)
	a.bound()
	a.add(float64(a.beyond), beyondDesc)
	return a.metrics(), nil
}

// series is a gauge: what it tells, and the values of its labels.
type series struct {
	desc    *prometheus.Desc
	labels  [3]string
	howMany int
}

// answering are the sums while the rows of the answers go by.
type answering struct {
	since time.Time
	known []string
	accounts
	sums     map[series]float64
	idle     idleDays
	roles    idlest
	services int
}

func (a *answering) add(n float64, desc *prometheus.Desc, labels ...string) {
	s := series{desc: desc, howMany: len(labels)}
	copy(s.labels[:], labels)
	a.sums[s] += n
}

// addRole counts a row of last_used.
func (a *answering) addRole(r row) {
	if r.text("state") == "deleted" {
		return
	}
	account, verdict, privilege := a.label(r.text("account_id")), r.text("verdict"), r.text("privilege")
	a.add(1, rolesDesc, account, oneOf(roleKinds, r.text("kind")), verdict)
	if privileged[privilege] {
		uses, _ := r.number("uses")
		a.add(1, privilegedDesc, account, privilege, verdict)
		a.add(uses, privilegedUsesDesc, account, privilege)
	}
	if days, ok := r.number("idle_days"); ok {
		a.idle.add(days)
		a.roles.add(idleRole{account, nameLabel(r.text("role_name"))}, days)
	}
}

// addPermissions counts a row of unused_summary.
func (a *answering) addPermissions(r row) {
	for _, verdict := range permissionVerdicts {
		n, _ := r.number(verdict)
		a.add(n, permissionsDesc, a.label(r.text("account_id")), verdict)
	}
}

// addCaller counts a row of unexpected. Findings count as in the report: of who came in the
// window, and of who never came.
func (a *answering) addCaller(r row) {
	account := a.label(r.text("account_id"))
	if came, _ := r.number("assumptions"); came > 0 {
		a.add(came, assumptionsDesc, account, oneOf(callerKinds, r.text("caller_kind")))
	}
	if seen, ok := r.time("last_seen"); ok && seen.Before(a.since) {
		return
	}
	for _, finding := range r.texts("findings") {
		if finding != "expected" {
			a.add(1, unexpectedDesc, account, finding)
		}
	}
}

// addService counts a row of service_uses.
func (a *answering) addService(r row) {
	uses, _ := r.number("uses")
	service := cmp.Or(nameLabel(r.text("service")), "unknown")
	if a.services++; a.services > MostServices {
		service = OtherServices
	}
	a.add(uses, serviceDesc, service)
}

// addGap counts a row of coverage_gaps.
func (a *answering) addGap(r row) {
	days, _ := r.number("days")
	a.add(days*day, missingDesc, a.label(r.text("account_id")))
}

// addMeta tells what the answers rest on.
func (a *answering) addMeta(meta *queries.Meta) {
	for id := range a.own {
		a.add(0, missingDesc, id)
	}
	for _, snapshot := range meta.Inventory {
		if snapshot.Origin == "inventory" && a.own[snapshot.AccountID] {
			a.add(float64(snapshot.Date.Unix()), inventoryDesc, snapshot.AccountID)
		}
	}
	if meta.Catalogue != nil {
		a.add(float64(meta.Catalogue.Date.Unix()), catalogueDesc)
	}
	a.add(float64(len(meta.Coverage.WithoutInventory)), noInventoryDesc)
	a.add(float64(meta.Since.Unix()), sinceDesc)
	a.add(float64(meta.Until.Unix()), untilDesc)
}

func (a *answering) metrics() []prometheus.Metric {
	var list []prometheus.Metric
	for s, n := range a.sums {
		list = append(list, prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, n, s.labels[:s.howMany]...))
	}
	for _, r := range a.roles.longest() {
		list = append(list, prometheus.MustNewConstMetric(idleRoleDesc, prometheus.GaugeValue, a.roles[r]*day, r.account, r.name))
	}
	return append(list, a.idle.metric())
}
