package queries

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// granter gives the roles of drawn worlds permissions and their events actions.
// Five worlds share their services, so that what one role calls another is seen
// calling too.
type granter struct {
	*rand.Rand
	since, until time.Time
	w            *world
	called       map[string][]string // actions of each role's events, by id and by ARN
}

// grantedWorld is the same world with permissions, a catalogue, and events that
// bear actions.
func (b batch) grantedWorld(n int) world {
	w := b.world(n)
	g := &granter{Rand: rand.New(rand.NewPCG(b.seed, 11)), since: b.since, until: b.until, w: &w, called: map[string][]string{}}
	g.catalogue((n + 4) / 5)
	for _, r := range w.roles {
		g.calls(r)
	}
	for i := range w.events {
		g.decorate(&w.events[i])
		g.remember(w.events[i])
	}
	g.otherCalls(n)
	for i := range w.roles {
		g.grant(&w.roles[i])
		w.roles[i].Unread = [][]string{nil, {}, {"inline:own"}, {}, {"…"}}[i%5]
	}
	g.regions()
	g.trails(b)
	b.forget(&w)
	return w
}

func (g *granter) pick(list ...string) string { return list[g.IntN(len(list))] }
func (g *granter) chance(percent int) bool    { return g.IntN(100) < percent }

// group is the number in the names of the services of an account's world.
func group(account string) int {
	world := 0
	fmt.Sscanf(account, "%09d", &world)
	return world / 5
}

// catalogue makes the services of every group, and the global ones.
func (g *granter) catalogue(groups int) {
	add := func(service, name, level, observability string) {
		row := actionRow{Action: service + ":" + name, Service: service, Name: name, Level: level, Observability: observability}
		if observability == "data" && service != "logs" {
			row.DataType = ptr("AWS::" + service + "::" + strings.TrimLeft(name, "PutGe"))
		}
		g.w.actions = append(g.w.actions, row)
	}
	add("iam", "PassRole", "permissions", "permission_only")
	add("iam", "GetRole", "read", "documented")
	add("sts", "TagSession", "tagging", "permission_only")
	add("sts", "SetSourceIdentity", "write", "permission_only")
	add("iam", "CreateServiceLinkedRoleFor", "write", "permission_only")
	add("sts", "AssumeRole", "write", "documented")
	add("organizations", "ListRoots", "list", "attested")
	add("globalaccelerator", "ListListeners", "list", "documented")
	add("logs", "PutLogEvents", "write", "data")
	add("kms", "Decrypt", "write", "documented")
	add("kms", "ReEncryptFrom", "write", "documented")
	add("kms", "ReEncryptTo", "write", "documented")
	for i := range groups {
		compute, store := fmt.Sprint("compute", i), fmt.Sprint("store", i)
		add(compute, "Run", "write", "attested")
		add(compute, "Describe", "list", "documented")
		add(compute, "Tag", "tagging", "unattested")
		add(compute, "Watch", "read", "unattested")
		add(store, "GetObject", "read", "data")
		add(store, "PutObject", "write", "data")
		add(store, "GetTable", "read", "data")
		add(store, "List", "list", "documented")
	}
}

// action draws an action of the services of a group; the catalogue does not know
// them all.
func (g *granter) action(group int) string {
	compute, store := fmt.Sprint("compute", group), fmt.Sprint("store", group)
	return g.pick("iam:PassRole", "iam:GetRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRole", "iam:CreateServiceLinkedRoleFor", "organizations:ListRoots", "globalaccelerator:ListListeners", "kms:Decrypt", "logs:PutLogEvents",
		compute+":Run", compute+":Describe", compute+":Describe", compute+":Tag", compute+":Watch", compute+":Brandnew",
		store+":GetObject", store+":PutObject", store+":PutObject", store+":PutObject", store+":GetTable", store+":List", store+":List")
}

func (g *granter) decorate(e *event) {
	n := group(*e.Recipient)
	if e.CallerKind != nil || g.chance(5) {
		g.give(e)
	}
	if g.chance(50) {
		e.Management = ptr(g.chance(60))
	}
	switch g.IntN(10) {
	case 0:
		e.IAMAction = nil
	case 1:
		e.IAMAction, e.Possible = nil, []string{g.pick("compute", "store", "odd") + fmt.Sprint(n, ":*")}
		return
	case 2, 3:
		e.IAMAction = ptr(g.action(n))
		for range g.IntN(4) {
			e.Possible = append(e.Possible, g.action(n))
		}
	case 4:
		e.IAMAction, e.Possible = ptr(fmt.Sprint("compute", n, ":Run")), []string{"iam:PassRole"}
		if g.chance(70) {
			e.PassedARN = ptr(g.passedRole(*e.Recipient))
		}
		return
	default:
		if e.IAMAction = ptr(g.action(n)); *e.IAMAction == "kms:Decrypt" {
			e.IAMAction, e.Possible = ptr("kms:ReEncryptFrom"), []string{"kms:ReEncryptTo"}
		}
	}
	if e.IAMAction != nil && *e.IAMAction == "iam:PassRole" && e.Outcome != "denied" {
		e.IAMAction = nil // it has no event, only denials name it
	}
}

// give draws what an assumption gave its session. What has no caller is none.
func (g *granter) give(e *event) {
	if g.chance(60) {
		e.AssumedTags = ptr(g.pick("[]", "[]", `[{"key":"team","value":"blue"}]`, `[{"key":"","value":"é"},{"key":"b","value":""}]`))
	}
	if g.chance(30) {
		e.AssumedIdentity = ptr(g.pick("", "ann", "é"))
	}
}

// calls adds some calls of a role of the inventory.
func (g *granter) calls(r inventoryRole) {
	for range g.IntN(5) {
		e := event{
			EventID: fmt.Sprintf("call-%06d", g.IntN(1e6)), EventTime: g.moment(), EventSource: "x.amazonaws.com", EventName: "Do",
			Outcome: g.pick("success", "success", "failed", "denied"), Recipient: &r.AccountID, RoleID: &r.RoleID, RoleARN: &r.ARN,
		}
		if g.chance(10) {
			e.RoleID = nil
		}
		g.w.events = append(g.w.events, e)
	}
}

// remember notes what a role called, so that its grants are about that too.
func (g *granter) remember(e event) {
	for _, name := range []*string{e.RoleID, e.RoleARN} {
		if name == nil {
			continue
		}
		if e.IAMAction != nil {
			g.called[*name] = append(g.called[*name], *e.IAMAction)
		}
		for _, a := range []string{"sts:TagSession", "sts:SetSourceIdentity"} {
			if gave(e, a) {
				g.called[*name] = append(g.called[*name], a)
			}
		}
		for _, a := range e.Possible {
			if !strings.HasSuffix(a, ":*") {
				g.called[*name] = append(g.called[*name], a)
			}
		}
	}
}

func (g *granter) passedRole(account string) string {
	return "arn:aws:iam::" + account + ":role/" + g.pick("app", "ap_p", `a\E.*`, "team/app", "ä", "line\nbreak", "a%b", "")
}

// otherCalls are made by no role.
func (g *granter) otherCalls(worlds int) {
	for i := range worlds {
		account := fmt.Sprintf("%09d000", i)
		e := event{EventID: fmt.Sprintf("user-%d", i), EventTime: g.moment(), EventSource: "x.amazonaws.com", EventName: "Do", Outcome: g.pick("success", "denied"), Recipient: &account}
		e.IAMAction = ptr(g.action(i / 5))
		g.w.events = append(g.w.events, e)
	}
}

// moment favours the edges of the window.
func (g *granter) moment() time.Time {
	times := []time.Time{g.since.AddDate(0, 0, -100), g.since.Add(-time.Microsecond), g.since, g.since.AddDate(0, 0, 3), g.since.AddDate(0, 0, 5), g.until.Add(-time.Microsecond), g.until}
	return times[g.IntN(len(times))]
}

// age is null, before the window most of the time, or on its edges.
func (g *granter) age() *time.Time {
	switch g.IntN(10) {
	case 0:
		return nil
	case 1:
		return ptr(g.moment())
	}
	return ptr(g.since.AddDate(0, 0, -200))
}

func (g *granter) grant(r *inventoryRole) {
	r.CreatedAt = g.age()
	n, have := group(r.AccountID), map[string]bool{}
	for range g.IntN(9) {
		row := grantRow{
			AccountID: r.AccountID, RoleARN: r.ARN, RoleID: r.RoleID, Action: g.action(n), Effect: "allowed", SnapshotDate: r.SnapshotDate,
			Via: []string{"inline:own#1", "arn:aws:iam::aws:policy/Thing#Sid"}[:1+g.IntN(2)], GrantedAt: g.age(),
		}
		if own := append(g.called[r.RoleID], g.called[r.ARN]...); len(own) > 0 && g.chance(60) {
			row.Action = own[g.IntN(len(own))]
		}
		if g.chance(15) {
			row.Action, row.IsPattern = g.pick(fmt.Sprint("odd", n, ":*"), fmt.Sprint("odd", n, ":Get*"), fmt.Sprint("compute", n, ":Never?")), true
		}
		if g.chance(20) {
			row.Effect = "conditional"
		}
		for range 1 + g.IntN(3) {
			row.Resources = append(row.Resources, g.resource(r.AccountID))
		}
		if !have[row.Action] {
			g.w.grants = append(g.w.grants, row)
		}
		have[row.Action] = true
	}
}

func (g *granter) resource(account string) string {
	role := "arn:aws:iam::" + account + ":role/"
	return g.pick("*", "…", "", role+"app", role+"a??p", role+"team/*", role+"*", "arn:*:a?p", role+`a\E.*`, ".*", "[a-z]*", role+"ä", role+"?", `\Q*`, role+"${aws:username}",
		"*a*a*a*a*a*a*a*a*a*b", role+strings.Repeat("a", 3000)+"*")
}

// regions lets some accounts have logs of other Regions: of the global services' beside
// the first, or of one of them alone. Other days and families are no coverage of the window.
func (g *granter) regions() {
	elsewhere := map[string][]string{}
	for i := range g.w.coverage {
		row := &g.w.coverage[i]
		if _, drawn := elsewhere[row.AccountID]; !drawn {
			switch only := g.pick("us-east-1", "us-west-2"); g.IntN(10) {
			case 0, 1, 2:
				elsewhere[row.AccountID] = nil
			case 3, 4, 5:
				elsewhere[row.AccountID] = []string{only}
			default:
				elsewhere[row.AccountID] = []string{"us-east-1", "us-east-1", "us-west-2", "us-west-2", "cn-north-1"}
			}
		}
		day, _ := time.Parse(time.DateOnly, row.EventDate)
		inside := !day.Before(g.since.Truncate(24*time.Hour)) && day.Before(g.until) && row.Family == "CloudTrail"
		regions := elsewhere[row.AccountID]
		if row.Region != nil && len(regions) > 0 && (len(regions) == 1 && inside || g.chance(50)) {
			row.Region = ptr(g.pick(regions...))
		}
	}
}
