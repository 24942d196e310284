package queries

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// cameToApp is one role, which trusts its account, and who became it; coverage begins twenty
// days before the window.
func cameToApp(account string, events ...trustEvent) *trustWorld {
	arn, id := "arn:aws:iam::"+account+":role/app", "AROA"+account
	w := &trustWorld{
		roles:  []inventoryRole{{ARN: arn, RoleID: id, AccountID: account, Name: "app", Path: "/", SnapshotDate: "2026-07-15", Kind: ptr("same_account")}},
		trust:  []trustRow{{account, arn, id, 0, "allow", account, false, "account", &account, &account, []string{"sts:AssumeRole"}}},
		events: events,
		// No role asks for it; a table needs a row.
		conditions: []conditionRow{{AccountID: account, RoleARN: arn, RoleID: id, Statement: 9, Key: "aws:principalorgid", Operator: "StringEquals"}},
	}
	for day := -20; day < 10; day++ {
		d := window().Since.AddDate(0, 0, day)
		w.coverage = append(w.coverage, coverageRow{SourceObject: "o", AccountID: account, Family: "CloudTrail", EventDate: d.Format(time.DateOnly), Records: 1, FirstEvent: d, LastEvent: d})
	}
	return w
}

// cameAt is ann's assumption of the role of that world.
func cameAt(account string, n int, at time.Time, network string) trustEvent {
	e := trustEvent{event: event{
		EventID: fmt.Sprintf("e%s-%02d", account, n), EventTime: at, EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "success", Recipient: &account,
		AssumedARN: ptr("arn:aws:iam::" + account + ":role/app"), AssumedID: ptr("AROA" + account), AssumedSession: ptr("s"),
		CallerKind: ptr("user"), Caller: ptr("arn:aws:iam::" + account + ":user/ann"),
	}}
	e.Network = &network
	return e
}

// TestUnexpectedEdges: the window begins with its first moment, an exception does not hold at
// the moment at which it ends, and a session is of the assumption that handed it its key if it
// called no more than five seconds before. Where the newest event has no id, no other one stands for it.
func TestUnexpectedEdges(t *testing.T) {
	since := window().Since
	const home, other = "192.0.2.0/24", "198.51.100.0/24"
	came := since.Add(time.Hour)
	p := window()
	p.Role, p.Unexpected.All = "", true
	worlds := []*trustWorld{
		cameToApp("000000000101", cameAt("000000000101", 0, since.AddDate(0, 0, -5), home), cameAt("000000000101", 1, since, other)),
		cameToApp("000000000102", cameAt("000000000102", 0, since.AddDate(0, 0, -5), home), cameAt("000000000102", 1, since.Add(-time.Microsecond), other), cameAt("000000000102", 2, since, other)),
		cameToApp("000000000103", cameAt("000000000103", 0, since.AddDate(0, 0, -5), home), cameAt("000000000103", 1, came, home)),
		cameToApp("000000000104", cameAt("000000000104", 0, since.AddDate(0, 0, -5), home), cameAt("000000000104", 1, came, home)),
	}
	for account, until := range map[string]time.Time{"000000000103": came, "000000000104": came.Add(time.Microsecond)} {
		p.Unexpected.Exceptions = append(p.Unexpected.Exceptions, CallerException{CallerRule: CallerRule{Role: "arn:aws:iam::" + account + ":role/app", Caller: "*"}, Until: until})
	}
	want := map[string][]any{
		"000000000101": {"broadly_trusted", "new_network"}, "000000000102": {"broadly_trusted"},
		"000000000103": {"broadly_trusted", "exception_ended"}, "000000000104": {"expected"},
	}
	unnamed := cameToApp("000000000107", cameAt("000000000107", 0, came, home), cameAt("000000000107", 1, came.Add(time.Microsecond), home))
	unnamed.events[1].EventID = ""
	worlds = append(worlds, unnamed)
	origins := map[string]string{}
	for account, early := range map[string]time.Duration{"000000000105": 5 * time.Second, "000000000106": 5*time.Second + time.Microsecond} {
		made := cameAt(account, 0, came, home)
		made.AssumedKey = ptr("ASIA" + account)
		next := cameAt(account, 1, came.Add(-early), home)
		role := "arn:aws:iam::" + account + ":role/app"
		next.AssumedSession, next.CallerKind, next.Caller, next.AccessKey = ptr("t"), ptr("role"), &role, made.AssumedKey
		next.RoleARN, next.RoleID, next.SessionName, next.SessionCreated = &role, ptr("AROA"+account), ptr("s"), ptr(came.Add(-time.Hour))
		worlds = append(worlds, cameToApp(account, made, next))
		origins[account] = role
	}
	origins["000000000105"] = "arn:aws:iam::000000000105:user/ann"
	e := openFiles(t, newWorkshop(t).writeTrust(t.TempDir(), worlds), Options{})
	found := 0
	for _, row := range ask(t, e, "unexpected", p) {
		account := row[0].(string)
		if findings := want[account]; findings != nil {
			if found++; !reflect.DeepEqual(row[7], findings) {
				t.Errorf("%s has %v, want %v", account, row[7], findings)
			}
		}
		if account == "000000000107" {
			if found++; row[9] != came.Add(time.Microsecond) || row[13] != nil {
				t.Errorf("%s came last at %v by %v", account, row[9], row[13])
			}
		}
		if origin := origins[account]; origin != "" && row[13] == "e"+account+"-01" {
			if found++; row[3] != origin {
				t.Errorf("%s came from %v, want %s", account, row[3], origin)
			}
		}
	}
	if found != len(want)+len(origins)+1 {
		t.Errorf("%d rows were looked at, want %d", found, len(want)+len(origins)+1)
	}
}
