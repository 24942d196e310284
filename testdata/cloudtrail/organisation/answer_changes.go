package organisation

import (
	"cmp"
	"slices"
)

// changeRow is a row of `report changes`. Via is the role whose session the
// actor used, null for a direct call.
type changeRow struct {
	EventTime string   `json:"event_time"`
	EventID   string   `json:"event_id"`
	AccountID string   `json:"account_id"`
	Region    string   `json:"aws_region"`
	Change    string   `json:"change"`
	Severity  string   `json:"severity"`
	Outcome   outcome  `json:"outcome"`
	RoleARNs  []string `json:"role_arns"`
	PolicyARN *string  `json:"policy_arn"`
	Actor     string   `json:"actor"`
	ActorKind string   `json:"actor_kind"`
	SourceIP  string   `json:"source_ip_address"`
	Via       *string  `json:"via"`
	Action    string   `json:"action"`
}

// changeRows are the changes of the window, failed ones included, in order of
// time.
func (w *world) changeRows() []changeRow {
	var rows []changeRow
	for _, c := range w.changes {
		if !inWindow(c.at) {
			continue
		}
		row := changeRow{EventTime: stamp(c.at), EventID: c.id, AccountID: c.account.id, Region: c.region, Change: c.change, Severity: c.severity, Outcome: c.outcome,
			RoleARNs: []string{}, PolicyARN: text(c.policyARN), Actor: c.actor.text, ActorKind: c.actor.kind, SourceIP: c.ip, Action: c.action}
		if c.outcome == "denied" {
			row.PolicyARN = nil // AWS leaves the parameters out of a denied call, and its message names the role alone
		}
		for _, r := range c.roles {
			row.RoleARNs = append(row.RoleARNs, r.arn())
		}
		if c.via != nil {
			row.Via = text(c.via.arn())
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b changeRow) int { return cmp.Compare(a.EventTime, b.EventTime) })
	return rows
}
