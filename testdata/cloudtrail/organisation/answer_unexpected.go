package organisation

import (
	"cmp"
	"slices"
	"strings"
)

// unexpectedRow is a row of `report unexpected --all`.
type unexpectedRow struct {
	AccountID     string   `json:"account_id"`
	RoleARN       string   `json:"role_arn"`
	RoleID        string   `json:"role_id"`
	Caller        string   `json:"caller"`
	CallerKind    string   `json:"caller_kind"`
	CallerAccount *string  `json:"caller_account"`
	ViaRole       *string  `json:"via_role"`
	Findings      []string `json:"findings"`
	Assumptions   int      `json:"assumptions"`
	Denied        int      `json:"denied"`

	// ConfiguredFindings are the findings with roletrail.yaml beside the organisation.
	ConfiguredFindings []string `json:"configured_findings"`
}

// unexpected is the answer to "who became which role, and should not have".
func (w *world) unexpected() []unexpectedRow {
	var rows []unexpectedRow
	for _, came := range w.assumptionRows() {
		r := w.roleByID(came.RoleID)
		row := unexpectedRow{came.AccountID, came.RoleARN, came.RoleID, came.Caller, came.CallerKind, came.CallerAccount, came.ViaRole,
			nil, came.Assumptions, came.Denied, nil}
		trust, rest := w.callerFindings(r, came)
		row.Findings = worstFirst(append(slices.Clone(trust), rest...))
		row.ConfiguredFindings = worstFirst(configured(r, came.Caller, trust, rest))
		rows = append(rows, row)
	}
	for _, r := range w.trimmable() {
		rows = append(rows, w.neverCame(r)...)
	}
	return rows
}

func (w *world) roleByID(id string) *role {
	i := slices.IndexFunc(w.roles, func(r *role) bool { return r.id == id })
	return w.roles[i]
}

// judged are the assumptions of a row that count: what succeeded in the window,
// else what was refused there, else what came before.
func (w *world) judged(row *assumptionRow) []*assumption {
	var turns [3][]*assumption
	for i := range w.assumptions {
		a := &w.assumptions[i]
		if !a.at.Before(until) || a.role.id != row.RoleID || a.origin.text != row.Caller || viaText(a) != via(row) {
			continue
		}
		turn := 2
		if inWindow(a.at) {
			turn = 0
			if a.outcome == denied {
				turn = 1
			}
		}
		turns[turn] = append(turns[turn], a)
	}
	for _, turn := range turns {
		if len(turn) > 0 {
			return turn
		}
	}
	return nil
}

func viaText(a *assumption) string {
	if a.via == nil {
		return ""
	}
	return a.via.arn()
}

// callerFindings are what today's trust policy says of the caller, and what else is
// to be said (design 7, 9.8, 9.19, 9.20, 9.24).
func (w *world) callerFindings(r *role, row *assumptionRow) (trust, rest []string) {
	trust, rest = []string{}, []string{}
	principals, judged := trustedBy(r.trust), w.judged(row)
	worst, longTerm, noExternalID := exact, false, false
	for _, a := range judged {
		best := refused
		for _, p := range principals {
			best = max(best, p.admits(a))
		}
		worst = min(worst, best)
		longTerm = longTerm || a.longTerm
		noExternalID = noExternalID || a.outcome == success && a.externalID == "" && w.foreign(a.direct.account)
	}
	if r.existsAt(snapshot) {
		trust = append(trust, map[admission]string{exact: "expected", broad: "broadly_trusted", possible: "condition_dependent", refused: "not_trusted"}[worst])
	}
	direct := judged[0].direct.account
	if w.foreign(direct) && !strings.Contains(string(r.trust), direct) {
		trust = append(trust, "unknown_account")
	}
	if noExternalID && !strings.Contains(string(r.trust), "sts:ExternalId") {
		rest = append(rest, "missing_external_id")
	}
	if isPerson(row.CallerKind) && (r.kind == "service" || r.kind == "instance_profile" || r.kind == "web_identity") {
		rest = append(rest, "human_on_machine_role")
	}
	if longTerm {
		rest = append(rest, "long_term_key")
	}
	if r.kind != "service_linked" && w.hasBaseline(r) && w.firstSeen(row) {
		rest = append(rest, "new_principal")
	}
	return trust, rest
}

// foreign tells whether an account is none of the organisation's.
func (w *world) foreign(account string) bool {
	return account != "" && account != w.workloads.id && account != w.tooling.id && account != w.data.id
}

func isPerson(kind string) bool {
	return kind == "user" || kind == "identity_center" || kind == "saml" || kind == "root"
}

// worstFirst puts findings in the order in which a report lists them.
func worstFirst(findings []string) []string {
	order := []string{
		"not_trusted", "unknown_account", "missing_external_id", "human_on_machine_role", "long_term_key", "condition_dependent",
		"broadly_trusted", "new_principal", "new_network", "never_came", "expected", "exception_ended",
	}
	slices.SortFunc(findings, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return findings
}

// hasBaseline tells whether a role was there for fourteen days before the window, as
// far as the inventory knows (design 9.8).
func (w *world) hasBaseline(r *role) bool {
	return !r.existsAt(snapshot) || !r.created.After(since.AddDate(0, 0, -14))
}

// firstSeen tells whether the pair of role and caller was not seen before the
// window. The lake is old enough to say so: it begins 23 days before.
func (w *world) firstSeen(row *assumptionRow) bool {
	return !slices.ContainsFunc(w.assumptions, func(a assumption) bool {
		return a.role.id == row.RoleID && a.origin.text == row.Caller && a.at.Before(since)
	})
}

// neverCame are the principals that a role trusts and that nobody was. Where coverage is
// thin nobody knows. (All sessions of the organisation begin with an assumption that is
// logged, but for those of instances, whose role trusts EC2 alone.)
func (w *world) neverCame(r *role) []unexpectedRow {
	var rows []unexpectedRow
	if w.thin(r.account) {
		return nil
	}
	for _, p := range trustedBy(r.trust) {
		came := slices.ContainsFunc(w.assumptions, func(a assumption) bool {
			return a.role == r && a.at.Before(until) && p.names(&a) != refused
		})
		if came {
			continue
		}
		row := unexpectedRow{AccountID: r.account.id, RoleARN: r.arn(), RoleID: r.id, Caller: p.principal, CallerKind: "unknown"}
		switch {
		case p.kind == "Service":
			row.CallerKind = "service"
		case strings.HasSuffix(p.principal, ":root"):
			row.CallerKind, row.CallerAccount = "account", text(strings.Split(p.principal, ":")[4])
		case strings.HasPrefix(p.principal, "AROA"): // the id of a role that is gone
			row.CallerKind = "role"
		}
		row.Findings = []string{"never_came"}
		row.ConfiguredFindings = row.Findings
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b unexpectedRow) int { return cmp.Compare(a.Caller, b.Caller) })
	return rows
}
