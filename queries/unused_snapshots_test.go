package queries

import (
	"fmt"
	"testing"
	"time"
)

// TestUnusedOfTheInventoryOfADay: from the day of a newer snapshot on, the older one counts
// no longer.
func TestUnusedOfTheInventoryOfADay(t *testing.T) {
	x := unnamedWorld(nil)
	x.roles, x.grants = nil, nil
	for action, day := range map[string]string{"s3:ListAllMyBuckets": "2026-06-01", "ec2:DescribeInstances": "2026-07-10"} {
		x.roles = append(x.roles, remade("AROAONE", day, nil))
		x.grants = append(x.grants, grantRow{AccountID: ownerAccount, RoleARN: unnamedARN, RoleID: "AROAONE", Action: action, Effect: "allowed", SnapshotDate: day})
	}
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{})
	for day, want := range map[string]string{
		"": "[ec2:DescribeInstances]", "2026-07-10": "[ec2:DescribeInstances]", "2026-07-09": "[s3:ListAllMyBuckets]", "2026-06-01": "[s3:ListAllMyBuckets]", "2026-05-31": "[]",
	} {
		p := window()
		p.InventoryDate, _ = time.Parse(time.DateOnly, day)
		actions := []any{}
		for _, row := range ask(t, e, "unused", p) {
			actions = append(actions, row[3])
		}
		if fmt.Sprint(actions) != want {
			t.Errorf("with the inventory of %q the actions are %v, want %s", day, actions, want)
		}
		granted := 0
		for _, row := range ask(t, e, "unused_summary", p) {
			granted += int(row[3].(int64))
		}
		if granted != len(actions) {
			t.Errorf("with the inventory of %q the summary counts %d actions, want %d", day, granted, len(actions))
		}
	}
}

// TestSuccessorsAssumptionsAreNotOfTheFormerRole: who became a role by its ARN after it was
// made anew says nothing about the role that had the ARN before, nor the other way round: of a
// role that IAM saw used in the window and the lake did not, nothing is called unused.
func TestSuccessorsAssumptionsAreNotOfTheFormerRole(t *testing.T) {
	remadeAt, used := window().Since.AddDate(0, 0, 4), window().Since.AddDate(0, 0, 6)
	for name, c := range map[string]struct {
		at                time.Time
		former, successor string // verdicts, with the inventories of their days
	}{
		"before the window":       {window().Since.Add(-time.Microsecond), "probably_unused", "probably_unused"},
		"when the window begins":  {window().Since, "unused", "probably_unused"},
		"before it was made anew": {remadeAt.Add(-time.Microsecond), "unused", "probably_unused"},
		"when it was made anew":   {remadeAt, "probably_unused", "unused"},
	} {
		t.Run(name, func(t *testing.T) {
			assumed := assumedWithoutPath("")
			assumed.AssumedID, assumed.EventTime = nil, c.at
			x := unnamedWorld(nil, assumed)
			grant := x.grants[0]
			x.roles, x.grants = nil, nil
			for id, day := range map[string]string{"AROAONE": "2026-06-20", "AROATWO": remadeAt.Format(time.DateOnly)} {
				r := remade(id, day, nil)
				r.LastUsed, grant.RoleID, grant.SnapshotDate = &used, id, day
				x.roles, x.grants = append(x.roles, r), append(x.grants, grant)
			}
			e := openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{})
			for day, want := range map[string]string{"2026-06-20": c.former, "": c.successor} {
				p := window()
				p.InventoryDate, _ = time.Parse(time.DateOnly, day)
				if rows := ask(t, e, "unused", p); len(rows) != 1 || rows[0][5] != want {
					t.Errorf("with the inventory of %q: %v, want %s", day, rows, want)
				}
			}
		})
	}
}

// TestOnlyDeniedBeforeTheWindow: an attempt is no use, and its refusal is told.
func TestOnlyDeniedBeforeTheWindow(t *testing.T) {
	denied := calledBy("AROAONE", -10)
	denied.Outcome = "denied"
	x := unnamedWorld(nil, denied)
	x.roles[0].RoleID, x.grants[0].RoleID = "AROAONE", "AROAONE"
	rows := ask(t, openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{}), "unused", window())
	if want := "only denied, last on 2026-06-21; AWS documents that CloudTrail logs the calls of s3"; len(rows) != 1 || rows[0][5] != "unused" || rows[0][6] != want {
		t.Errorf("got %v, want unused: %s", rows, want)
	}
}

// TestDataEventsAttestNothing: that somebody's trail logs an action as a data event does not
// say that it would show the calls of others.
func TestDataEventsAttestNothing(t *testing.T) {
	for _, management := range []bool{true, false} {
		other := calledBy("AROAOTHER", 1)
		other.RoleARN, other.Management = ptr("arn:aws:iam::222222222222:role/other"), &management
		x := unnamedWorld(nil, other)
		x.roles[0].RoleID, x.grants[0].RoleID, x.actions[0].Observability = "AROAONE", "AROAONE", "unattested"
		want := map[bool]string{true: "unused", false: "probably_unused"}[management]
		if rows := ask(t, openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{}), "unused", window()); len(rows) != 1 || rows[0][5] != want {
			t.Errorf("the management event is %v: got %v, want %s", management, rows, want)
		}
	}
}

// TestCappedAccounts: where control policies were given and no role of anybody's may do
// anything, they were hardly given in full. An older inventory says nothing about the newest.
func TestCappedAccounts(t *testing.T) {
	const service = "arn:aws:iam::333333333333:role/aws-service-role/a.amazonaws.com/A"
	on := func(day, account, arn string, kind *string) inventoryRole {
		return inventoryRole{ARN: arn, AccountID: account, Name: "r", Kind: kind, SnapshotDate: day}
	}
	grant := func(day, account, arn string) grantRow {
		return grantRow{AccountID: account, RoleARN: arn, Action: "s3:GetObject", Effect: "allowed", SnapshotDate: day}
	}
	control := func(day, account, kind string) policyRow {
		return policyRow{AccountID: account, Kind: kind, SnapshotDate: day}
	}
	const june, july = "2026-06-01", "2026-07-01"
	x := world{
		roles: []inventoryRole{
			on(june, "111111111111", "arn:aws:iam::111111111111:role/r", nil), on(july, "111111111111", "arn:aws:iam::111111111111:role/r", nil),
			on(july, "222222222222", "arn:aws:iam::222222222222:role/r", nil), on(july, "222222222222", "arn:aws:iam::222222222222:role/s", nil),
			on(july, "333333333333", "arn:aws:iam::333333333333:role/r", nil), on(july, "333333333333", service, ptr("service_linked")),
			on(july, "444444444444", "arn:aws:iam::444444444444:role/r", nil),
		},
		grants: []grantRow{
			grant(june, "111111111111", "arn:aws:iam::111111111111:role/r"), grant(july, "222222222222", "arn:aws:iam::222222222222:role/s"),
			grant(july, "333333333333", service),
		},
		policies: []policyRow{
			control(june, "111111111111", "scp"), control(july, "111111111111", "scp"), control(july, "222222222222", "scp"),
			control(july, "333333333333", "scp"), control(july, "333333333333", "scp"), control(july, "444444444444", "rcp"), control(july, "444444444444", "inline"),
		},
	}
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{})
	for _, c := range []struct {
		day      string
		accounts []string
		want     string
	}{
		{"", nil, "[[111111111111] [333333333333]]"},
		{"", []string{"222222222222", "333333333333"}, "[[333333333333]]"},
		{"2026-06-30", nil, "[]"},
	} {
		p := window()
		p.Accounts = c.accounts
		p.InventoryDate, _ = time.Parse(time.DateOnly, c.day)
		if got := fmt.Sprint(ask(t, e, "meta_control", p)); got != c.want {
			t.Errorf("with the inventory of %q, of %v: %s, want %s", c.day, c.accounts, got, c.want)
		}
	}
}

// TestUnmappedServices: the services of calls that are not understood, by the roles that made
// them in the window; calls of nobody's role, and those that are understood, are none.
func TestUnmappedServices(t *testing.T) {
	call := func(id string, role *string, days int, possible ...string) event {
		e := calledBy(id, days)
		e.EventID, e.RoleID, e.IAMAction, e.Possible = id+fmt.Sprint(days)+possible[0], role, nil, possible
		return e
	}
	one, two := ptr("AROAONE"), ptr("AROATWO")
	user := call("user", nil, 1, "users:*")
	user.RoleARN = nil
	elsewhere := call("AROATWO", two, 2, "odd:*")
	elsewhere.RoleARN = ptr("arn:aws:iam::222222222222:role/other")
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), unnamedWorld(nil,
		call("AROAONE", one, 1, "odd:*"), call("AROAONE", one, 3, "odd:*"), elsewhere, user, call("AROAONE", one, -3, "early:*"), call("AROAONE", one, 400, "late:*"),
		call("AROAONE", one, 5, "iam:PassRole"), call("AROAONE", nil, 6, "new:Tag", "new:*"),
	)), Options{})
	for _, c := range []struct {
		account, role, want string
	}{
		{"", "", "[[new 1] [odd 2]]"}, {"222222222222", "", "[[odd 1]]"}, {ownerAccount, "", "[[new 1] [odd 1]]"},
		{"", "app", "[[new 1] [odd 1]]"}, {"", "other", "[[odd 1]]"}, {"", "AROAONE", "[[odd 1]]"}, {"", unnamedARN, "[[new 1] [odd 1]]"}, {"", "nobody", "[]"},
	} {
		p := window()
		p.Role = c.role
		if c.account != "" {
			p.Accounts = []string{c.account}
		}
		if got := fmt.Sprint(ask(t, e, "meta_unmapped", p)); got != c.want {
			t.Errorf("account %q, role %q: %s, want %s", c.account, c.role, got, c.want)
		}
	}
}
