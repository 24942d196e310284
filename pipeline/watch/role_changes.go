package watch

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"roletrail/pipeline"
	"roletrail/pipeline/rolechange"
)

// NewsAge is how old a role change may be, when a round begins, to be counted as one. What
// is older comes of a backfill, which alarms nobody.
const NewsAge = 24 * time.Hour

// MostChangeSeries is how many series of role changes bear an account id. Changes beyond
// are counted under account_id="other", which kinds, severities and outcomes bound.
const MostChangeSeries = 10_000

// ZeroFor is how long a new series shows 0: longer than the interval of a scrape.
const ZeroFor = 45 * time.Second

// otherAccounts stands for the accounts without a series, and for what is no account id.
const otherAccounts = "other"

// roleChanges are the role changes that this process brought into the lake.
//
// Prometheus sees an increase only between two samples, and nobody knows beforehand which
// accounts there are. So a series begins at 0: it shows 0 for a while, to whoever scrapes,
// and until it was scraped once.
type roleChanges struct {
	total, old, last *prometheus.Desc

	now func() time.Time

	mu     sync.Mutex
	series map[pipeline.RoleChange]*changeSeries
	named  int // series that bear an account id
	older  int64
	newest map[string]time.Time // by severity
}

type changeSeries struct {
	count int64
	began time.Time
	shown bool // as 0
}

func newRoleChanges() *roleChanges {
	return &roleChanges{
		total: prometheus.NewDesc("roletrail_role_changes_total",
			"Changes of roles, no older than a day, that this process brought into the lake. A series begins at 0, for 45 seconds at least.", []string{"account_id", "change", "severity", "outcome"}, nil),
		old: prometheus.NewDesc("roletrail_role_changes_backfilled_total",
			"Changes of roles that this process brought into the lake when they were older than a day.", nil, nil),
		last: prometheus.NewDesc("roletrail_role_change_last_timestamp_seconds",
			"When the newest change of a role of this severity was made, of those that roletrail_role_changes_total counts; 0 before the first.", []string{"severity"}, nil),
		now: time.Now, series: map[pipeline.RoleChange]*changeSeries{}, newest: map[string]time.Time{},
	}
}

// see counts what a round has committed beyond what was counted.
func (c *roleChanges) see(all, counted *pipeline.RoleChanges) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.older += all.Old - counted.Old
	for _, kind := range slices.SortedFunc(maps.Keys(all.Recent), compareKinds) {
		if n := all.Recent[kind] - counted.Recent[kind]; n > 0 {
			c.of(kind).count += n
		}
	}
	for severity, at := range all.Last {
		if at.After(c.newest[severity]) {
			c.newest[severity] = at
		}
	}
}

// of is the series of a kind of changes, a new one if need be.
func (c *roleChanges) of(kind pipeline.RoleChange) *changeSeries {
	if s := c.series[kind]; s != nil {
		return s
	}
	if kind.Account != otherAccounts && (c.named >= MostChangeSeries || !isAccount(kind.Account)) {
		kind.Account = otherAccounts
		return c.of(kind)
	}
	if kind.Account != otherAccounts {
		c.named++
	}
	s := &changeSeries{began: c.now()}
	c.series[kind] = s
	return s
}

func compareKinds(a, b pipeline.RoleChange) int {
	return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Change, b.Change), strings.Compare(a.Severity, b.Severity), strings.Compare(a.Outcome, b.Outcome))
}

// Describe implements [prometheus.Collector].
func (c *roleChanges) Describe(to chan<- *prometheus.Desc) {
	to <- c.total
	to <- c.old
	to <- c.last
}

// Collect implements [prometheus.Collector].
func (c *roleChanges) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for kind, s := range c.series {
		n := float64(s.count)
		if !s.shown || c.now().Sub(s.began) < ZeroFor {
			n, s.shown = 0, true
		}
		to <- prometheus.MustNewConstMetric(c.total, prometheus.CounterValue, n, kind.Account, kind.Change, kind.Severity, kind.Outcome)
	}
	to <- prometheus.MustNewConstMetric(c.old, prometheus.CounterValue, float64(c.older))
	for _, severity := range rolechange.Severities() {
		at := 0.0
		if newest, ok := c.newest[severity]; ok {
			at = seconds(newest)
		}
		to <- prometheus.MustNewConstMetric(c.last, prometheus.GaugeValue, at, severity)
	}
}
