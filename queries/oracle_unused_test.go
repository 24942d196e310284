package queries

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// grantOracle answers unused the slow way: for each role and grant it walks over
// all events of the role and asks the rules of the design one after the other. It
// shares no code with the SQL.
type grantOracle struct {
	*oracle
	roles    []*inventoryRole   // asked about
	events   map[string][]event // by the role's key
	coverage map[string]*oracle // by account
	actions  map[string]actionRow
	seen     map[string]bool // called by anybody, not denied
	asData   map[string]bool // called by anybody, as a data event
	types    map[string]bool // data types of which an event is there
	typesOf  map[string][]string
	data     map[string]bool       // data types of which each account has an event, or may have: "ACCOUNT TYPE"
	trails   map[string][]trailRow // by the account that they log, see trailsOf
	became   map[string]bool       // keys of roles that anybody tried to become in the window
	together map[string]bool       // "ACTION ALSO" of calls that need both
}

func newGrantOracle(w world, p Params) *grantOracle {
	g := &grantOracle{
		oracle: &oracle{w: w, p: p}, events: map[string][]event{}, coverage: map[string]*oracle{},
		actions: map[string]actionRow{}, seen: map[string]bool{}, asData: map[string]bool{}, types: map[string]bool{}, typesOf: map[string][]string{}, data: map[string]bool{}, became: map[string]bool{}, trails: map[string][]trailRow{},
		together: neededTogether(),
	}
	for _, c := range w.coverage {
		if g.coverage[c.AccountID] == nil {
			g.coverage[c.AccountID] = &oracle{p: p}
		}
		o := g.coverage[c.AccountID]
		o.w.coverage = append(o.w.coverage, c)
	}
	for _, a := range w.actions {
		g.actions[a.Action] = a
		if a.DataType != nil {
			g.typesOf[a.Service] = append(g.typesOf[a.Service], *a.DataType)
		}
	}
	g.w.roles = identified(w.roles, sightingsOf(w.events))
	inventory := g.inventory().roles
	g.shareOut()
	for _, r := range inventory {
		if g.asked(r) {
			g.roles = append(g.roles, r)
		}
	}
	slices.SortFunc(g.roles, func(a, b *inventoryRole) int {
		return strings.Compare(a.AccountID+" "+a.ARN+" "+a.RoleID, b.AccountID+" "+b.ARN+" "+b.RoleID)
	})
	return g
}

func (g *grantOracle) asked(r *inventoryRole) bool {
	if len(g.p.Accounts) > 0 && !slices.Contains(g.p.Accounts, r.AccountID) {
		return false
	}
	if g.p.Role == "" {
		return !(r.Kind != nil && *r.Kind == "service_linked") && !strings.Contains(r.ARN, "/aws-service-role/")
	}
	return r.Name == g.p.Role || r.ARN == g.p.Role || r.RoleID == g.p.Role
}

// shareOut hands the events to the roles of the inventories. One that names an ARN
// alone is of the role that had it at the time, if any inventory has that.
func (g *grantOracle) shareOut() {
	book := newNameBook(g.w.roles, nil)
	for _, e := range g.w.events {
		if !e.EventTime.Before(g.p.Until) {
			continue
		}
		if key, _ := book.role(e.AssumedID, e.AssumedARN, e.EventTime); e.CallerKind != nil && key != "" && g.inWindow(e.EventTime) {
			g.became[key] = true
		}
		if key, _ := book.role(e.RoleID, e.RoleARN, e.EventTime); key != "" {
			g.events[key] = append(g.events[key], e)
		}
		if e.IAMAction != nil && e.Outcome != "denied" {
			g.seen[*e.IAMAction] = true
		}
		if e.IAMAction != nil && e.Management != nil && !*e.Management {
			g.asData[*e.IAMAction] = true
		}
		g.hearData(e)
	}
}

// unused has the rows of the question.
func (g *grantOracle) unused() [][]any {
	byRole := map[string][]grantRow{}
	for _, grant := range g.w.grants {
		byRole[grant.RoleARN+" "+grant.SnapshotDate] = append(byRole[grant.RoleARN+" "+grant.SnapshotDate], grant)
	}
	var rows [][]any
	for _, r := range g.roles {
		grants := byRole[r.ARN+" "+r.SnapshotDate]
		slices.SortFunc(grants, func(a, b grantRow) int { return strings.Compare(a.Action, b.Action) })
		for _, grant := range grants {
			row := g.row(r, grant)
			if len(g.p.Verdicts) == 0 || slices.Contains(g.p.Verdicts, row[5].(string)) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// listOf is a list as an answer has it.
func listOf(texts []string) any {
	if texts == nil {
		return nil
	}
	list := []any{}
	for _, text := range texts {
		list = append(list, text)
	}
	return list
}

// unread has the rows of the question meta_policies.
func (g *grantOracle) unread() [][]any {
	var rows [][]any
	for _, r := range g.roles {
		if len(r.Unread) > 0 && r.Origin != "logs" {
			rows = append(rows, []any{r.AccountID, r.ARN, listOf(r.Unread)})
		}
	}
	return rows
}

// summary counts them.
func (g *grantOracle) summary() [][]any {
	byRole := map[any][][]any{}
	for _, row := range g.unused() {
		byRole[row[1]] = append(byRole[row[1]], row)
	}
	var out [][]any
	for _, r := range g.roles {
		count := map[string]int64{}
		granted, used := map[string]bool{}, map[string]bool{}
		for _, row := range byRole[r.ARN] {
			service, _, _ := strings.Cut(row[3].(string), ":")
			granted[service] = true
			if row[5] == "used" {
				used[service] = true
			}
			count["granted"]++
			count[row[5].(string)]++
		}
		cells := []any{r.AccountID, r.ARN, cell(nonEmptyPtr(r.RoleID))}
		for _, name := range []string{"granted", "used", "possibly_used", "denied_only", "unused", "probably_unused", "unobservable", "too_new"} {
			cells = append(cells, count[name])
		}
		out = append(out, append(cells, int64(len(granted)), int64(len(used)), listOf(r.Unread)))
	}
	return out
}

// witness is what the events of a role say of one action.
type witness struct {
	used, denied, further, refused, unmapped *event // the newest of each
	unmappedDone                             *event
	uses                                     int64
}

// newer keeps the newer of two events.
func newer(into **event, e event) {
	if *into == nil || e.EventTime.After((*into).EventTime) || e.EventTime.Equal((*into).EventTime) && e.EventID > (*into).EventID {
		*into = &e
	}
}

func (g *grantOracle) hear(id string, grant grantRow) witness {
	var w witness
	service, _, _ := strings.Cut(grant.Action, ":")
	passRole := grant.Action == "iam:PassRole"
	for _, e := range g.events[id] {
		denied := e.Outcome == "denied"
		named := e.IAMAction != nil && *e.IAMAction == grant.Action
		passed := passRole && !denied && e.PassedARN != nil
		both := !denied && e.IAMAction != nil && slices.Contains(e.Possible, grant.Action) && g.together[*e.IAMAction+" "+grant.Action]
		covered := passed && slices.ContainsFunc(grant.Resources, func(pattern string) bool { return wildcard(pattern, *e.PassedARN) })
		switch {
		case named && denied:
			newer(&w.denied, e)
		case named || covered || both || !denied && gave(e, grant.Action):
			newer(&w.used, e)
			if g.inWindow(e.EventTime) {
				w.uses++
			}
		}
		if may := slices.Contains(e.Possible, grant.Action); may && denied {
			newer(&w.refused, e)
		} else if may && !both || passed {
			newer(&w.further, e)
		}
		if slices.Contains(e.Possible, service+":*") {
			newer(&w.unmapped, e)
			if !denied {
				newer(&w.unmappedDone, e)
			}
		}
	}
	return w
}

// gave says whether an assumption gave its session what an action allows to give.
func gave(e event, action string) bool {
	switch {
	case e.CallerKind == nil:
		return false
	case action == "sts:TagSession":
		var tags []any
		return e.AssumedTags != nil && json.Unmarshal([]byte(*e.AssumedTags), &tags) == nil && len(tags) > 0
	}
	return action == "sts:SetSourceIdentity" && e.AssumedIdentity != nil && *e.AssumedIdentity != ""
}

// wildcard matches as IAM does: * is any run of characters, ? any one.
func wildcard(pattern, text string) bool {
	if len([]rune(pattern)) > 2048 {
		return false
	}
	reached := map[int]bool{0: true} // places in the text after each piece of the pattern
	runes := []rune(text)
	for _, p := range pattern {
		next := map[int]bool{}
		for at := range reached {
			switch {
			case p == '*':
				for end := at; end <= len(runes); end++ {
					next[end] = true
				}
			case at < len(runes) && (p == '?' || p == runes[at]):
				next[at+1] = true
			}
		}
		reached = next
	}
	return reached[len(runes)]
}

func (g *grantOracle) since(e *event) bool { return e != nil && g.inWindow(e.EventTime) }

func (g *grantOracle) row(r *inventoryRole, grant grantRow) []any {
	w := g.hear(r.key(), grant)
	verdict, reason, evidence := g.verdict(r, grant, w)
	var level, lastUsed, id any
	if a, known := g.actions[grant.Action]; known {
		level = a.Level
	}
	if w.used != nil {
		lastUsed = w.used.EventTime
	}
	if evidence != nil {
		id = evidence.EventID
	}
	return []any{r.AccountID, r.ARN, cell(nonEmptyPtr(r.RoleID)), grant.Action, level, verdict, reason, lastUsed, w.uses, anys(grant.Via), anys(grant.Resources), id}
}

func anys(list []string) []any {
	out := []any{}
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

func (g *grantOracle) verdict(r *inventoryRole, grant grantRow, w witness) (verdict, reason string, evidence *event) {
	service, _, _ := strings.Cut(grant.Action, ":")
	if verdict, reason, evidence := g.attempted(service, grant, w); verdict != "" && !(r.namesakes && verdict == "denied_only") {
		return verdict, reason, evidence
	}
	shown := g.logging(r.AccountID, grant)
	if reason := g.unobservable(r.AccountID, grant, shown); reason != "" {
		return "unobservable", reason, w.used
	}
	if day := g.young(r.CreatedAt); day != "" {
		return "too_new", "the role was made on " + day + ", after the window began", w.used
	}
	if day := g.young(grant.GrantedAt); day != "" {
		return "too_new", "granted on " + day + ", after the window began", w.used
	}
	sighting := "never seen"
	switch {
	case w.used != nil:
		sighting = "last used before the window"
	case w.denied != nil:
		sighting = "only denied, last on " + w.denied.EventTime.UTC().Format(time.DateOnly)
	}
	if doubt, evidence := g.doubt(r, grant, shown, w); doubt != "" {
		return "probably_unused", sighting + ", but " + doubt, evidence
	}
	switch g.actions[grant.Action].Observability {
	case "data":
		return "unused", sighting + "; " + shown.reason, w.used
	case "attested":
		return "unused", sighting + "; AWS attests that CloudTrail logs it", w.used
	case "documented":
		return "unused", sighting + "; AWS documents that CloudTrail logs the calls of " + service, w.used
	}
	return "unused", sighting + "; CloudTrail logs it, for this lake has calls of it", w.used
}

// attempted says what the role's own calls of the window show.
func (g *grantOracle) attempted(service string, grant grantRow, w witness) (verdict, reason string, evidence *event) {
	passRole := grant.Action == "iam:PassRole"
	switch {
	case g.since(w.used) && passRole:
		return "used", "a role that the grant covers was passed inside the window", w.used
	case g.since(w.used):
		return "used", "used inside the window", w.used
	case grant.IsPattern && g.since(w.unmappedDone):
		return "possibly_used", "the role called " + service + " inside the window, but the catalogue cannot tell with which action", w.unmappedDone
	case g.since(w.further) && passRole:
		return "possibly_used", "calls inside the window may have passed a role, but the logs show none that the grant covers", w.further
	case g.since(w.further):
		return "possibly_used", "calls inside the window may have needed it besides the action they are named after", w.further
	case w.used == nil && g.since(w.denied) && grant.GrantedAt != nil && w.denied.EventTime.Before(*grant.GrantedAt):
		return "denied_only", "every attempt in the lake was denied before it was granted on " + grant.GrantedAt.UTC().Format(time.DateOnly), w.denied
	case w.used == nil && g.since(w.denied) && grant.Effect == "conditional":
		return "denied_only", "every attempt in the lake was denied: its policies allow it under conditions only", w.denied
	case w.used == nil && g.since(w.denied):
		return "denied_only", "every attempt in the lake was denied although its policies allow it: look for what else blocks it", w.denied
	}
	return "", "", nil
}

func (g *grantOracle) unobservable(account string, grant grantRow, shown logged) string {
	a := g.actions[grant.Action]
	switch {
	case grant.IsPattern:
		return "the catalogue knows no action that matches: the logs cannot be searched for it"
	case a.Observability == "permission_only" && grant.Action == "iam:PassRole":
		return "it has no API call of its own: only calls that pass a role show it, and this role made none inside the window"
	case a.Observability == "permission_only" && (grant.Action == "sts:TagSession" || grant.Action == "sts:SetSourceIdentity"):
		return "it has no API call of its own: only calls that become a role show it, and this role made none inside the window"
	case a.Observability == "permission_only":
		return "it has no API call of its own, so no log can show it"
	case a.Observability == "data" && a.DataType == nil:
		return "data event of a kind that no trail can log"
	case shown.known && !shown.all && !shown.oneRegion && a.Observability == "data":
		return "data event: " + shown.reason
	case shown.known && !shown.all && !shown.oneRegion:
		return shown.reason
	case shown.known && a.Observability == "data" && !g.data[account+" "+*a.DataType]:
		return "data event: " + shown.reason + ", but the lake has none of account " + account + ": ingest the bucket that the trail writes to"
	case shown.known:
		return ""
	case a.Observability == "data" && g.types[*a.DataType]:
		return "data event: this lake has some of " + *a.DataType + ", which does not prove that all are logged: ingest trail tells what trails log"
	case a.Observability == "data":
		return "data event, of which this lake has none: let a trail log " + *a.DataType + " to see it"
	}
	return ""
}

// young is the day of a time that is not before the window.
func (g *grantOracle) young(t *time.Time) string {
	if t == nil || t.Before(g.p.Since) {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// doubt is why an action that was not used is only probably unused.
func (g *grantOracle) doubt(r *inventoryRole, grant grantRow, shown logged, w witness) (string, *event) {
	service, _, _ := strings.Cut(grant.Action, ":")
	share := g.p.ThinCoverage
	if share == 0 {
		share = 0.9
	}
	a, known := g.actions[grant.Action]
	switch covered, all := g.coverage[r.AccountID].coveredDays(r.AccountID); {
	case grant.GrantedAt == nil && r.CreatedAt == nil:
		return "the inventory does not say since when it is granted", w.used
	case r.namesakes:
		return "the logs know several roles of this name, and the inventory does not say which one it is", w.used
	case g.isRemade(r):
		return "the logs know a younger role of this name than the inventory does: ingest iam with a new one", w.used
	case float64(covered) < share*float64(all):
		return fmt.Sprintf("coverage is thin: %d of %d days", covered, all), w.used
	case g.isSilent(r) && r.LastUsed != nil && g.inWindow(*r.LastUsed):
		return "IAM saw the role used on " + r.LastUsed.UTC().Format(time.DateOnly) + ", and the lake has nothing of it in the window", w.used
	case homes[service] != "" && g.daysOf(r.AccountID, homes[service]) == 0:
		return service + " is global and logged in " + homes[service] + ", from where the lake has nothing of this account", w.used
	case homes[service] != "" && !shown.known && float64(g.daysOf(r.AccountID, homes[service])) < share*float64(all):
		return fmt.Sprintf("%s is global and logged in %s, from where the lake has %d of %d days of this account", service, homes[service], g.daysOf(r.AccountID, homes[service]), all), w.used
	case g.since(w.unmapped):
		return "calls of " + service + " by this role could not be mapped to actions", w.unmapped
	case g.since(w.refused):
		return "denied calls inside the window may have needed it", w.refused
	case shown.oneRegion:
		return shown.reason, w.used
	case !shown.known && (homes[service] == "" || service == "sts") && g.onlyRegion(r.AccountID) != "":
		return "in the window the lake has " + g.onlyRegion(r.AccountID) + " alone of account " + r.AccountID + ", which may be all that a trail logs: ingest trail tells", w.used
	case !known:
		return "no action catalogue of the lake says whether CloudTrail logs it", w.used
	case a.Observability == "unattested" && (!g.seen[grant.Action] || g.asData[grant.Action]):
		return "nothing attests that CloudTrail logs it", w.used
	}
	return "", nil
}

// isRemade says whether a role that no inventory has bore the name after this one was
// listed.
func (g *grantOracle) isRemade(r *inventoryRole) bool {
	return slices.ContainsFunc(g.w.events, func(e event) bool {
		return e.RoleID != nil && e.RoleARN != nil && *e.RoleARN == r.ARN && e.EventTime.Before(g.p.Until) &&
			e.EventTime.Format(time.DateOnly) >= r.SnapshotDate &&
			!slices.ContainsFunc(g.w.roles, func(other inventoryRole) bool { return other.key() == *e.RoleID })
	})
}

// isSilent says whether the lake has no event of a role inside the window.
func (g *grantOracle) isSilent(r *inventoryRole) bool {
	acted := slices.ContainsFunc(g.events[r.key()], func(e event) bool { return g.inWindow(e.EventTime) })
	return !acted && !g.became[r.key()]
}

// homes are the Regions from where the worlds' global services are logged (P30).
var homes = map[string]string{"iam": "us-east-1", "organizations": "us-east-1", "sts": "us-east-1", "globalaccelerator": "us-west-2"}

// daysOf counts the days of the window that the lake has of an account from a Region, or
// from the one that takes its place in another partition.
func (g *grantOracle) daysOf(account, region string) int {
	days := map[string]bool{}
	for _, c := range g.covering(account) {
		if slices.Contains([]string{region, "us-gov-west-1", "cn-north-1"}, *c.Region) {
			days[c.EventDate] = true
		}
	}
	return len(days)
}

// onlyRegion is the Region that all log files of an account from the window are of, if it is one.
func (g *grantOracle) onlyRegion(account string) string {
	only := ""
	for _, c := range g.covering(account) {
		if only != "" && only != *c.Region {
			return ""
		}
		only = *c.Region
	}
	return only
}

// covering is what the lake has of an account from the days of the window and a known Region.
func (g *grantOracle) covering(account string) (rows []coverageRow) {
	first, end := g.p.Since.Truncate(24*time.Hour).Format(time.DateOnly), g.p.Until.Format(time.RFC3339Nano)
	for _, c := range g.coverage[account].w.coverage {
		if c.Family == "CloudTrail" && c.Region != nil && c.EventDate >= first && c.EventDate+"T00:00:00Z" < end {
			rows = append(rows, c)
		}
	}
	return rows
}
