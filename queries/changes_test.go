package queries

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// changesWorld adds changes of roles to a random world: by its sessions, by others, and
// of roles with, without and with another path than the inventory has.
func changesWorld(b batch, n, changes int) world {
	w := b.world(n)
	b.forget(&w)
	r := rand.New(rand.NewPCG(b.seed, 13))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	policy := func(account string) string { return "arn:aws:iam::" + account + ":policy/p" + pick("0", "1") }
	for i := range w.roles {
		if r.IntN(2) == 0 {
			w.roles[i].Attached = []string{policy(w.roles[i].AccountID), "arn:aws:iam::aws:policy/ReadOnlyAccess"}
		}
	}
	sessions := w.events
	for i := range changes {
		role := w.roles[r.IntN(len(w.roles))]
		made := sessions[r.IntN(len(sessions))]
		e := event{
			EventID: fmt.Sprintf("change-%05d", i), EventTime: made.EventTime, EventSource: "iam.amazonaws.com", Recipient: &role.AccountID,
			Region: ptr("us-east-1"), SourceIP: ptr("192.0.2.7"), Outcome: pick("success", "denied", "failed"),
			Change:         ptr(pick("role_deleted", "managed_policy_version_created", "managed_policy_default_changed", "managed_policy_deleted", "policy_attached")),
			ChangeSeverity: ptr(pick(Severities()...)), ChangeSummary: ptr(fmt.Sprint("it did ", i)), ChangeRoles: []string{},
		}
		for range r.IntN(3) {
			bare := "arn:aws:iam::" + role.AccountID + ":role/"
			e.ChangeRoles = append(e.ChangeRoles, pick(role.ARN, bare+role.Name, bare+role.Name, bare+"other/"+role.Name, bare+"nobody"))
		}
		if r.IntN(2) == 0 {
			e.ChangePolicy = ptr(policy(role.AccountID))
		}
		if last := w.events[len(w.events)-1]; i%2 == 1 && *last.Recipient != *e.Recipient && r.IntN(3) == 0 {
			e.EventID, e.EventTime = last.EventID, last.EventTime // delivered to two accounts: two rows
		}
		identify(r, &e, made)
		w.events = append(w.events, e)
	}
	return w
}

// identify says who made a change.
func identify(r *rand.Rand, e *event, made event) {
	user := ptr("arn:aws:iam::111111111111:user/u")
	switch r.IntN(9) {
	case 0:
		e.IdentityType, e.IdentityARN = ptr("IAMUser"), user
	case 1:
		e.IdentityType, e.IdentityARN = ptr("Root"), ptr("arn:aws:iam::111111111111:root")
	case 2:
		e.IdentityType, e.IssuerARN, e.IssuerType = ptr("FederatedUser"), user, []*string{ptr("IAMUser"), ptr("Root"), nil}[r.IntN(3)]
	case 3:
		e.IdentityType, e.InvokedBy = ptr("AWSService"), []*string{ptr("sso.amazonaws.com"), nil}[r.IntN(2)]
	case 4:
		e.IdentityType, e.OnBehalfOf, e.UserName, e.PrincipalID = ptr("IdentityCenterUser"), []*string{ptr("1-2"), nil}[r.IntN(2)], []*string{ptr("alice"), nil}[r.IntN(2)], ptr("p")
	case 5:
		e.IdentityType, e.IdentityAccount, e.PrincipalID = ptr("AWSAccount"), ptr("999999999999"), []*string{ptr("AROAX:s"), nil}[r.IntN(2)]
	default:
		e.IdentityType, e.IdentityARN, e.IdentityAccount = ptr("AssumedRole"), ptr("arn:aws:sts::1:assumed-role/x/y"), made.IdentityAccount
		e.RoleID, e.RoleARN, e.SessionName, e.SessionCreated, e.AccessKey = made.RoleID, made.RoleARN, made.SessionName, made.SessionCreated, made.AccessKey
	}
}

// changesOracle answers the question "changes" one event after the other.
type changesOracle struct {
	*oracle
	inventory []inventoryRole // of the snapshots that the report takes
	seen      map[string]bool // ARNs that acted or were assumed
}

func newChangesOracle(w world, p Params) *changesOracle {
	o := &changesOracle{oracle: newOracle(w, p), seen: map[string]bool{}}
	taken := o.oracle.inventory().taken
	for _, r := range o.w.roles {
		if taken[r.AccountID] == r.SnapshotDate {
			o.inventory = append(o.inventory, r)
		}
	}
	for _, s := range sightingsOf(w.events) {
		if s.arn != nil {
			o.seen[*s.arn] = true
		}
	}
	return o
}

func (o *changesOracle) answer() (rows []string) {
	var events []event
	for _, e := range o.w.events {
		if e.Change != nil && o.wanted(e) {
			events = append(events, e)
		}
	}
	slices.SortStableFunc(events, func(a, b event) int {
		return cmp.Or(b.EventTime.Compare(a.EventTime), strings.Compare(a.EventID, b.EventID), strings.Compare(*a.Recipient, *b.Recipient))
	})
	for _, e := range events {
		actor, kind, via := o.actor(e)
		rows = append(rows, fmt.Sprint(e.EventTime.UTC(), e.EventID, *e.Recipient, *e.Region, *e.Change, *e.ChangeSeverity, e.Outcome, o.roles(e), cell(e.ChangePolicy),
			actor, kind, cell(e.SourceIP), via, *e.ChangeSummary))
	}
	return rows
}

func (o *changesOracle) wanted(e event) bool {
	severities := Severities()
	if o.p.Changes.AtLeast != "" {
		severities = severities[:slices.Index(severities, o.p.Changes.AtLeast)+1]
	}
	if e.EventTime.Before(o.p.Since) || !e.EventTime.Before(o.p.Until) || !slices.Contains(severities, *e.ChangeSeverity) {
		return false
	}
	if e.Outcome == "failed" && !o.p.Changes.Failed || len(o.p.Accounts) > 0 && !slices.Contains(o.p.Accounts, *e.Recipient) {
		return false
	}
	return o.p.Role == "" || slices.ContainsFunc(o.roles(e), func(arn string) bool { return o.isAsked(arn, e.EventTime) })
}

// roles are those that the event names, with their paths, and those that have the policy.
func (o *changesOracle) roles(e event) []string {
	arns := []string{}
	for _, arn := range e.ChangeRoles {
		arns = append(arns, o.withPath(arn))
	}
	if strings.HasPrefix(*e.Change, "managed_policy_") && e.ChangePolicy != nil {
		for _, r := range o.inventory {
			if slices.Contains(r.Attached, *e.ChangePolicy) {
				arns = append(arns, r.ARN)
			}
		}
	}
	slices.Sort(arns)
	return slices.Compact(arns)
}

// withPath is the role of a name that stands without a path; of several the one whose
// ARN is the greatest, though an account has one alone.
func (o *changesOracle) withPath(arn string) string {
	if strings.Count(arn, "/") > 1 {
		return arn
	}
	found := ""
	for _, r := range o.inventory {
		if accountAndName(r.ARN) == accountAndName(arn) {
			found = max(found, r.ARN)
		}
	}
	return cmp.Or(found, arn)
}

func (o *changesOracle) isAsked(arn string, at time.Time) bool {
	if arn == o.p.Role || arn[strings.LastIndex(arn, "/")+1:] == o.p.Role {
		return true
	}
	for _, r := range o.inventory {
		if r.ARN == arn && r.RoleID == o.p.Role {
			return true
		}
	}
	if !o.seen[arn] {
		return false
	}
	_, id := o.book.at(arn, at)
	return id == o.p.Role
}

func (o *changesOracle) actor(e event) (who any, kind string, via any) {
	if acts(e) {
		role := firstKnown(e.RoleARN, e.RoleID)
		if e.SessionName != nil {
			if s := o.byKey[roleKey(o.named(e.RoleID, e.RoleARN, e.EventTime), e.RoleARN)+"|"+*e.SessionName+"|"+stamp(e.SessionCreated)]; s != nil {
				if who, kind := o.origin(s, 5); who != "" {
					return who, cmp.Or(kind, "unknown"), *role
				}
			}
		}
		return *role, "role", nil
	}
	switch *e.IdentityType {
	case "IAMUser":
		return cell(e.IdentityARN), "user", nil
	case "Root":
		return cell(e.IdentityARN), "root", nil
	case "FederatedUser":
		if e.IssuerType != nil && *e.IssuerType == "Root" {
			return cell(e.IssuerARN), "root", nil
		}
		return cell(e.IssuerARN), "user", nil
	case "AWSService":
		return *firstKnown(e.InvokedBy, e.SourceIP), "service", nil
	case "IdentityCenterUser":
		return "sso:" + *firstKnown(e.OnBehalfOf, e.UserName, e.PrincipalID), "identity_center", nil
	case "AWSAccount":
		if e.PrincipalID != nil {
			return "999999999999:AROAX", "account", nil
		}
		return "999999999999", "account", nil
	}
	return cell(firstKnown(e.IdentityARN, e.InvokedBy, e.IdentityAccount)), "unknown", nil
}

// TestChangesAgreesWithOracle compares all rows and their order over random worlds, for
// each of the flags, and fails if a flag or a kind of actor never came up.
func TestChangesAgreesWithOracle(t *testing.T) {
	seen := map[string]int{}
	lakes := someLakes(batches())
	worlds := worldsWanted(t, 100, len(lakes))
	for _, b := range lakes {
		w := changesWorld(b, worlds, 800)
		e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{Threads: 2})
		identified := newOracle(w, Params{Since: b.since, Until: b.until}).w.roles
		// One of many worlds, of which there is something to tell.
		some := identified[slices.IndexFunc(identified, func(r inventoryRole) bool {
			p := Params{Since: b.since, Until: b.until, Role: r.RoleID, Changes: Changes{Failed: true}}
			return r.RoleID != "" && r.Name == "app" && len(newChangesOracle(w, p).answer()) > 0
		})]
		for _, p := range []Params{
			{}, {Changes: Changes{Failed: true}}, {Changes: Changes{AtLeast: "high"}}, {Changes: Changes{AtLeast: "critical", Failed: true}},
			{Accounts: []string{some.AccountID}}, {Role: "app"}, {Role: some.ARN}, {Role: some.RoleID, Changes: Changes{Failed: true}}, {Role: "nobody"},
			{InventoryDate: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)},
		} {
			p.Since, p.Until = b.since, b.until
			rows, err := e.Run(context.Background(), "changes", p)
			var got []string
			for _, row := range all(t, rows, err) {
				got = append(got, fmt.Sprint(row[0].(time.Time).UTC(), row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13]))
				seen[fmt.Sprint("actor ", row[10])]++
			}
			want := newChangesOracle(w, p).answer()
			seen[fmt.Sprint("asked ", p.Role != "", p.Accounts != nil, p.Changes)] += len(got)
			if len(got) != len(want) {
				t.Errorf("%+v: %d rows, want %d", p, len(got), len(want))
			}
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Errorf("%+v, row %d:\n got %s\nwant %s", p, i, got[i], want[i])
					break
				}
			}
		}
	}
	for _, want := range []string{"user", "role", "service", "identity_center", "root", "account", "unknown"} {
		if seen["actor "+want] == 0 {
			t.Errorf("no actor is a %s: %v", want, seen)
		}
	}
	for what, n := range seen {
		if n == 0 {
			t.Errorf("%s: no row, so nothing was tested", what)
		}
	}
}

// TestChangesRefusesUnknownSeverity names those there are.
func TestChangesRefusesUnknownSeverity(t *testing.T) {
	e := openFiles(t, emptyLake(t), Options{})
	p := window()
	p.Changes.AtLeast = "odd'"
	if _, err := e.Run(context.Background(), "changes", p); err == nil || !strings.Contains(err.Error(), `"odd'": there is none of that name; there are critical, high`) {
		t.Errorf("%v", err)
	}
}
