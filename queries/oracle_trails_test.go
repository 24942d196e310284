package queries

import (
	"slices"
	"strings"
)

// trailRow is one row of what trails log.
type trailRow struct {
	AccountID    string   `json:"account_id"`
	TrailARN     string   `json:"trail_arn"`
	Organization *bool    `json:"is_organization"`
	MultiRegion  *bool    `json:"is_multi_region"`
	HomeRegion   *string  `json:"home_region"`
	Category     string   `json:"category"`
	ResourceType *string  `json:"resource_type"`
	Reads        bool     `json:"logs_reads"`
	Writes       bool     `json:"logs_writes"`
	Narrowed     bool     `json:"is_narrowed"`
	Excluded     []string `json:"excluded_services"`
	SnapshotDate string   `json:"snapshot_date"`
}

// trailsOf are the newest rows of the trails that log an account. They are looked for
// once: every grant asks for them.
func (g *grantOracle) trailsOf(account string) []trailRow {
	trails, known := g.trails[account]
	if !known {
		trails = g.findTrails(account)
		g.trails[account] = trails
	}
	return trails
}

func (g *grantOracle) findTrails(account string) []trailRow {
	newest := map[string]string{}
	for _, t := range g.w.trails {
		newest[t.AccountID] = max(newest[t.AccountID], t.SnapshotDate)
	}
	var out []trailRow
	for _, t := range g.w.trails {
		organization := t.Organization != nil && *t.Organization
		if t.SnapshotDate == newest[t.AccountID] && (t.AccountID == account || organization) {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b trailRow) int {
		return strings.Compare(a.TrailARN+" "+a.direction(), b.TrailARN+" "+b.direction())
	})
	return out
}

// hearData notes what a data event proves: that its type is logged, or, if its call
// fits several actions, any type of its service. Where an old record does not say
// whether it is one, a call that was not denied counts.
func (g *grantOracle) hearData(e event) {
	isData := e.Management != nil && !*e.Management
	if e.IAMAction == nil && isData {
		for _, action := range e.Possible {
			service, _, _ := strings.Cut(action, ":")
			for _, dataType := range g.typesOf[service] {
				g.data[*e.Recipient+" "+dataType] = true
			}
		}
	}
	if e.IAMAction == nil || !isData && (e.Management != nil || e.Outcome == "denied") {
		return
	}
	if a := g.actions[*e.IAMAction]; a.DataType != nil {
		g.types[*a.DataType] = true
		g.data[*e.Recipient+" "+*a.DataType] = true
	}
}

// logged is what a trail says of an action: whether the action would be in the
// logs, in one Region at least, or not at all; known is false without a trail.
type logged struct {
	known, all, oneRegion bool
	reason                string
}

// logging asks the trails one after the other whether they lack nothing, then
// whether they lack but the least, and so on.
func (g *grantOracle) logging(account string, grant grantRow) logged {
	trails := g.trailsOf(account)
	if len(trails) == 0 {
		return logged{}
	}
	a := g.actions[grant.Action]
	if a.Observability == "data" && a.DataType == nil {
		return logged{}
	}
	data, events := a.Observability == "data", "management events"
	if data {
		events = *a.DataType
	}
	latest := ""
	var asked []trailRow
	for _, t := range trails {
		latest = max(latest, t.SnapshotDate)
		if data && t.Category == "Data" && t.ResourceType != nil && *t.ResourceType == events || !data && t.Category == "Management" {
			asked = append(asked, t)
		}
	}
	service, _, _ := strings.Cut(grant.Action, ":")
	reads, writes := needs(service, a.Level)
	said := func(t trailRow, what string) string {
		_, name, _ := strings.Cut(t.TrailARN, "/")
		return "trail " + name + " " + what + ", as of " + t.SnapshotDate
	}
	find := func(fits func(trailRow) bool) *trailRow {
		for _, t := range asked {
			if fits(t) {
				return &t
			}
		}
		return nil
	}
	excluded := func(t trailRow) bool { return slices.Contains(t.Excluded, service) }
	silentOnReads := func(t trailRow) bool { return reads && !t.Reads }
	silentOnWrites := func(t trailRow) bool { return writes && !t.Writes }
	whole := func(t trailRow) bool {
		return !excluded(t) && !silentOnReads(t) && !silentOnWrites(t) && !t.Narrowed
	}
	everywhere := func(t trailRow) bool { return t.MultiRegion != nil && *t.MultiRegion || t.MultiRegion == nil && !data }
	if t := find(func(t trailRow) bool { return whole(t) && everywhere(t) }); t != nil {
		return logged{known: true, all: true, reason: said(*t, "logs all "+t.direction()+" of "+events)}
	}
	if t := find(func(t trailRow) bool { return whole(t) && t.MultiRegion == nil }); t != nil {
		return logged{known: true, reason: said(*t, "logs "+events+", but of which Regions only describe-trails says")}
	}
	if t := find(whole); t != nil {
		return logged{known: true, oneRegion: !data, reason: said(*t, "logs "+events+" of "+*t.HomeRegion+" alone")}
	}
	for _, lack := range []struct {
		fits func(trailRow) bool
		what string
	}{
		{func(t trailRow) bool { return !excluded(t) && !silentOnReads(t) && !silentOnWrites(t) }, "logs " + events + " in part"},
		{func(t trailRow) bool { return !excluded(t) && !silentOnReads(t) }, "logs " + events + " without writes"},
		{func(t trailRow) bool { return !excluded(t) }, "logs " + events + " without reads"},
		{func(trailRow) bool { return true }, "leaves out " + service},
	} {
		if t := find(lack.fits); t != nil {
			return logged{known: true, reason: said(*t, lack.what)}
		}
	}
	return logged{known: true, reason: "no known trail logs " + events + ", as of " + latest}
}

func (t trailRow) direction() string {
	switch {
	case t.Reads && t.Writes:
		return "events"
	case t.Reads:
		return "reads"
	}
	return "writes"
}

// needs says of which events an action may be: CloudTrail's reads of kms and sts
// are IAM's writes, and nobody knows of an action without a level.
func needs(service, level string) (reads, writes bool) {
	switch level {
	case "read", "list":
		return true, false
	case "":
		return true, true
	}
	return service == "kms" || service == "sts", true
}
