package queries

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	ownerAccount = "111111111111"
	unnamedARN   = "arn:aws:iam::111111111111:role/team/app"
)

// unnamedWorld has a role whose inventory leaves its id out, and that may list
// buckets; its events name it by ids.
func unnamedWorld(madeAt *time.Time, events ...event) world {
	old := window().Since.AddDate(0, 0, -90)
	w := world{
		roles:   []inventoryRole{{ARN: unnamedARN, AccountID: ownerAccount, Name: "app", Path: "/team/", CreatedAt: madeAt, Origin: "inventory", SnapshotDate: "2026-07-10"}},
		grants:  []grantRow{{AccountID: ownerAccount, RoleARN: unnamedARN, Action: "s3:ListAllMyBuckets", Effect: "allowed", GrantedAt: &old, SnapshotDate: "2026-07-10"}},
		actions: []actionRow{{Action: "s3:ListAllMyBuckets", Service: "s3", Name: "ListAllMyBuckets", Level: "list", Observability: "documented"}},
		events:  events,
	}
	for d := window().Since; d.Before(window().Until); d = d.AddDate(0, 0, 1) {
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			w.coverage = append(w.coverage, coverageRow{SourceObject: "o", AccountID: ownerAccount, Region: &region, Family: "CloudTrail", EventDate: d.Format(time.DateOnly), Records: 1, FirstEvent: d, LastEvent: d})
		}
	}
	return w
}

// calledBy is a call of a role, days after the window began.
func calledBy(id string, days int) event {
	return event{
		EventID: fmt.Sprint(id, days), EventTime: window().Since.AddDate(0, 0, days), EventSource: "s3.amazonaws.com", EventName: "ListBuckets", Outcome: "success",
		Recipient: ptr(ownerAccount), IAMAction: ptr("s3:ListAllMyBuckets"), RoleID: &id, RoleARN: ptr(unnamedARN),
	}
}

// assumedWithoutPath is an assumption of it that knows the id and not the path (P31).
func assumedWithoutPath(id string) event {
	return event{
		EventID: "assumed" + id, EventTime: window().Since, EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "success", Recipient: ptr(ownerAccount),
		AssumedARN: ptr("arn:aws:iam::111111111111:role/app"), AssumedID: &id, CallerKind: ptr("user"), Caller: ptr("arn:aws:iam::111111111111:user/ann"),
	}
}

// TestRoleWithoutID: its use is found by the only id that the logs know under its
// name, and of a name with two ids it inherits nothing (P36), nor is it called
// unused, or the others deleted. All reports say so.
func TestRoleWithoutID(t *testing.T) {
	since := window().Since
	cases := map[string]struct {
		madeAt            *time.Time
		events            []event
		id                any
		verdict, lastUsed string   // of the permission, of the role
		others            []string // verdicts and states of further roles
	}{
		"one id":                      {nil, []event{calledBy("AROAONE", 1)}, "AROAONE", "used", "active", nil},
		"one id, made before its use": {ptr(since.AddDate(0, 0, 1)), []event{calledBy("AROAONE", 1)}, "AROAONE", "used", "active", nil},
		"made after the use":          {ptr(since.AddDate(0, 0, 2)), []event{calledBy("AROAONE", 1)}, nil, "too_new", "never_used", []string{"active deleted"}},
		"two ids":                     {nil, []event{calledBy("AROAONE", 1), calledBy("AROATWO", 3)}, nil, "probably_unused", "unknown", []string{"active unknown", "active unknown"}},
		"a second id without a path":  {nil, []event{calledBy("AROAONE", 1), assumedWithoutPath("AROATWO")}, nil, "probably_unused", "unknown", []string{"active unknown", "active unknown"}},
		"two ids, one of before":      {ptr(since.AddDate(0, 0, 2)), []event{calledBy("AROAONE", 1), calledBy("AROATWO", 3)}, "AROATWO", "used", "active", []string{"active deleted"}},
		"no event":                    {nil, nil, nil, "unused", "never_used", nil},
	}
	var all world
	account := map[string]string{} // of each case, all of which lie in one lake
	for name, c := range cases {
		account[name] = fmt.Sprintf("%012d", 100+len(account))
		all.add(unnamedWorld(c.madeAt, c.events...).movedTo(t, account[name]))
	}
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), all), Options{})
	everywhere := window()
	everywhere.Role = ""
	unused, summaries, lastUsed := ask(t, e, "unused", everywhere), ask(t, e, "unused_summary", everywhere), ask(t, e, "last_used", everywhere)
	calls, documents := ask(t, e, "role_resources", window()), ask(t, e, "role_policies", window())
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			of := func(rows [][]any) [][]any {
				return slices.DeleteFunc(slices.Clone(rows), func(row []any) bool { return row[0] != account[name] })
			}
			if id, ok := c.id.(string); ok {
				c.id = movedID(id, account[name])
			}
			rows := of(unused)
			if len(rows) != 1 || rows[0][2] != c.id || rows[0][5] != c.verdict {
				t.Errorf("got %v, want id %v and verdict %s", rows, c.id, c.verdict)
			}
			summary := of(summaries)
			used := map[bool]int64{true: 1}[c.verdict == "used"]
			if len(summary) != 1 || summary[0][2] != c.id || summary[0][4] != used {
				t.Errorf("the summary is %v, want id %v and used %d", summary, c.id, used)
			}
			if touched := of(calls); int64(len(touched)) != used {
				t.Errorf("the calls of the role are %v, want those of %d actions", touched, used)
			}
			if policies := of(documents); len(policies) != 1 || policies[0][2] != c.id || policies[0][5] != (c.verdict == "probably_unused") {
				t.Errorf("the policies of the role are %v, want id %v and namesakes if its use is in doubt", policies, c.id)
			}
			compareStates(t, of(lastUsed), strings.ReplaceAll(unnamedARN, ownerAccount, account[name]), c.id, c.lastUsed, c.others)
		})
	}
}

// movedTo is the same world in another account than ownerAccount, with ids of its own.
func (w world) movedTo(t *testing.T, account string) (out world) {
	t.Helper()
	for _, rows := range []struct{ from, into any }{{w.events, &out.events}, {w.roles, &out.roles}, {w.grants, &out.grants}, {w.actions, &out.actions}, {w.coverage, &out.coverage}} {
		text, err := json.Marshal(rows.from)
		if err != nil {
			t.Fatal(err)
		}
		moved := strings.ReplaceAll(strings.ReplaceAll(string(text), "AROA", movedID("AROA", account)), ownerAccount, account)
		if err := json.Unmarshal([]byte(moved), rows.into); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func movedID(id, account string) string { return strings.Replace(id, "AROA", "AROA"+account, 1) }

// add takes the rows of another world, whose actions are the same.
func (w *world) add(more world) {
	w.events, w.roles, w.grants = append(w.events, more.events...), append(w.roles, more.roles...), append(w.grants, more.grants...)
	w.coverage, w.actions = append(w.coverage, more.coverage...), more.actions
}

// remade is a role of unnamedARN in the inventory of a day.
func remade(id, day string, madeAt *time.Time) inventoryRole {
	return inventoryRole{ARN: unnamedARN, RoleID: id, AccountID: ownerAccount, Name: "app", Path: "/team/", CreatedAt: madeAt, Origin: "inventory", SnapshotDate: day}
}

// byARN is a call of whoever had unnamedARN, days after the window began.
func byARN(days int) event {
	e := calledBy("ARN", days)
	e.RoleID, e.SessionName, e.SessionCreated = nil, ptr("ann"), &e.EventTime
	return e
}

// TestNameOfRemadeRole: a record without an id counts for the role that had the ARN at
// the time, whatever inventory the report shows, and never for a younger one (P36).
func TestNameOfRemadeRole(t *testing.T) {
	day := func(n int) *time.Time { return ptr(window().Since.AddDate(0, 0, n)) }
	cases := map[string]struct {
		roles  []inventoryRole
		events []event
		// Of each role "id state verdict uses", with the newest inventory and with
		// that of before the window.
		newest, before []string
		sessions       []any // their role ids
	}{
		"made after the call": {
			[]inventoryRole{remade("AROATWO", "2026-07-10", day(5))}, []event{byARN(1), byARN(6)},
			[]string{"AROATWO present active 1", "<nil> deleted active 1"}, []string{"AROATWO unknown active 1", "<nil> unknown active 1"}, []any{nil, "AROATWO"},
		},
		"made after the call, the logs know the older one": {
			[]inventoryRole{remade("AROATWO", "2026-07-10", day(5))}, []event{byARN(1), calledBy("AROAONE", 2), byARN(6)},
			[]string{"AROAONE deleted active 2", "AROATWO present active 1"}, []string{"AROAONE unknown active 2", "AROATWO unknown active 1"}, []any{"AROAONE", "AROATWO"},
		},
		"in two inventories": {
			[]inventoryRole{remade("AROAONE", "2026-06-30", nil), remade("AROATWO", "2026-07-10", day(5))}, []event{byARN(1), byARN(6)},
			[]string{"AROAONE deleted active 1", "AROATWO present active 1"}, []string{"AROAONE present active 1", "AROATWO unknown active 1"}, []any{"AROAONE", "AROATWO"},
		},
		"in two inventories, nobody says since when": {
			[]inventoryRole{remade("AROAONE", "2026-06-30", nil), remade("AROATWO", "2026-07-05", nil)}, []event{byARN(1), byARN(6)},
			[]string{"AROAONE deleted active 1", "AROATWO present active 1"}, []string{"AROAONE present active 1", "AROATWO unknown active 1"}, []any{"AROAONE", "AROATWO"},
		},
		"without ids": {
			[]inventoryRole{remade("", "2026-06-30", nil), remade("", "2026-07-10", day(5))}, []event{byARN(1)},
			[]string{"<nil> present never_used 0", "<nil> deleted active 1"}, []string{"<nil> present active 1"}, []any{nil},
		},
		"after an inventory without ids": {
			[]inventoryRole{remade("", "2026-06-30", nil), remade("AROATWO", "2026-07-10", day(5))}, []event{byARN(1), calledBy("AROATWO", 6)},
			[]string{"AROATWO present active 1", "<nil> deleted active 1"}, []string{"AROATWO unknown active 1", "<nil> present active 1"}, []any{nil},
		},
		"after an inventory without ids, and never used before": {
			[]inventoryRole{remade("", "2026-06-30", nil), remade("AROATWO", "2026-07-10", day(5))}, []event{calledBy("AROATWO", 6)},
			[]string{"AROATWO present active 1"}, []string{"AROATWO unknown active 1", "<nil> present never_used 0"}, nil,
		},
	}
	var together world
	account := map[string]string{} // of each case, all of which lie in one lake
	for name, c := range cases {
		account[name] = fmt.Sprintf("%012d", 100+len(account))
		w := unnamedWorld(nil, c.events...)
		w.roles, w.grants = c.roles, nil
		together.add(w.movedTo(t, account[name]))
	}
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), together), Options{})
	everywhere := window()
	everywhere.Role = ""
	newest := ask(t, e, "last_used", everywhere)
	everywhere.InventoryDate = everywhere.Since
	before := ask(t, e, "last_used", everywhere)
	rows, err := e.SQL(context.Background(), "select account_id, role_id from sessions order by first_seen")
	sessions := all(t, rows, err)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := statesIn(newest, account[name]); !slices.Equal(got, c.newest) {
				t.Errorf("with the newest inventory the roles are %q, want %q", got, c.newest)
			}
			if got := statesIn(before, account[name]); !slices.Equal(got, c.before) {
				t.Errorf("with the inventory of before the window the roles are %q, want %q", got, c.before)
			}
			var ids []any
			for _, row := range sessions {
				if id, known := row[1].(string); row[0] == account[name] && known {
					ids = append(ids, strings.Replace(id, account[name], "", 1))
				} else if row[0] == account[name] {
					ids = append(ids, nil)
				}
			}
			if !slices.Equal(ids, c.sessions) {
				t.Errorf("the sessions are of %v, want %v", ids, c.sessions)
			}
		})
	}
}

// statesIn are "id state verdict uses" of the roles of an account, whose number the ids leave
// out, by the rows of last_used.
func statesIn(rows [][]any, account string) (states []string) {
	for _, row := range rows {
		if row[0] == account {
			states = append(states, strings.Replace(fmt.Sprint(row[3], " ", row[4], " ", row[8], " ", row[16]), account, "", 1))
		}
	}
	return states
}

// TestCallsOfRemadeRole: what a role touched is what it did while it had its name.
func TestCallsOfRemadeRole(t *testing.T) {
	w := unnamedWorld(nil, byARN(1), byARN(6), byARN(7))
	w.roles = []inventoryRole{remade("", "2026-06-30", nil), remade("", "2026-07-10", ptr(window().Since.AddDate(0, 0, 5)))}
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	for day, calls := range map[string]int64{"": 2, "2026-06-30": 1} {
		p := window()
		p.InventoryDate, _ = time.Parse(time.DateOnly, day)
		if rows := ask(t, e, "role_resources", p); len(rows) != 1 || rows[0][7] != calls {
			t.Errorf("with the inventory of %q the calls are %v, want %d", day, rows, calls)
		}
	}
}

// TestPathLeftOut: an ARN without a path may be that of a role with one (P31).
func TestPathLeftOut(t *testing.T) {
	denied := assumedWithoutPath("")
	denied.AssumedID, denied.Outcome, denied.EventTime = nil, "denied", window().Since.AddDate(0, 0, 1)
	w := unnamedWorld(nil, denied)
	w.roles[0].RoleID = "AROAONE"
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	if rows := ask(t, e, "last_used", window()); len(rows) != 1 || rows[0][3] != "AROAONE" || rows[0][8] != "denied_only" {
		t.Errorf("the roles are %v, want the one of the inventory, denied_only", rows)
	}
}

// compareStates finds the role of the inventory among the rows of last_used.
func compareStates(t *testing.T, rows [][]any, arn string, id any, verdict string, others []string) {
	t.Helper()
	var rest []string
	present := 0
	for _, row := range rows {
		switch {
		case row[4] != "present":
			rest = append(rest, fmt.Sprint(row[8], " ", row[4]))
		case row[3] != id || row[8] != verdict || row[1] != arn:
			t.Errorf("last_used has %v, want id %v and verdict %s", row, id, verdict)
		default:
			present++
		}
	}
	if present != 1 || !slices.Equal(rest, others) {
		t.Errorf("last_used has %d roles of the inventory, and further ones that are %q, want %q", present, rest, others)
	}
}

// TestUnjudgedAccounts: trust policies of an older inventory than that of the report
// judge nobody.
func TestUnjudgedAccounts(t *testing.T) {
	const account = "111111111111"
	roles := func(date string) []inventoryRole {
		return []inventoryRole{{ARN: unnamedARN, RoleID: "AROAONE", AccountID: account, Name: "app", Path: "/team/", SnapshotDate: date}}
	}
	w, dir := newWorkshop(t), t.TempDir()
	w.write(dir, world{events: []event{assumedWithoutPath("AROAONE")}, roles: append(roles("2026-06-01"), roles("2026-07-10")...)})
	w.fill(filepath.Join(dir, "iam/role_trust/snapshot_date=2026-06-01"), "role_trust", []trustRow{
		{account, unnamedARN, "AROAONE", 0, "allow", "*", false, "anyone", nil, nil, []string{"sts:AssumeRole"}},
	})
	e := openFiles(t, foundFiles(t, dir), Options{})
	for day, unjudged := range map[string]int{"": 1, "2026-07-10": 1, "2026-07-09": 0, "2026-06-01": 0, "2026-05-31": 1} {
		p := window()
		p.InventoryDate, _ = time.Parse(time.DateOnly, day)
		if rows := ask(t, e, "meta_trust", p); len(rows) != unjudged {
			t.Errorf("with the inventory of %q the accounts without trust policies are %v, want %d", day, rows, unjudged)
		}
	}
}
