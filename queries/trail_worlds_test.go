package queries

import (
	"fmt"
	"maps"
	"slices"
)

// trails gives half of the accounts trails, some of them described, some with an
// older snapshot that must not count. The last batch has a trail of the
// organisation besides, which is in all its worlds.
func (g *granter) trails(b batch) {
	accounts := map[string]bool{}
	for _, r := range g.w.roles {
		accounts[r.AccountID] = true
	}
	for _, account := range slices.Sorted(maps.Keys(accounts)) {
		if g.chance(50) {
			continue
		}
		day := g.pick("2026-06-01", "2026-07-05", "2026-09-30")
		for _, name := range []string{"main", "audit"}[:1+g.IntN(2)] {
			g.trail(account, name, day)
		}
		if g.chance(30) {
			g.trail(account, "audit", "2026-05-01")
		}
	}
	if b.seed == 4 {
		for i := range 40 {
			g.data(trailRow{
				AccountID: "999999999999", TrailARN: "arn:aws:cloudtrail:eu-west-1:999999999999:trail/company", Organization: ptr(true), MultiRegion: ptr(true),
				HomeRegion: ptr("eu-west-1"), SnapshotDate: "2026-08-08",
			}, i)
		}
	}
}

// trail draws what one trail logs of a few kinds.
func (g *granter) trail(account, name, day string) {
	t := trailRow{AccountID: account, TrailARN: "arn:aws:cloudtrail:eu-west-1:" + account + ":trail/" + name, SnapshotDate: day}
	if g.chance(75) {
		t.Organization, t.MultiRegion, t.HomeRegion = ptr(false), ptr(g.chance(80)), ptr(g.pick("eu-west-1", "eu-west-2"))
	}
	if g.chance(85) {
		m := t
		m.Category = "Management"
		g.limits(&m)
		for _, service := range []string{"kms", fmt.Sprint("compute", group(account))} {
			if g.chance(20) {
				m.Excluded = append(m.Excluded, service)
			}
		}
		g.w.trails = append(g.w.trails, m)
	}
	for range g.IntN(4) {
		g.data(t, group(account))
	}
	if g.chance(20) {
		t.Category, t.Reads, t.Writes = "Insight", true, true
		g.w.trails = append(g.w.trails, t)
	}
}

// data adds data events of a type of the services of a group.
func (g *granter) data(t trailRow, group int) {
	t.Category, t.ResourceType = "Data", ptr(fmt.Sprintf("AWS::store%d::%s", group, g.pick("Object", "Object", "Table", "Queue")))
	g.limits(&t)
	if g.chance(15) {
		t.Excluded = []string{fmt.Sprint("store", group)}
	}
	g.w.trails = append(g.w.trails, t)
}

func (g *granter) limits(t *trailRow) {
	t.Reads, t.Writes, t.Narrowed = true, true, g.chance(20)
	switch g.IntN(5) {
	case 0:
		t.Reads = false
	case 1:
		t.Writes = false
	}
}
