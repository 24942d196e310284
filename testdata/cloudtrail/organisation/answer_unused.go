package organisation

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// unusedRow is a row of `report unused`. There is one for every action that a
// role's policies grant by name, that the role called or was refused, or that one
// of its calls may have needed besides: what patterns grant beyond that, only a
// catalogue of actions knows.
type unusedRow struct {
	AccountID string   `json:"account_id"`
	RoleARN   string   `json:"role_arn"`
	RoleID    string   `json:"role_id"`
	Action    string   `json:"action"`
	Verdict   string   `json:"verdict"`
	LastUsed  *string  `json:"last_used"`
	Uses      int      `json:"uses"`
	Via       []string `json:"via"`
	Resources []string `json:"resources"`
	Evidence  *string  `json:"evidence"`

	AccessLevel string `json:"access_level,omitempty"` // of data events

	// ReasonSays are words that the reason must hold: without them nobody could
	// act on it.
	ReasonSays []string `json:"reason_says"`
	// Granted is the day since when the role has it without a break.
	Granted string `json:"granted"`
}

// unusedSummaryRow is a row of `report unused --summary`. The counts that need a
// catalogue stand only where the role's policies name every action.
type unusedSummaryRow struct {
	AccountID    string `json:"account_id"`
	RoleARN      string `json:"role_arn"`
	RoleID       string `json:"role_id"`
	Used         int    `json:"used"`
	DeniedOnly   int    `json:"denied_only"`
	ServicesUsed int    `json:"services_used"`

	*namedCounts
}

// namedCounts are the counts of a role whose policies name every action.
type namedCounts struct {
	Granted         int `json:"granted"`
	PossiblyUsed    int `json:"possibly_used"`
	Unused          int `json:"unused"`
	ProbablyUnused  int `json:"probably_unused"`
	Unobservable    int `json:"unobservable"`
	TooNew          int `json:"too_new"`
	ServicesGranted int `json:"services_granted"`
}

// trimmable are the roles that the report is about: those that are there and that
// AWS does not own.
func (w *world) trimmable() []*role {
	var all []*role
	for _, r := range w.roles {
		if r.existsAt(snapshot) && r.kind != "service_linked" {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *role) int { return cmp.Compare(a.arn(), b.arn()) })
	return all
}

// told is whether the reports know what the trails log.
type told bool

// unused is the answer to "what may roles do and never do".
func (w *world) unused(trails told) []unusedRow {
	var rows []unusedRow
	for _, r := range w.trimmable() {
		rows = append(rows, w.unusedOf(r, trails)...)
	}
	return rows
}

// ofPatterns are actions that a role has by a pattern alone and never called: some of
// many, for the stories that are about patterns.
var ofPatterns = map[string][]string{
	"app-server": {"dynamodb:CreateTable", "ssm:PutParameter"}, // from version 2 on, from the beginning
	"broad-ops":  {"rds:DeleteDBInstance", "secretsmanager:DeleteSecret"},
	"deploy":     {"lambda:InvokeFunction"},
	// Came with administrator rights inside the quarter.
	"AWSReservedSSO_PowerUser_0123456789abcdef": {"iam:CreateUser"},
	"AWSReservedSSO_PowerUser_fedcba9876543210": {"iam:CreateUser"},
	"legacy-batch": {"s3:CreateBucket", "s3:DeleteBucket"},
}

// unusedOf are the rows of one role, in order of actions.
func (w *world) unusedOf(r *role, trails told) []unusedRow {
	calls := w.callsOf(r)
	actions, _ := w.namedActions(r)
	actions = append(append(actions, sortedKeys(calls)...), ofPatterns[r.name]...)
	slices.Sort(actions)
	var rows []unusedRow
	for _, action := range slices.Compact(actions) {
		if g := w.grantOf(r, action); g != nil {
			rows = append(rows, w.unusedRow(r, action, g, calls[action], trails))
		}
	}
	return rows
}

// called is what a role did with one action.
type called struct {
	done, denied, beside *use // newest
	uses                 int  // inside the window
}

// callsOf are the calls of a role by action, up to the end of the window.
func (w *world) callsOf(r *role) map[string]*called {
	all := map[string]*called{}
	of := func(action string) *called {
		if all[action] == nil {
			all[action] = &called{}
		}
		return all[action]
	}
	for i := range w.uses {
		u := &w.uses[i]
		if u.role != r || !u.at.Before(until) {
			continue
		}
		if u.outcome == denied {
			of(u.action).denied = newer(of(u.action).denied, u)
			continue
		}
		of(u.action).add(u)
		for _, action := range besides[u.action] {
			of(action).beside = newer(of(action).beside, u)
		}
	}
	for _, c := range w.changes {
		if c.via == r && c.change == "role_bound" && c.outcome != denied && c.at.Before(until) {
			of("iam:PassRole").add(&use{at: c.at, id: c.id})
		}
	}
	return all
}

func (c *called) add(u *use) {
	c.done = newer(c.done, u)
	if inWindow(u.at) {
		c.uses++
	}
}

// newer is the later of two uses; of equal times the greater event id decides, as
// in the reports.
func newer(a, b *use) *use {
	if a == nil || b.at.After(a.at) || b.at.Equal(a.at) && b.id > a.id {
		return b
	}
	return a
}

func (w *world) unusedRow(r *role, action string, g *grant, c *called, trails told) unusedRow {
	if c == nil {
		c = &called{}
	}
	row := unusedRow{AccountID: r.account.id, RoleARN: r.arn(), RoleID: r.id, Action: action, Uses: c.uses, Via: g.via, Resources: g.resources, Granted: g.since.Format(time.DateOnly),
		AccessLevel: dataEvents[action].accessLevel}
	evidence := c.done
	if c.done != nil {
		row.LastUsed = moment(c.done.at)
	}
	row.Verdict, row.ReasonSays = w.permissionVerdict(r, action, g, c, trails)
	switch row.Verdict {
	case "possibly_used":
		evidence = c.beside
	case "denied_only":
		evidence = c.denied
	}
	if evidence != nil {
		row.Evidence = text(evidence.id)
	}
	return row
}

// permissionVerdict judges a permission, and says what its reason must name (design
// 7, 9.11 to 9.13, 9.17).
func (w *world) permissionVerdict(r *role, action string, g *grant, c *called, trails told) (verdict string, says []string) {
	inside := func(u *use) bool { return u != nil && inWindow(u.at) }
	data, isData := dataEvents[action]
	logged, logging := w.dataLogged(r.account, data.resourceType, trails)
	switch {
	case inside(c.done):
		return "used", []string{"inside the window"}
	case inside(c.beside):
		return "possibly_used", []string{"may have needed it"}
	case c.done == nil && inside(c.denied):
		return "denied_only", []string{"denied"}
	case withoutCall[action]:
		return "unobservable", []string{"no API call of its own"}
	case isData && !logged:
		return "unobservable", append([]string{"data event"}, logging...)
	case !r.created.Before(since):
		return "too_new", []string{r.created.Format(time.DateOnly), "after the window began"}
	case !g.since.Before(since):
		return "too_new", []string{g.since.Format(time.DateOnly), "after the window began"}
	}
	says = []string{"never seen"}
	if c.done != nil {
		says = []string{"last used before the window"}
	}
	if w.thin(r.account) {
		return "probably_unused", append(says, r.account.coveredDays())
	}
	if saw, _ := w.iamLastUsed(r); inWindow(saw) && w.isSilent(r) {
		return "probably_unused", append(says, "IAM saw the role used on "+saw.Format(time.DateOnly), "the lake has nothing of it")
	}
	if isData {
		says = append(says, logging...)
	}
	return "unused", says
}

// dataLogged tells whether the lake would show the data events of an account and
// type, and what a reason must say of it. Only a trail that logs all of them, and
// events of the type to prove that its logs were ingested, make it so.
func (w *world) dataLogged(a *account, resourceType string, trails told) (logged bool, says []string) {
	if resourceType == "" {
		return false, []string{"no trail can log"}
	}
	if !trails {
		return false, []string{resourceType}
	}
	of, asks := w.about(a, resourceType)
	asOf := ", as of " + snapshot.Format(time.DateOnly)
	switch {
	case of == nil:
		return false, []string{"no known trail logs " + resourceType + asOf}
	case asks.below != "":
		return false, []string{"trail " + of.name + " logs " + resourceType + " in part" + asOf}
	}
	all := "trail " + of.name + " logs all events of " + resourceType + asOf
	if !w.holds(a, resourceType) {
		return false, []string{all + ", but the lake has none of account " + a.id + ": ingest the bucket that the trail writes to"}
	}
	return true, []string{all}
}

// holds tells whether the logs have data events of an account and type.
func (w *world) holds(a *account, resourceType string) bool {
	return slices.ContainsFunc(w.uses, func(u use) bool {
		return u.role.account == a && u.at.Before(until) && dataEvents[u.action].resourceType == resourceType
	})
}

// isSilent tells whether the logs have nothing of a role: no call, and nobody who
// became it or tried to.
func (w *world) isSilent(r *role) bool {
	return !slices.ContainsFunc(w.uses, func(u use) bool { return u.role == r && u.at.Before(until) }) &&
		!slices.ContainsFunc(w.assumptions, func(a assumption) bool { return a.role == r && a.at.Before(until) })
}

// unusedSummary counts the verdicts of every role.
func (w *world) unusedSummary(trails told) []unusedSummaryRow {
	var rows []unusedSummaryRow
	for _, r := range w.trimmable() {
		row := unusedSummaryRow{AccountID: r.account.id, RoleARN: r.arn(), RoleID: r.id}
		verdicts, granted, used := map[string]int{}, map[string]bool{}, map[string]bool{}
		actions := w.unusedOf(r, trails)
		for _, a := range actions {
			service, _, _ := strings.Cut(a.Action, ":")
			verdicts[a.Verdict]++
			granted[service] = true
			if a.Verdict == "used" {
				used[service] = true
			}
		}
		row.Used, row.DeniedOnly, row.ServicesUsed = verdicts["used"], verdicts["denied_only"], len(used)
		if _, all := w.namedActions(r); all {
			row.namedCounts = &namedCounts{len(actions), verdicts["possibly_used"], verdicts["unused"], verdicts["probably_unused"],
				verdicts["unobservable"], verdicts["too_new"], len(granted)}
		}
		rows = append(rows, row)
	}
	return rows
}
