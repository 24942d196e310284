package queries

import (
	"fmt"
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
		w.coverage = append(w.coverage, coverageRow{SourceObject: "o", AccountID: ownerAccount, Region: ptr("us-east-1"), Family: "CloudTrail", EventDate: d.Format(time.DateOnly), Records: 1, FirstEvent: d, LastEvent: d})
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

// TestUnusedOfARoleWithoutID: its use is found by the only id that the logs know
// under its name, and of a name with two ids it inherits nothing (P36).
func TestUnusedOfARoleWithoutID(t *testing.T) {
	since := window().Since
	for name, c := range map[string]struct {
		madeAt  *time.Time
		events  []event
		id      any
		verdict string
	}{
		"one id":                      {nil, []event{calledBy("AROAONE", 1)}, "AROAONE", "used"},
		"one id, made before its use": {ptr(since.AddDate(0, 0, 1)), []event{calledBy("AROAONE", 1)}, "AROAONE", "used"},
		"made after the use":          {ptr(since.AddDate(0, 0, 2)), []event{calledBy("AROAONE", 1)}, nil, "too_new"},
		"two ids":                     {nil, []event{calledBy("AROAONE", 1), calledBy("AROATWO", 3)}, nil, "unused"},
		"a second id without a path":  {nil, []event{calledBy("AROAONE", 1), assumedWithoutPath("AROATWO")}, nil, "unused"},
		"two ids, one of before":      {ptr(since.AddDate(0, 0, 2)), []event{calledBy("AROAONE", 1), calledBy("AROATWO", 3)}, "AROATWO", "used"},
		"no event":                    {nil, nil, nil, "unused"},
	} {
		p := window()
		p.Role = ""
		e := openFiles(t, newWorkshop(t).write(t.TempDir(), unnamedWorld(c.madeAt, c.events...)), Options{})
		rows := ask(t, e, "unused", p)
		if len(rows) != 1 || rows[0][2] != c.id || rows[0][5] != c.verdict {
			t.Errorf("%s: got %v, want id %v and verdict %s", name, rows, c.id, c.verdict)
		}
		summary := ask(t, e, "unused_summary", p)
		if used := map[bool]int64{true: 1}[c.verdict == "used"]; len(summary) != 1 || summary[0][2] != c.id || summary[0][4] != used {
			t.Errorf("%s: the summary is %v, want id %v and used %d", name, summary, c.id, used)
		}
	}
}
