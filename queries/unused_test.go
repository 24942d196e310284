package queries

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// grantBatches are lakes of as many worlds each, with windows on and off midnight.
func grantBatches() []batch {
	all := batches()
	return append(all, batch{seed: 4, since: all[0].since, until: all[0].until, thin: 0.8})
}

// TestUnusedAgreesWithOracle compares every cell of both questions over
// random worlds, and fails if a verdict or a reason never came up.
func TestUnusedAgreesWithOracle(t *testing.T) {
	seen, unnamed := map[string]int{}, identities{}
	worlds := worldsWanted(t, 1000, len(grantBatches()))
	for _, b := range grantBatches() {
		w := b.grantedWorld(worlds)
		e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
		p := Params{Since: b.since, Until: b.until, ThinCoverage: b.thin}
		oracle := newGrantOracle(w, p)
		rows := ask(t, e, "unused", p)
		compareRows(t, "unused", rows, oracle.unused(), seen)
		used := map[any]bool{}
		for _, row := range rows {
			used[row[1]] = used[row[1]] || row[5] == "used"
		}
		unnamed.note(w.roles, oracle.w.roles, sightingsOf(w.events), func(r *inventoryRole) bool { return used[r.ARN] })
		compareRows(t, "unused_summary", ask(t, e, "unused_summary", p), oracle.summary(), nil)
		compareRows(t, "meta_policies", ask(t, e, "meta_policies", p), oracle.unread(), nil)
		if b.seed == 1 {
			compareFiltered(t, e, w, p)
		}
	}
	if missing := unnamed.missing(); missing != "" {
		t.Errorf("there was no role without an id %s", missing)
	}
	for _, want := range append(unusedReasons, "used", "possibly_used", "denied_only", "unused", "probably_unused", "unobservable", "too_new") {
		if seen[want] == 0 {
			t.Errorf("%q never came up in any world", want)
		}
		delete(seen, want)
	}
	for more := range seen {
		t.Errorf("%q is a reason that no list has", more)
	}
}

// unusedReasons are all reasons there are, with N for what differs.
var unusedReasons = []string{
	"used inside the window",
	"a role that the grant covers was passed inside the window",
	"calls inside the window may have needed it besides the action they are named after",
	"calls inside the window may have passed a role, but the logs show none that the grant covers",
	"the role called N inside the window, but the catalogue cannot tell with which action",
	"every attempt in the lake was denied although its policies allow it: look for what else blocks it",
	"every attempt in the lake was denied before it was granted on N",
	"every attempt in the lake was denied: its policies allow it under conditions only",
	"the catalogue knows no action that matches: the logs cannot be searched for it",
	"it has no API call of its own, so no log can show it",
	"it has no API call of its own: only calls that pass a role show it, and this role made none inside the window",
	"it has no API call of its own: only calls that become a role show it, and this role made none inside the window",
	"data event, of which this lake has none: let a trail log N to see it",
	"data event: this lake has some of N, which does not prove that all are logged: ingest trail tells what trails log",
	"data event of a kind that no trail can log",
	"data event: trail N logs N of N alone, as of N",
	"data event: trail N logs N, but of which Regions only describe-trails says, as of N",
	"data event: trail N logs N in part, as of N",
	"data event: trail N logs N without reads, as of N",
	"data event: trail N logs N without writes, as of N",
	"data event: trail N leaves out N, as of N",
	"data event: no known trail logs N, as of N",
	"data event: trail N logs all events of N, as of N, but the lake has none of account N: ingest the bucket that the trail writes to",
	"data event: trail N logs all reads of N, as of N, but the lake has none of account N: ingest the bucket that the trail writes to",
	"data event: trail N logs all writes of N, as of N, but the lake has none of account N: ingest the bucket that the trail writes to",
	"trail N logs management events in part, as of N",
	"trail N logs management events without reads, as of N",
	"trail N logs management events without writes, as of N",
	"trail N leaves out N, as of N",
	"no known trail logs management events, as of N",
	"the role was made on N, after the window began",
	"granted on N, after the window began",
	"SEEN, but the inventory does not say since when it is granted",
	"SEEN, but the logs know a younger role of this name than the inventory does: ingest N with a new one",
	"SEEN, but the logs know several roles of this name, and the inventory does not say which one it is",
	"SEEN, but coverage is thin: N of N days",
	"SEEN, but IAM saw the role used on N, and the lake has nothing of it in the window",
	"SEEN, but N is global and logged in us-east-1, from where the lake has nothing of this account",
	"SEEN, but N is global and logged in us-west-2, from where the lake has nothing of this account",
	"SEEN, but N is global and logged in us-east-1, from where the lake has N of N days of this account",
	"SEEN, but N is global and logged in us-west-2, from where the lake has N of N days of this account",
	"SEEN, but calls of N by this role could not be mapped to actions",
	"SEEN, but denied calls inside the window may have needed it",
	"SEEN, but trail N logs management events of N alone, as of N",
	"SEEN, but in the window the lake has N alone of account N, which may be all that a trail logs: ingest trail tells",
	"SEEN, but in the window the lake has us-east-1 alone of account N, which may be all that a trail logs: ingest trail tells",
	"SEEN, but in the window the lake has us-west-2 alone of account N, which may be all that a trail logs: ingest trail tells",
	"SEEN, but no action catalogue of the lake says whether CloudTrail logs it",
	"SEEN, but nothing attests that CloudTrail logs it",
	"SEEN; trail N logs all events of N, as of N",
	"SEEN; trail N logs all reads of N, as of N",
	"SEEN; trail N logs all writes of N, as of N",
	"SEEN; AWS attests that CloudTrail logs it",
	"SEEN; AWS documents that CloudTrail logs the calls of N",
	"SEEN; CloudTrail logs it, for this lake has calls of it",
}

var differing = regexp.MustCompile(`\d{4}-\d\d-\d\d|\bAWS::\w+::\w+|\b(compute|store|odd)\d+\b|\b(iam|organizations|globalaccelerator|kms|sts)\b|\b(main|audit|company)\b|\beu-west-[12]\b|\b\d+ of \d+\b|\b\d{12}\b`)

// template is a reason as unusedReasons has it.
func template(reason string) string {
	reason = strings.Replace(reason, "last used before the window", "SEEN", 1)
	reason = strings.Replace(reason, "never seen", "SEEN", 1)
	reason = strings.Replace(differing.ReplaceAllString(reason, "N"), "N days", "N of N days", 1)
	return strings.Replace(reason, "only denied, last on N", "SEEN", 1)
}

func ask(t *testing.T, e *duckEngine, question string, p Params) [][]any {
	t.Helper()
	rows, err := e.Run(context.Background(), question, p)
	return all(t, rows, err)
}

// compareRows compares cell by cell and notes verdicts and reasons.
func compareRows(t *testing.T, what string, got, want [][]any, seen map[string]int) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%s: %d rows, the oracle has %d", what, len(got), len(want))
	}
	bad := 0
	for i := range min(len(got), len(want)) {
		if seen != nil {
			seen[want[i][5].(string)]++
			seen[template(want[i][6].(string))]++
		}
		for c := range want[i] {
			if !reflect.DeepEqual(got[i][c], want[i][c]) {
				if bad++; bad < 6 {
					t.Errorf("%s: row %d column %d is %v, the oracle says %v, in\n%v\n%v", what, i, c, got[i][c], want[i][c], got[i], want[i])
				}
			}
		}
	}
}

// compareFiltered asks with every filter.
func compareFiltered(t *testing.T, e *duckEngine, w world, p Params) {
	t.Helper()
	// One of many, of whose role there is something to tell.
	half := w.grants[len(w.grants)/2:]
	some := half[slices.IndexFunc(half, func(g grantRow) bool {
		q := p
		q.Role = g.RoleARN
		return len(newGrantOracle(w, q).unused()) > 0
	})]
	for name, change := range map[string]func(*Params){
		"account":        func(p *Params) { p.Accounts = []string{some.AccountID, "000000004001"} },
		"role name":      func(p *Params) { p.Role = "app" },
		"role ARN":       func(p *Params) { p.Role = some.RoleARN },
		"service-linked": func(p *Params) { p.Role = "AWSServiceRoleForThing" },
		"verdicts":       func(p *Params) { p.Verdicts = []string{"unused", "too_new"} },
		"inventory":      func(p *Params) { p.InventoryDate = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC) },
		"its day": func(p *Params) {
			p.InventoryDate, _ = time.Parse(time.DateOnly, slices.MaxFunc(w.roles, func(a, b inventoryRole) int { return strings.Compare(a.SnapshotDate, b.SnapshotDate) }).SnapshotDate)
		},
	} {
		q := p
		change(&q)
		oracle := newGrantOracle(w, q)
		compareRows(t, "unused by "+name, ask(t, e, "unused", q), oracle.unused(), nil)
		q.Verdicts = nil
		compareRows(t, "unused_summary by "+name, ask(t, e, "unused_summary", q), newGrantOracle(w, q).summary(), nil)
	}
}

// TestUnusedLaws: what is learned later never takes back that a permission is used.
func TestUnusedLaws(t *testing.T) {
	b := batches()[0]
	more := b.grantedWorld(250)
	less := more
	less.events = nil
	for i, e := range more.events {
		if i%2 > 0 {
			less.events = append(less.events, e)
		}
	}
	fewer := more
	fewer.grants = nil
	for i, g := range more.grants {
		if i%3 > 0 {
			fewer.grants = append(fewer.grants, g)
		}
	}
	p := Params{Since: b.since, Until: b.until}
	answer := func(w world) map[string][]any {
		rows := map[string][]any{}
		for _, row := range ask(t, openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{}), "unused", p) {
			rows[fmt.Sprint(row[1], " ", row[3])] = row
		}
		return rows
	}
	full := answer(more)
	lawOfEvents(t, answer(less), full)
	for key := range answer(fewer) {
		if full[key] == nil {
			t.Errorf("a grant more, and %s has no row any more", key)
		}
	}
}

// lawOfEvents: more events never make last_used earlier nor turn used into unused,
// of a role whose identity they do not change: the inventory may leave it to them.
func lawOfEvents(t *testing.T, before, after map[string][]any) {
	t.Helper()
	used, later := 0, 0
	for key, row := range before {
		if after[key][2] != row[2] {
			continue
		}
		then, known := row[7].(time.Time)
		now, stillKnown := after[key][7].(time.Time)
		if row[5] == "used" {
			used++
			if after[key][5] != "used" {
				t.Errorf("%s was used and is %v with more events", key, after[key][5])
			}
		}
		if known && (!stillKnown || now.Before(then)) {
			t.Errorf("%s was last used at %v, with more events at %v", key, then, after[key][7])
		}
		if stillKnown && (!known || now.After(then)) {
			later++
		}
	}
	if used < 50 || later < 10 {
		t.Errorf("%d were used and %d later with more events: nothing was tested", used, later)
	}
}

// TestGlobalServicesElsewhere: in other partitions global services are logged in
// another Region, and the reason names it.
func TestGlobalServicesElsewhere(t *testing.T) {
	p := window()
	p.Role = ""
	accounts := map[string]string{"aws": "111111111111", "aws-us-gov": "222222222222", "aws-cn": "333333333333"}
	regions := map[string]string{"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
	for logged, want := range map[int]string{
		0:  ", but iam is global and logged in %s, from where the lake has nothing of this account",
		1:  ", but iam is global and logged in %s, from where the lake has 1 of 10 days of this account",
		9:  "; AWS documents that CloudTrail logs the calls of iam",
		10: "; AWS documents that CloudTrail logs the calls of iam",
	} {
		var w world
		for partition, account := range accounts {
			arn, id, old := "arn:"+partition+":iam::"+account+":role/app", "AROA"+account, p.Since.AddDate(0, 0, -9)
			w.add(world{
				roles:   []inventoryRole{{ARN: arn, RoleID: id, AccountID: account, Name: "app", Path: "/", CreatedAt: &old, SnapshotDate: "2026-07-10"}},
				grants:  []grantRow{{AccountID: account, RoleARN: arn, RoleID: id, Action: "iam:GetRole", Effect: "allowed", GrantedAt: &old, SnapshotDate: "2026-07-10"}},
				actions: []actionRow{{Action: "iam:GetRole", Service: "iam", Name: "GetRole", Level: "read", Observability: "documented"}},
			})
			for d := p.Since; d.Before(p.Until); d = d.AddDate(0, 0, 1) {
				row := coverageRow{SourceObject: "o", AccountID: account, Region: ptr("eu-west-1"), Family: "CloudTrail", EventDate: d.Format(time.DateOnly), Records: 1, FirstEvent: d, LastEvent: d}
				w.coverage = append(w.coverage, row)
				if d.Before(p.Since.AddDate(0, 0, logged)) {
					row.Region = ptr(regions[partition])
					w.coverage = append(w.coverage, row)
				}
			}
		}
		got := map[any]any{}
		for _, row := range ask(t, openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{}), "unused", p) {
			got[row[0]] = row[6]
		}
		for partition, account := range accounts {
			want := "never seen" + strings.Replace(want, "%s", regions[partition], 1)
			if len(got) != len(accounts) || got[account] != want {
				t.Errorf("%s: got %v of %d roles, want %s", partition, got[account], len(got), want)
			}
		}
	}
}
