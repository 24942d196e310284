package queries

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestUnexpectedHoldsLongConfigurations asks with as many rules and accounts as a
// roletrail.yaml of a megabyte can hold.
func TestUnexpectedHoldsLongConfigurations(t *testing.T) {
	e := openFiles(t, emptyLake(t), Options{MemoryLimit: 200_000_000, Threads: 2})
	until := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	p := Params{Since: until.AddDate(0, 0, -90), Until: until}
	for i := range 40_000 {
		p.Unexpected.KnownAccounts = append(p.Unexpected.KnownAccounts, fmt.Sprintf("%012d", i))
	}
	for i := range 4_000 {
		rule := CallerRule{Role: fmt.Sprintf("arn:aws:iam::111111111111:role/batch-%d", i), Caller: "arn:aws:iam::222222222222:role/scheduler-*"}
		p.Unexpected.Expected = append(p.Unexpected.Expected, rule)
		p.Unexpected.Exceptions = append(p.Unexpected.Exceptions, CallerException{CallerRule: rule, Until: until})
	}
	rows, err := e.Run(context.Background(), "unexpected", p)
	if got := all(t, rows, err); len(got) != 0 {
		t.Errorf("an empty lake has %d callers", len(got))
	}
}

// TestUnexpectedCutsNetworks: of a caller from everywhere twenty networks are named, and
// a mark says that there are more.
func TestUnexpectedCutsNetworks(t *testing.T) {
	since := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, n := range []int{20, 21, 30} {
		arn, account := "arn:aws:iam::111111111111:role/app", "111111111111"
		w := &trustWorld{
			roles:      []inventoryRole{{ARN: arn, RoleID: "AROA0000000000000001", AccountID: account, Name: "app", Path: "/", SnapshotDate: "2026-07-15", Kind: ptr("service")}},
			trust:      []trustRow{{account, arn, "AROA0000000000000001", 0, "allow", "lambda.amazonaws.com", false, "service", nil, ptr("lambda.amazonaws.com"), []string{"sts:AssumeRole"}}},
			conditions: []conditionRow{{AccountID: account, RoleARN: arn, RoleID: "AROA0000000000000001", Key: "aws:principalorgid", Operator: "StringEquals"}},
			coverage:   []coverageRow{{SourceObject: "o", AccountID: account, Family: "CloudTrail", EventDate: "2026-07-01", Records: 1, FirstEvent: since, LastEvent: since}},
		}
		for i := range n {
			e := trustEvent{event: event{
				EventID: fmt.Sprintf("e%02d", i), EventTime: since.Add(time.Hour), EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "success", Recipient: &account,
				AssumedARN: &arn, AssumedID: ptr("AROA0000000000000001"), AssumedSession: ptr("s"), CallerKind: ptr("service"), Caller: ptr("lambda.amazonaws.com"),
			}}
			e.SourceIP, e.Network = ptr(fmt.Sprintf("192.0.%d.7", i+100)), ptr(fmt.Sprintf("192.0.%d.0/24", i+100))
			w.events = append(w.events, e)
		}
		e := openFiles(t, newWorkshop(t).writeTrust(t.TempDir(), []*trustWorld{w}), Options{})
		rows := ask(t, e, "unexpected", Params{Since: since, Until: since.AddDate(0, 0, 10), Unexpected: Unexpected{All: true}})
		if len(rows) != 1 {
			t.Fatalf("%d rows", len(rows))
		}
		networks := rows[0][12].([]any)
		if len(networks) != min(n, 21) || (networks[len(networks)-1] == "…") != (n > 20) {
			t.Errorf("of %d networks these are named: %v", n, networks)
		}
	}
}
