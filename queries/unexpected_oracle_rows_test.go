package queries

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"roletrail/iam/trust"
)

// answer puts the rows together.
func (o *callerOracle) answer() []callerRow {
	type key struct{ role, origin, kind, via string }
	groups := map[key][]*oracleTry{}
	var order []key
	for _, t := range o.tries {
		if t.EventTime.Before(o.p.Until) && (t.Outcome == "success" || t.Outcome == "denied") {
			k := key{t.roleKey, t.origin, t.originKind, t.via}
			if groups[k] == nil {
				order = append(order, k)
			}
			groups[k] = append(groups[k], t)
		}
	}
	var rows []callerRow
	for _, k := range order {
		var pair []*oracleTry // all that the caller did at the role, whatever the last step
		for other, tries := range groups {
			if other.role == k.role && other.origin == k.origin && other.kind == k.kind {
				pair = append(pair, tries...)
			}
		}
		rows = append(rows, o.row(groups[k], pair))
	}
	return append(rows, o.absent()...)
}

func (o *callerOracle) row(tries, pair []*oracleTry) callerRow {
	t := tries[0]
	r := callerRow{caller: t.origin, kind: t.originKind, via: t.via}
	for _, t := range tries {
		r.id, r.account = max(r.id, t.roleID), max(r.account, strings.Split(t.roleARN, ":")[4])
		if strings.Count(t.roleARN, "/") > strings.Count(r.arn, "/") || strings.Count(t.roleARN, "/") == strings.Count(r.arn, "/") && t.roleARN > r.arn {
			r.arn = t.roleARN
		}
		if r.first.IsZero() || t.EventTime.Before(r.first) {
			r.first = t.EventTime
		}
		if t.EventTime.After(r.last) || t.EventTime.Equal(r.last) && t.EventID > r.evidence {
			r.last, r.evidence = t.EventTime, t.EventID
		}
		if inside := !t.EventTime.Before(o.p.Since); inside && t.Outcome == "success" {
			r.assumptions++
		} else if inside {
			r.denied++
		}
	}
	kind := ""
	if role := o.inventory(t.roleKey); role != nil {
		r.account, r.arn, r.id, kind = role.AccountID, role.ARN, role.RoleID, orEmpty(role.Kind)
	}
	switch r.kind {
	case "user", "role", "root":
		r.callerAccount = strings.Split(r.caller, ":")[4]
	case "account":
		r.callerAccount, _, _ = strings.Cut(r.caller, ":")
	}
	judged := o.judged(tries)
	until := time.Time{}
	for _, t := range judged {
		if t.EventTime.After(until) {
			until = t.EventTime
		}
	}
	r.networks = networksOf(judged, o.p.Since)
	isExpected := o.isExpected(r)
	var found []string
	if isExpected {
		found = []string{"expected"}
	} else {
		found = append(found, trustFindings(judged)...)
		viaAccount := ""
		if r.via != "" {
			viaAccount = strings.Split(r.via, ":")[4]
		}
		if o.isStranger(r, r.callerAccount, t.roleKey) || o.isStranger(r, viaAccount, t.roleKey) {
			found = append(found, "unknown_account")
		}
	}
	found = append(found, o.howFound(r, judged, t.roleKey)...)
	if !isExpected && slices.Contains([]string{"user", "identity_center", "saml", "root"}, r.kind) && slices.Contains([]string{"service", "instance_profile", "web_identity"}, kind) {
		found = append(found, "human_on_machine_role")
	}
	if slices.ContainsFunc(judged, func(t *oracleTry) bool { return strings.HasPrefix(orEmpty(t.AccessKey), "AKIA") }) {
		found = append(found, "long_term_key")
	}
	found = append(found, o.newFound(r, judged, pair, isExpected, o.inventory(t.roleKey))...)
	r.findings = o.excepted(r, found, until)
	return r
}

// judged are the assumptions a row is judged by.
func (o *callerOracle) judged(tries []*oracleTry) []*oracleTry {
	for _, want := range []struct {
		inside  bool
		outcome string
	}{{true, "success"}, {true, "denied"}, {false, "success"}, {false, "denied"}} {
		var out []*oracleTry
		for _, t := range tries {
			if !t.EventTime.Before(o.p.Since) == want.inside && t.Outcome == want.outcome {
				out = append(out, t)
			}
		}
		if out != nil {
			return out
		}
	}
	return nil
}

func networksOf(tries []*oracleTry, since time.Time) []string {
	var out []string
	for _, t := range tries {
		if t.network != "" && !t.EventTime.Before(since) && !slices.Contains(out, t.network) {
			out = append(out, t.network)
		}
	}
	slices.Sort(out)
	return out
}

func trustFindings(judged []*oracleTry) []string {
	worst := 7
	for _, t := range judged {
		if t.grade >= 0 {
			worst = min(worst, t.grade)
		}
	}
	return map[int][]string{
		6: {"expected"}, 5: {"broadly_trusted"}, 3: {"expected", "condition_dependent"}, 2: {"broadly_trusted", "condition_dependent"},
		1: {"condition_dependent"}, 0: {"not_trusted"},
	}[worst]
}

func (o *callerOracle) isKnown(account string) bool {
	return slices.ContainsFunc(o.w.coverage, func(c coverageRow) bool { return c.AccountID == account }) ||
		slices.ContainsFunc(o.w.roles, func(r inventoryRole) bool { return r.AccountID == account }) || slices.Contains(o.w.known, account)
}

func (o *callerOracle) isStranger(r callerRow, account, roleKey string) bool {
	if account == "" || account == r.account || o.isKnown(account) {
		return false
	}
	for _, t := range o.w.trust {
		if o.keyOf(t.RoleARN) == roleKey && t.Effect == "allow" && !t.Negated && orEmpty(t.Account) == account {
			return false
		}
	}
	return true
}

func (o *callerOracle) howFound(r callerRow, judged []*oracleTry, roleKey string) []string {
	direct := r.callerAccount
	if r.via != "" {
		direct = strings.Split(r.via, ":")[4]
	}
	if direct == "" || direct == r.account || o.isKnown(direct) || o.asksExternalID(roleKey, direct) {
		return nil
	}
	for _, t := range judged {
		if t.Outcome == "success" && t.account != "" && t.ExternalID == nil {
			return []string{"missing_external_id"}
		}
	}
	return nil
}

// asksExternalID says whether the trust policy of a role asks an account for an external id.
func (o *callerOracle) asksExternalID(roleKey, account string) bool {
	asking := map[int]bool{} // statements
	for _, c := range o.w.conditions {
		if o.keyOf(c.RoleARN) == roleKey && c.Key == "sts:externalid" {
			asking[c.Statement] = true
		}
	}
	letsIn := false
	for _, row := range o.w.trust {
		switch {
		case o.keyOf(row.RoleARN) != roleKey:
		case asking[row.Statement] && row.Effect == "deny":
			return true
		case !asking[row.Statement] && row.Effect == "allow" && !row.Negated && orEmpty(row.Account) == account && slices.Contains(row.Actions, "sts:AssumeRole"):
			letsIn = true
		}
	}
	return len(asking) > 0 && !letsIn
}

func (o *callerOracle) newFound(r callerRow, judged, pair []*oracleTry, isExpected bool, role *inventoryRole) []string {
	before := map[string]bool{} // days
	for _, c := range o.w.coverage {
		if c.AccountID == r.account && c.Family == "CloudTrail" && c.EventDate < o.p.Since.Format(time.DateOnly) {
			before[c.EventDate] = true
		}
	}
	if len(before) < 14 || role != nil && role.CreatedAt != nil && role.CreatedAt.After(o.p.Since.AddDate(0, 0, -14)) {
		return nil
	}
	networks, isNew := map[string]bool{}, true
	for _, t := range pair {
		if t.EventTime.Before(o.p.Since) {
			isNew, networks[t.network] = false, true
		}
	}
	if isNew && (isExpected || role != nil && orEmpty(role.Kind) == "service_linked") {
		return nil
	}
	if isNew {
		return []string{"new_principal"}
	}
	for _, n := range networksOf(judged, o.p.Since) {
		if !networks[n] {
			return []string{"new_network"}
		}
	}
	return nil
}

// globMatches is a slow reading of * and ?.
func globMatches(glob, s string) bool {
	var b strings.Builder
	for _, c := range glob {
		switch c {
		case '*':
			b.WriteString(`(?s:.*)`)
		case '?':
			b.WriteString(`(?s:.)`)
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile(`\A` + b.String() + `\z`).MatchString(s)
}

func (r CallerRule) isAbout(row callerRow) bool {
	return (globMatches(r.Role, row.arn) || globMatches(r.Role, shortName(row.arn))) && globMatches(r.Caller, row.caller)
}

func (o *callerOracle) isExpected(r callerRow) bool {
	return slices.ContainsFunc(o.p.Unexpected.Expected, func(rule CallerRule) bool { return rule.isAbout(r) })
}

// worstFirst is the order in which findings are told.
var worstFirst = []string{
	"not_trusted", "unknown_account", "missing_external_id", "human_on_machine_role", "long_term_key", "condition_dependent",
	"broadly_trusted", "new_principal", "new_network", "never_came", "expected",
}

func (o *callerOracle) excepted(r callerRow, found []string, judgedUntil time.Time) []string {
	slices.SortFunc(found, func(a, b string) int { return slices.Index(worstFirst, a) - slices.Index(worstFirst, b) })
	if len(found) == 0 || slices.Equal(found, []string{"expected"}) {
		return found
	}
	ends := time.Time{}
	for _, e := range o.p.Unexpected.Exceptions {
		if e.isAbout(r) && e.Until.After(ends) {
			ends = e.Until
		}
	}
	switch {
	case ends.IsZero():
		return found
	case judgedUntil.Before(ends):
		return []string{"expected"}
	}
	return append(found, "exception_ended")
}

// absent are the trusted principals that never came.
func (o *callerOracle) absent() []callerRow {
	var rows []callerRow
	seen := map[string]bool{}
	for _, row := range o.w.trust {
		role := o.inventory(o.keyOf(row.RoleARN))
		key := row.RoleARN + "|" + row.Kind + "|" + row.Principal
		if row.Effect != "allow" || row.Negated || row.Kind == "unknown" || len(row.Actions) == 0 || *role.Kind == "service_linked" || role.namesakes || seen[key] {
			continue
		}
		seen[key] = true
		isLogged := slices.ContainsFunc(o.w.coverage, func(c coverageRow) bool { return c.AccountID == row.AccountID && c.FirstEvent.Before(o.p.Until) })
		if !isLogged || o.isThin(row.AccountID) || o.mayHaveCome(row) || o.hiddenVisit(row) {
			continue
		}
		r := callerRow{account: row.AccountID, arn: row.RoleARN, id: role.RoleID, caller: row.Principal, kind: row.Kind, callerAccount: orEmpty(row.Account)}
		kinds := map[string]string{"session": "role", "oidc": "web_identity", "anyone": "unknown"}
		if k, ok := kinds[row.Kind]; ok {
			r.kind = k
		}
		if row.Kind == "dangling" {
			r.kind = map[string]string{"AROA": "role", "AIDA": "user"}[row.Principal[:4]]
		}
		found := []string{"never_came"}
		if o.isExpected(r) {
			found = []string{"expected"}
		}
		r.findings = o.excepted(r, found, o.p.Until.Add(-time.Second))
		rows = append(rows, r)
	}
	return rows
}

// isThin reports whether the window lacks too many days of an account.
func (o *callerOracle) isThin(account string) bool {
	share := o.p.ThinCoverage
	if share == 0 {
		share = 0.9
	}
	one := &oracle{p: o.p}
	for _, c := range o.w.coverage {
		if c.AccountID == account {
			one.w.coverage = append(one.w.coverage, c)
		}
	}
	covered, all := one.coveredDays(account)
	return float64(covered) < share*float64(all)
}

// hiddenVisit reports whether a session of the row's role acted of which nobody is known
// to have begun it, so that its principal may have come. A session with the name of an
// instance is EC2's.
func (o *callerOracle) hiddenVisit(row trustRow) bool {
	key := o.keyOf(row.RoleARN)
	for _, e := range o.w.events {
		if of, _ := o.book.role(e.RoleID, e.RoleARN, e.EventTime); of != key || !e.EventTime.Before(o.p.Until) || o.isBegun(key, e) {
			continue
		}
		if !instanceName.MatchString(orEmpty(e.SessionName)) {
			o.hidden["anybody's"]++
			return true
		}
		instance := trust.Call{Action: "sts:AssumeRole", Caller: "ec2.amazonaws.com", Kind: "service", Shown: map[string][]string{}}
		if o.mayBe(row, instance) {
			o.hidden["an instance's"]++
			return true
		}
		o.hidden["an instance's, and of another principal"]++
	}
	return false
}

var instanceName = regexp.MustCompile(`^i-[0-9a-f]+$`)

// isBegun reports whether the beginning of a session that acted is known: its role was
// assumed under its name when it was made, or ever, if the event does not say when.
func (o *callerOracle) isBegun(key string, e trustEvent) bool {
	return slices.ContainsFunc(o.tries, func(t *oracleTry) bool {
		return t.roleKey == key && t.Outcome == "success" && t.EventTime.Before(o.p.Until) && t.AssumedSession != nil && e.SessionName != nil &&
			*t.AssumedSession == *e.SessionName && (e.SessionCreated == nil || e.SessionCreated.Sub(t.EventTime).Abs() <= 5*time.Second)
	})
}

// mayHaveCome asks Match about the principal alone, without conditions and for any
// call: only a caller whom it cannot mean is not trusted by it.
func (o *callerOracle) mayHaveCome(row trustRow) bool {
	return slices.ContainsFunc(o.tries, func(t *oracleTry) bool {
		return t.roleKey == o.keyOf(row.RoleARN) && t.EventTime.Before(o.p.Until) && t.Outcome != "failed" && o.mayBe(row, o.call(t))
	})
}

// mayBe reports whether a call may be one of the row's principal.
func (o *callerOracle) mayBe(row trustRow, call trust.Call) bool {
	return slices.ContainsFunc(o.w.trust, func(same trustRow) bool {
		if same.RoleARN != row.RoleARN || same.Principal != row.Principal || same.Kind != row.Kind || same.Effect != "allow" || same.Negated || len(same.Actions) == 0 {
			return false
		}
		one := trust.Policy{Rows: []trust.Row{{
			Effect: trust.Allow, PrincipalKind: trust.PrincipalKind(same.Kind), PrincipalAccount: orEmpty(same.Account), PrincipalKey: orEmpty(same.Key), Actions: same.Actions,
		}}}
		return trust.Match(one, call).Findings[0] != trust.NotTrusted
	})
}
