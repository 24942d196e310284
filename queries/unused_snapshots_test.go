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
// role that IAM saw used and the lake did not, nothing is called unused.
func TestSuccessorsAssumptionsAreNotOfTheFormerRole(t *testing.T) {
	remadeAt, used := window().Since.AddDate(0, 0, -5), window().Since.AddDate(0, 0, 6)
	for name, c := range map[string]struct {
		at             time.Time
		before, newest string // verdicts, with the inventory of before the role was made anew, and with the newest
	}{
		"before":  {remadeAt.Add(-time.Microsecond), "unused", "probably_unused"},
		"just at": {remadeAt, "probably_unused", "unused"},
	} {
		t.Run(name, func(t *testing.T) {
			assumed := assumedWithoutPath("")
			assumed.AssumedID, assumed.EventTime = nil, c.at
			x := unnamedWorld(nil, assumed)
			grant := x.grants[0]
			x.roles, x.grants = nil, nil
			for id, r := range map[string]inventoryRole{"AROAONE": remade("AROAONE", "2026-06-20", nil), "AROATWO": remade("AROATWO", "2026-07-10", &remadeAt)} {
				r.LastUsed, grant.RoleID, grant.SnapshotDate = &used, id, r.SnapshotDate
				x.roles, x.grants = append(x.roles, r), append(x.grants, grant)
			}
			e := openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{})
			for day, want := range map[string]string{"2026-06-20": c.before, "": c.newest} {
				p := window()
				p.InventoryDate, _ = time.Parse(time.DateOnly, day)
				if rows := ask(t, e, "unused", p); len(rows) != 1 || rows[0][5] != want {
					t.Errorf("with the inventory of %q: %v, want %s", day, rows, want)
				}
			}
		})
	}
}
