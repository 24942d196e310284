package queries

import (
	"strings"
	"testing"
	"time"
)

// TestOneRegionIsNotAll: logs of one Region may be those of a trail of that Region, which
// proves nothing of calls elsewhere, unless a trail is known that logs all Regions. What is
// logged in that Region, wherever it is called from, was not called.
func TestOneRegionIsNotAll(t *testing.T) {
	day := func(days int) time.Time { return window().Since.AddDate(0, 0, days) }
	everywhere := &trailRow{AccountID: ownerAccount, TrailARN: "arn:aws:cloudtrail:eu-west-1:" + ownerAccount + ":trail/main", MultiRegion: ptr(true), Organization: ptr(false),
		HomeRegion: ptr("eu-west-1"), Category: "Management", Reads: true, Writes: true, SnapshotDate: "2026-07-10"}
	const doubt = ", which may be all that a trail logs: ingest trail tells"
	for name, c := range map[string]struct {
		action, region string
		otherRegion    string // of the logs of one more day
		otherFamily    string
		on             time.Time
		trail          *trailRow
		verdict, why   string
	}{
		"one Region":                         {"sqs:ListQueues", "eu-west-1", "", "", day(0), nil, "probably_unused", "eu-west-1 alone of account " + ownerAccount + doubt},
		"the Region of global services":      {"sqs:ListQueues", "us-east-1", "", "", day(0), nil, "probably_unused", "us-east-1 alone of account " + ownerAccount + doubt},
		"a second Region":                    {"sqs:ListQueues", "eu-west-1", "eu-west-2", "CloudTrail", day(9), nil, "unused", "CloudTrail logs the calls of sqs"},
		"a second Region before the window":  {"sqs:ListQueues", "eu-west-1", "eu-west-2", "CloudTrail", day(-1), nil, "probably_unused", "eu-west-1 alone"},
		"a second Region after the window":   {"sqs:ListQueues", "eu-west-1", "eu-west-2", "CloudTrail", day(10), nil, "probably_unused", "eu-west-1 alone"},
		"digests of a second Region":         {"sqs:ListQueues", "eu-west-1", "eu-west-2", "CloudTrail-Digest", day(9), nil, "probably_unused", "eu-west-1 alone"},
		"a trail of all Regions":             {"sqs:ListQueues", "eu-west-1", "", "", day(0), everywhere, "unused", "CloudTrail logs the calls of sqs"},
		"a global service in its Region":     {"iam:ListQueues", "us-east-1", "", "", day(0), nil, "unused", "CloudTrail logs the calls of iam"},
		"a global service of another Region": {"networkmanager:ListQueues", "us-west-2", "", "", day(0), nil, "unused", "CloudTrail logs the calls of networkmanager"},
		"STS, with endpoints in all Regions": {"sts:ListQueues", "us-east-1", "", "", day(0), nil, "probably_unused", "us-east-1 alone"},
	} {
		t.Run(name, func(t *testing.T) {
			x := unnamedWorld(nil)
			x.roles[0].RoleID, x.grants[0].RoleID = "AROAONE", "AROAONE"
			service, _, _ := strings.Cut(c.action, ":")
			x.grants[0].Action, x.actions[0].Action, x.actions[0].Service = c.action, c.action, service
			for i := range x.coverage {
				x.coverage[i].Region = &c.region
			}
			if c.otherRegion != "" {
				other := x.coverage[0]
				other.Region, other.Family, other.EventDate = &c.otherRegion, c.otherFamily, c.on.Format(time.DateOnly)
				x.coverage = append(x.coverage, other)
			}
			if c.trail != nil {
				x.trails = append(x.trails, *c.trail)
			}
			e := openFiles(t, newWorkshop(t).write(t.TempDir(), x), Options{})
			if rows := ask(t, e, "unused", window()); len(rows) != 1 || rows[0][5] != c.verdict || !strings.Contains(rows[0][6].(string), c.why) {
				t.Errorf("got %v, want %s because of %q", rows, c.verdict, c.why)
			}
		})
	}
}
