package organisation

import (
	"cmp"
	"slices"
	"time"
)

// assumptionRow is one role and caller, as `report unexpected` has them (without
// findings, which need the trust).
type assumptionRow struct {
	AccountID     string   `json:"account_id"`
	RoleARN       string   `json:"role_arn"`
	RoleID        string   `json:"role_id"`
	Caller        string   `json:"caller"`
	CallerKind    string   `json:"caller_kind"`
	CallerAccount *string  `json:"caller_account"`
	ViaRole       *string  `json:"via_role"`
	FirstSeen     *string  `json:"first_seen"`
	LastSeen      *string  `json:"last_seen"`
	Assumptions   int      `json:"assumptions"` // inside the window
	Denied        int      `json:"denied"`      // inside the window
	ExternalIDs   []string `json:"external_ids"`
	LongTermKey   bool     `json:"long_term_key"` // the call to STS was signed with an AKIA key
	Pairs         int      `json:"pairs"`         // assumptions of which both copies are in the lake
	Evidence      *string  `json:"evidence"`      // event id of the newest, the caller's copy of a pair

	first, last time.Time
	external    map[string]bool
}

// countAssumptions counts those of the window, a pair once.
func (w *world) countAssumptions(o outcome) int {
	n := 0
	for _, a := range w.assumptions {
		if a.outcome == o && inWindow(a.at) {
			n++
		}
	}
	return n
}

// assumptionRows are the callers of every role up to until.
func (w *world) assumptionRows() []*assumptionRow {
	type key struct {
		role   *role
		caller string
		via    *role
	}
	byKey := map[key]*assumptionRow{}
	var rows []*assumptionRow
	for i := range w.assumptions {
		a := &w.assumptions[i]
		if !a.at.Before(until) {
			continue
		}
		k := key{a.role, a.origin.text, a.via}
		row := byKey[k]
		if row == nil {
			row = newAssumptionRow(a)
			byKey[k] = row
			rows = append(rows, row)
		}
		row.add(a)
	}
	for _, row := range rows {
		row.FirstSeen, row.LastSeen, row.ExternalIDs = moment(row.first), moment(row.last), sortedKeys(row.external)
	}
	slices.SortFunc(rows, func(a, b *assumptionRow) int {
		return cmp.Or(cmp.Compare(a.RoleARN, b.RoleARN), cmp.Compare(a.RoleID, b.RoleID), cmp.Compare(a.Caller, b.Caller),
			cmp.Compare(via(a), via(b)))
	})
	return rows
}

func newAssumptionRow(a *assumption) *assumptionRow {
	row := &assumptionRow{AccountID: a.role.account.id, RoleARN: a.role.arn(), RoleID: a.role.id, Caller: a.origin.text, CallerKind: a.origin.kind,
		CallerAccount: text(a.origin.account), external: map[string]bool{}}
	if a.via != nil {
		row.ViaRole = text(a.via.arn())
	}
	return row
}

func (row *assumptionRow) add(a *assumption) {
	if row.first.IsZero() || a.at.Before(row.first) {
		row.first = a.at
	}
	if a.at.After(row.last) {
		row.last, row.Evidence = a.at, text(a.ids[0])
	}
	row.LongTermKey = row.LongTermKey || a.longTerm
	if a.externalID != "" {
		row.external[a.externalID] = true
	}
	if !inWindow(a.at) {
		return
	}
	if len(a.ids) == 2 {
		row.Pairs++
	}
	if a.outcome == denied {
		row.Denied++
		return
	}
	row.Assumptions++
}

// via is the role that made the last step, empty if direct.
func via(row *assumptionRow) string {
	if row.ViaRole == nil {
		return ""
	}
	return *row.ViaRole
}
