package queries

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// comingAndGoing are roles of three names that are made, act and are deleted again and again, with the rows that
// question earlier_use must have for the deletions of a window: worked out as each happens.
func comingAndGoing(r *rand.Rand, since, until time.Time) (w world, want []string) {
	const account = "111111111111"
	outcomes := []string{"success", "failed", "denied"}
	for name := range 3 {
		arn := fmt.Sprintf("arn:aws:iam::%s:role/r%d", account, name)
		incarnation, at := 0, since.AddDate(0, 0, -10).Add(time.Duration(r.IntN(1e6))*time.Second)
		var last time.Time // of what is there now
		isThere := true
		add := func(e event) {
			e.EventID, e.EventTime, e.Recipient = fmt.Sprintf("%d-%d", name, len(w.events)), at, ptr(account)
			w.events = append(w.events, e)
		}
		for at.Before(until.AddDate(0, 0, 2)) {
			at = at.Add(time.Duration(1+r.IntN(40_000)) * time.Second)
			outcome := outcomes[r.IntN(3)]
			change := event{EventSource: "iam.amazonaws.com", Outcome: outcome, ChangeRoles: []string{arn}, ChangeSeverity: ptr("medium")}
			switch {
			case r.IntN(6) == 0 && isThere:
				change.EventName, change.Change = "DeleteRole", ptr("role_deleted")
				add(change)
				if outcome != "success" {
					continue
				}
				isThere = false
				if !last.IsZero() && !at.Before(since) && at.Before(until) {
					want = append(want, fmt.Sprint(w.events[len(w.events)-1].EventID, " ", last.UTC()))
				}
			case !isThere:
				change.EventName, change.Change = "CreateRole", ptr("role_created")
				add(change)
				if outcome == "success" {
					isThere, last, incarnation = true, time.Time{}, incarnation+1
				}
			case r.IntN(2) == 0:
				e := event{EventSource: "s3.amazonaws.com", EventName: "ListBuckets", Outcome: outcome, IAMAction: ptr("s3:ListAllMyBuckets"), RoleARN: ptr(arn), RoleID: ptr(fmt.Sprintf("AROA%d%d", name, incarnation))}
				if r.IntN(2) == 0 { // the record of the deletion leaves the path out
					e.RoleARN = ptr(fmt.Sprintf("arn:aws:iam::%s:role/team/r%d", account, name))
				}
				if r.IntN(3) == 0 {
					e.RoleID = nil
				}
				add(e)
				if outcome != "denied" {
					last = at
				}
			}
		}
	}
	slices.Sort(want)
	return w, want
}

// TestEarlierUse holds the last use of deleted roles against what happened, in lakes of which half of the days are
// compact: no use of another role of the name counts, none that was denied, and none of another account.
func TestEarlierUse(t *testing.T) {
	since, until := date(2026, 7, 1), date(2026, 7, 11)
	deletions := 0
	for seed := range uint64(3) {
		w, want := comingAndGoing(rand.New(rand.NewPCG(seed, 1)), since, until)
		w.events = append(w.events, event{EventID: "other account", EventTime: until.Add(-time.Minute), EventSource: "s3.amazonaws.com", EventName: "ListBuckets", Recipient: ptr("222222222222"),
			Outcome: "success", IAMAction: ptr("s3:ListAllMyBuckets"), RoleARN: ptr("arn:aws:iam::222222222222:role/r1"), RoleID: ptr("AROAOTHER")})
		e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
		rows, err := e.Run(context.Background(), "earlier_use", Params{Since: since, Until: until})
		var got []string
		for _, row := range all(t, rows, err) {
			got = append(got, fmt.Sprint(row[1], " ", row[3].(time.Time).UTC()))
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("seed %d:\n%q, want\n%q", seed, got, want)
		}
		deletions += len(want)
	}
	if deletions < 10 {
		t.Errorf("only %d deletions", deletions)
	}
}

// TestDeletionSaysItsLastUse: report changes, and all that is made of it, say when a deleted role was used last, and
// the severity stays what it is.
func TestDeletionSaysItsLastUse(t *testing.T) {
	since, until := date(2026, 7, 1), date(2026, 7, 11)
	w, want := comingAndGoing(rand.New(rand.NewPCG(1, 1)), since, until)
	e := openFiles(t, newWorkshop(t).write(t.TempDir(), w), Options{})
	explained, err := ExplainChanges(context.Background(), e, Params{Since: since, Until: until, Changes: Changes{Failed: true}}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, c := range explained.Rows {
		cell, why := cellsOf(explained.Columns, c.Row), ""
		for _, line := range want {
			var id, day string
			if _, err := fmt.Sscan(line, &id, &day); err != nil {
				t.Fatal(err)
			}
			if id == cell.text("event_id") {
				why = "; last used on " + day
				said++
			}
		}
		if change := cell.text("change"); change != "role_created" && change != "role_deleted" {
			t.Errorf("%v", c.Row)
		}
		if cell.text("severity") != "medium" || cell.text("summary") != why {
			t.Errorf("%v, want medium %q", c.Row, why)
		}
	}
	if said != len(want) || said < 3 {
		t.Errorf("%d deletions say it, want %d", said, len(want))
	}
}
