package queries

import (
	"context"
	"reflect"
	"testing"
	"time"
)

// TestAccounts finds an account by each of what tells of one.
func TestAccounts(t *testing.T) {
	at := time.Date(2026, 7, 2, 10, 0, 0, 0, time.UTC)
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), world{
		events: []event{
			{EventID: "e1", EventTime: at, EventSource: "s3.amazonaws.com", EventName: "ListBuckets", Outcome: "success", RoleARN: ptr("arn:aws:iam::000000000001:role/r"), RoleID: ptr("AROA1")},
			{EventID: "e2", EventTime: at, EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "denied", AssumedARN: ptr("arn:aws:iam::000000000002:role/r"), Caller: ptr("x"), CallerKind: ptr("user")},
			{EventID: "e3", EventTime: at, EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "denied", Caller: ptr("x"), CallerKind: ptr("user")},
		},
		roles:    []inventoryRole{{ARN: "arn:aws:iam::000000000003:role/r", RoleID: "AROA3", AccountID: "000000000003", Name: "r", Path: "/", SnapshotDate: "2026-07-01"}},
		coverage: []coverageRow{{SourceObject: "o", AccountID: "000000000004", Family: "CloudTrail", EventDate: "2026-07-02", Records: 1, FirstEvent: at, LastEvent: at}},
	}), Options{})
	rows, err := e.Run(context.Background(), "accounts", window())
	if got, want := all(t, rows, err), [][]any{{"000000000001"}, {"000000000002"}, {"000000000003"}, {"000000000004"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the accounts are %v, want %v", got, want)
	}
}

// TestInventoryDates finds each day once, of the accounts that were asked for.
func TestInventoryDates(t *testing.T) {
	var w world
	for account, days := range map[string][]string{"000000000001": {"2026-07-09", "2026-07-01"}, "000000000002": {"2026-07-01", "2026-06-30"}} {
		for _, day := range days {
			for _, name := range []string{"r", "s"} {
				w.roles = append(w.roles, inventoryRole{ARN: "arn:aws:iam::" + account + ":role/" + name, RoleID: "AROA" + account + name, AccountID: account, Name: name, Path: "/", SnapshotDate: day})
			}
		}
	}
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	for _, c := range []struct {
		accounts []string
		want     []string
	}{
		{nil, []string{"2026-06-30", "2026-07-01", "2026-07-09"}},
		{[]string{"000000000001"}, []string{"2026-07-01", "2026-07-09"}},
		{[]string{"000000000003"}, nil},
	} {
		p := window()
		p.Accounts = c.accounts
		rows, err := e.Run(context.Background(), "inventory_dates", p)
		var got []string
		for _, row := range all(t, rows, err) {
			got = append(got, row[0].(time.Time).Format(time.DateOnly))
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("of %v the days are %v, want %v", c.accounts, got, c.want)
		}
	}
}
