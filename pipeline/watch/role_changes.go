package watch

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"roletrail/iam/difference"
	"roletrail/pipeline"
)

// NewsAge is how old a role change may be, when a round begins, to be counted as one. What
// is older comes of a backfill, which alarms nobody.
const NewsAge = 24 * time.Hour

// MostChangeSeries is how many series of role changes bear an account id. Changes beyond
// are counted under account_id="other", which kinds, severities and outcomes bound.
const MostChangeSeries = 10_000

// otherAccounts stands for the accounts without a series, and for what is no account id.
const otherAccounts = "other"

// roleChanges are the role changes that this process brought into the lake. Nobody knows
// beforehand which accounts there are, so a series appears with its first change. Rules must
// look for that: Prometheus sees an increase only between two samples.
type roleChanges struct {
	total, old, last *prometheus.Desc // old is nil where nothing old is counted

	mu       sync.Mutex
	series   map[pipeline.RoleChange]int64
	accounts int // series that bear an account id
	older    int64
	newest   map[string]time.Time // by severity
}

func newRoleChanges() *roleChanges {
	return &roleChanges{
		total: prometheus.NewDesc("roletrail_role_changes_total",
			"Changes of roles, no older than a day, that this process brought into the lake.", []string{"account_id", "change", "severity", "outcome"}, nil),
		old: prometheus.NewDesc("roletrail_role_changes_backfilled_total",
			"Changes of roles that this process brought into the lake when they were older than a day.", nil, nil),
		last: prometheus.NewDesc("roletrail_role_change_last_timestamp_seconds",
			"When the newest change of a role of this severity was made, of those that roletrail_role_changes_total counts; 0 before the first.", []string{"severity"}, nil),
		series: map[pipeline.RoleChange]int64{}, newest: map[string]time.Time{},
	}
}

// newUnusualAccess are findings of unusual access, which are counted alike: of old events
// there are none.
func newUnusualAccess() *roleChanges {
	return &roleChanges{
		total: prometheus.NewDesc("roletrail_unusual_access_total",
			"Findings of unusual access in events, no older than a day, that this process brought into the lake.", []string{"account_id", "finding", "severity", "outcome"}, nil),
		last: prometheus.NewDesc("roletrail_unusual_access_last_timestamp_seconds",
			"When the newest event was that roletrail_unusual_access_total counts of this severity; 0 before the first.", []string{"severity"}, nil),
		series: map[pipeline.RoleChange]int64{}, newest: map[string]time.Time{},
	}
}

// see counts what a round has committed beyond what was counted.
func (c *roleChanges) see(all, counted *pipeline.RoleChanges) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.older += all.Old - counted.Old
	for _, kind := range slices.SortedFunc(maps.Keys(all.Recent), compareKinds) {
		if n := all.Recent[kind] - counted.Recent[kind]; n > 0 {
			c.series[c.named(kind)] += n
		}
	}
	for severity, at := range all.Last {
		if at.After(c.newest[severity]) {
			c.newest[severity] = at
		}
	}
}

// named is a kind of changes as its series is labelled, which there is or may be.
func (c *roleChanges) named(kind pipeline.RoleChange) pipeline.RoleChange {
	if _, known := c.series[kind]; known || kind.Account == otherAccounts {
		return kind
	}
	if c.accounts >= MostChangeSeries || !isAccount(kind.Account) {
		kind.Account = otherAccounts
		return kind
	}
	c.accounts++
	return kind
}

func compareKinds(a, b pipeline.RoleChange) int {
	return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Change, b.Change), strings.Compare(a.Severity, b.Severity), strings.Compare(a.Outcome, b.Outcome))
}

// Describe implements [prometheus.Collector].
func (c *roleChanges) Describe(to chan<- *prometheus.Desc) {
	to <- c.total
	if c.old != nil {
		to <- c.old
	}
	to <- c.last
}

// Collect implements [prometheus.Collector].
func (c *roleChanges) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for kind, n := range c.series {
		to <- prometheus.MustNewConstMetric(c.total, prometheus.CounterValue, float64(n), kind.Account, kind.Change, kind.Severity, kind.Outcome)
	}
	if c.old != nil {
		to <- prometheus.MustNewConstMetric(c.old, prometheus.CounterValue, float64(c.older))
	}
	for _, severity := range difference.Severities() {
		at := 0.0
		if newest, ok := c.newest[severity]; ok {
			at = seconds(newest)
		}
		to <- prometheus.MustNewConstMetric(c.last, prometheus.GaugeValue, at, severity)
	}
}
