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
	var worlds []*trustWorld
	networks := map[string]int{} // that each role is assumed from
	for i, n := range []int{20, 21, 30} {
		account := fmt.Sprintf("%012d", 100+i)
		arn, id := "arn:aws:iam::"+account+":role/app", fmt.Sprintf("AROA%016d", i)
		networks[arn] = n
		w := &trustWorld{
			roles:      []inventoryRole{{ARN: arn, RoleID: id, AccountID: account, Name: "app", Path: "/", SnapshotDate: "2026-07-15", Kind: ptr("service")}},
			trust:      []trustRow{{account, arn, id, 0, "allow", "lambda.amazonaws.com", false, "service", nil, ptr("lambda.amazonaws.com"), []string{"sts:AssumeRole"}}},
			conditions: []conditionRow{{AccountID: account, RoleARN: arn, RoleID: id, Key: "aws:principalorgid", Operator: "StringEquals"}},
			coverage:   []coverageRow{{SourceObject: "o", AccountID: account, Family: "CloudTrail", EventDate: "2026-07-01", Records: 1, FirstEvent: since, LastEvent: since}},
		}
		for i := range n {
			e := trustEvent{event: event{
				EventID: fmt.Sprintf("e%s-%02d", account, i), EventTime: since.Add(time.Hour), EventSource: "sts.amazonaws.com", EventName: "AssumeRole", Outcome: "success", Recipient: &account,
				AssumedARN: &arn, AssumedID: &id, AssumedSession: ptr("s"), CallerKind: ptr("service"), Caller: ptr("lambda.amazonaws.com"),
			}}
			e.SourceIP, e.Network = ptr(fmt.Sprintf("192.0.%d.7", i+100)), ptr(fmt.Sprintf("192.0.%d.0/24", i+100))
			w.events = append(w.events, e)
		}
		worlds = append(worlds, w)
	}
	e := openFiles(t, newWorkshop(t).writeTrust(t.TempDir(), worlds), Options{})
	rows := ask(t, e, "unexpected", Params{Since: since, Until: since.AddDate(0, 0, 10), Unexpected: Unexpected{All: true}})
	if len(rows) != len(networks) {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		n, named := networks[row[1].(string)], row[12].([]any)
		if len(named) != min(n, 21) || (named[len(named)-1] == "…") != (n > 20) {
			t.Errorf("of %d networks these are named: %v", n, named)
		}
	}
}
