package watch

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"roletrail/iam/difference"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/rolechange"
	"roletrail/pipeline/unusual"
)

// changeRecord is a call of DeleteRolePermissionsBoundary, which is high, or of DeleteRole.
func changeRecord(n int, name, account string, at time.Time) string {
	return fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","eventTime":%q,"eventSource":"iam.amazonaws.com","eventName":%q,"awsRegion":"us-east-1",
		"recipientAccountId":%q,"eventID":"00000000-0000-4000-9000-%012d","eventType":"AwsApiCall","eventCategory":"Management","requestParameters":{"roleName":"app"}}]}`,
		at.UTC().Format(time.RFC3339), name, account, n)
}

// TestRoleChangesOfRounds counts what is news, and apart from it what is not.
func TestRoleChangesOfRounds(t *testing.T) {
	w := newWatched(t)
	now := time.Now()
	recent := now.Add(-time.Hour).Truncate(time.Second)
	place(t, filepath.Join(w.logs, "a.json"), changeRecord(1, "DeleteRolePermissionsBoundary", "111111111111", recent))
	place(t, filepath.Join(w.logs, "b.json"), changeRecord(2, "DeleteRolePermissionsBoundary", "111111111111", recent.Add(-time.Minute)))
	place(t, filepath.Join(w.logs, "c.json"), changeRecord(3, "DeleteRole", `<b>`, recent))
	place(t, filepath.Join(w.logs, "d.json"), changeRecord(4, "DeleteRole", "111111111111", now.Add(-25*time.Hour)))
	place(t, filepath.Join(w.logs, "e.json"), changeRecord(1, "DeleteRolePermissionsBoundary", "111111111111", recent)) // again
	place(t, filepath.Join(w.logs, "f.json"), record(5, "111111111111"))
	stop := w.start()
	w.await("objects", func(r round) bool { return r.summary.Objects.Total == 6 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`
# HELP roletrail_role_changes_backfilled_total Changes of roles that this process brought into the lake when they were older than a day.
# TYPE roletrail_role_changes_backfilled_total counter
roletrail_role_changes_backfilled_total 1
# HELP roletrail_role_changes_total Changes of roles, no older than a day, that this process brought into the lake.
# TYPE roletrail_role_changes_total counter
roletrail_role_changes_total{account_id="111111111111",change="boundary_deleted",outcome="success",severity="high"} 2
roletrail_role_changes_total{account_id="other",change="role_deleted",outcome="success",severity="medium"} 1
# HELP roletrail_role_change_last_timestamp_seconds When the newest change of a role of this severity was made, of those that roletrail_role_changes_total counts; 0 before the first.
# TYPE roletrail_role_change_last_timestamp_seconds gauge
roletrail_role_change_last_timestamp_seconds{severity="critical"} 0
roletrail_role_change_last_timestamp_seconds{severity="high"} %[1]d
roletrail_role_change_last_timestamp_seconds{severity="info"} 0
roletrail_role_change_last_timestamp_seconds{severity="low"} 0
roletrail_role_change_last_timestamp_seconds{severity="medium"} %[1]d
`, recent.Unix())
	if err := testutil.GatherAndCompare(w.registry, strings.NewReader(want), "roletrail_role_changes_total", "roletrail_role_changes_backfilled_total", "roletrail_role_change_last_timestamp_seconds"); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.GatherAndLint(w.registry); err != nil || len(problems) > 0 {
		t.Errorf("the linter says %v, %v", problems, err)
	}
}

// TestRoleChangesByWhatWasBefore: a change is as grave as the difference to what was before
// it, also where that was told in an earlier round, or before the watch began; an account of
// one's own is no stranger.
func TestRoleChangesByWhatWasBefore(t *testing.T) {
	w := newWatched(t)
	now := time.Now().Truncate(time.Second)
	trusts := func(n int, at time.Time, principals string) string {
		document := strconv.Quote(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":[` + principals + `]},"Action":"sts:AssumeRole"}]}`)
		return strings.Replace(changeRecord(n, "UpdateAssumeRolePolicy", "111111111111", at), `{"roleName":"app"}`, `{"roleName":"app","policyDocument":`+document+`}`, 1)
	}
	place(t, filepath.Join(w.logs, "old.json"), trusts(1, now.Add(-100*24*time.Hour), `"111111111111","999999999999"`))
	stop := w.start()
	w.await("an object", func(r round) bool { return r.summary.Objects.Ingested == 1 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	again := newWatched(t) // another process
	again.Lake, again.Options.Explaining = InFolder(w.lake), &pipeline.Explaining{
		Accounts: []string{"222222222222"},
		Automation: func(actors ...string) string {
			if slices.Contains(actors, "arn:aws:iam::111111111111:user/robot") {
				return "robot"
			}
			return ""
		},
	}
	again.Options.Telling = pipeline.Telling{Webhooks: []string{"hook"}, AtLeast: "high"}
	stop = again.start()
	for n, c := range []struct{ principals, severity string }{
		{`"111111111111"`, "low"},                                    // fewer than a hundred days ago
		{`"111111111111"`, "info"},                                   // the same again
		{`"111111111111","222222222222"`, "high"},                    // another one of ours
		{`"111111111111","222222222222","888888888888"`, "critical"}, // a stranger
		{`"111111111111","777777777777"`, "high"},                    // another one, let in by known automation
	} {
		before := testutil.ToFloat64(collected{again.Metrics.roleChanges, c.severity})
		text := trusts(2+n, now.Add(time.Duration(n-10)*time.Minute), c.principals)
		if n == 4 {
			text = strings.Replace(text, `"eventVersion"`, `"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/robot"},"eventVersion"`, 1)
		}
		place(t, filepath.Join(again.logs, fmt.Sprint(n, ".json")), text)
		if r := again.await("an object", func(r round) bool { return r.summary.Objects.Ingested == 1 }); r.err != nil {
			t.Fatal(r.err)
		}
		if after := testutil.ToFloat64(collected{again.Metrics.roleChanges, c.severity}); after != before+1 {
			t.Errorf("trust in %s: %v of severity %s, want one more than %v", c.principals, after, c.severity, before)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	lake, err := parquet.OpenLake(w.lake)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	told, err := pipeline.Outbox{Ledger: lake.Ledger()}.Due("hook", time.Now().Add(time.Hour), 10) // what automation does waits for more
	if err != nil {
		t.Fatal(err)
	}
	var severities []string
	for _, c := range told {
		severities = append(severities, c.Change.Severity+" "+c.Change.Summary)
	}
	want := []string{"high UpdateAssumeRolePolicy: lets in account 222222222222", "critical UpdateAssumeRolePolicy: lets in account 888888888888 without a condition",
		"high UpdateAssumeRolePolicy: lets in account 777777777777 without a condition; no longer lets in account 222222222222; no longer lets in account 888888888888 (by robot)"}
	if !slices.Equal(severities, want) {
		t.Errorf("told is %q, want %q", severities, want)
	}
}

// collected is how many changes of a severity were counted.
type collected struct {
	of       *roleChanges
	severity string
}

func (c collected) Describe(chan<- *prometheus.Desc) {}

func (c collected) Collect(to chan<- prometheus.Metric) {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	n := int64(0)
	for kind, count := range c.of.series {
		if kind.Severity == c.severity {
			n += count
		}
	}
	to <- prometheus.MustNewConstMetric(prometheus.NewDesc("counted", "", nil, nil), prometheus.CounterValue, float64(n))
}

// TestRoleChangesAreCapped counts accounts beyond the cap together, and what a run commits
// in parts once.
func TestRoleChangesAreCapped(t *testing.T) {
	registry := prometheus.NewRegistry()
	m := NewMetrics(registry)
	s := &pipeline.Summary{RoleChanges: pipeline.RoleChanges{Recent: map[pipeline.RoleChange]int64{}}}
	for i := range 2 * MostChangeSeries {
		s.RoleChanges.Recent[pipeline.RoleChange{Account: fmt.Sprintf("%012d", i), Change: "role_deleted", Severity: "medium", Outcome: "success"}] = 1
		if i == MostChangeSeries/2 {
			m.committed(s)
		}
	}
	m.committed(s)
	m.ended(s, nil, time.Second, time.Now())
	if n := testutil.CollectAndCount(m.roleChanges, "roletrail_role_changes_total"); n != MostChangeSeries+1 {
		t.Errorf("%d series, want %d and one for the others", n, MostChangeSeries)
	}
	counted := int64(0)
	for _, n := range m.roleChanges.series {
		counted += n
	}
	if counted != 2*MostChangeSeries {
		t.Errorf("%d changes were counted, want %d", counted, 2*MostChangeSeries)
	}
}

// TestSeriesOfAWatcherAreBounded: whatever accounts, kinds and texts there are, a watcher has no more series than is
// published, none of them with a text that logs choose, and counts what has none of its own.
func TestSeriesOfAWatcherAreBounded(t *testing.T) {
	registry := prometheus.NewRegistry()
	m := NewMetrics(registry)
	s := &pipeline.Summary{LastEvents: map[string]time.Time{}}
	s.RoleChanges.Recent, s.Unusual.Found.Recent = map[pipeline.RoleChange]int64{}, map[pipeline.RoleChange]int64{}
	account := func(n int) string {
		if n%3 == 0 {
			return fmt.Sprintf("\"}\n<!channel>%d", n) // no account's id, and before all others
		}
		return fmt.Sprintf("%012d", n)
	}
	pick := func(of []string, n int) string { return of[n%len(of)] }
	outcomes, flood := []string{"success", "denied", "failed"}, 3*MostChangeSeries
	for n := range flood {
		s.LastEvents[account(n)] = time.Unix(int64(n), 0)
		kind := pipeline.RoleChange{Account: account(n), Severity: pick(difference.Severities(), n), Outcome: pick(outcomes, n/5)}
		kind.Change = pick(rolechange.Changes(), n/15)
		s.RoleChanges.Recent[kind] = 1
		kind.Change = pick(unusual.Findings(), n/15)
		s.Unusual.Found.Recent[kind] = 1
	}
	m.ended(s, nil, time.Second, time.Now())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	series, counted := 0, map[string]float64{}
	for _, f := range families {
		for _, sample := range f.GetMetric() {
			series += 1 + len(sample.GetHistogram().GetBucket()) + 2*min(len(sample.GetHistogram().GetBucket()), 1) // with +Inf, of which its count is one
			counted[f.GetName()] += sample.GetCounter().GetValue()
			for _, l := range sample.GetLabel() {
				if strings.ContainsAny(l.GetValue(), "\"\n<>") {
					t.Errorf("%s has a label %q", f.GetName(), l.GetValue())
				}
			}
		}
	}
	if series > MostSeries || series < 2*MostChangeSeries+MostAccounts {
		t.Errorf("%d series, at most %d are published", series, MostSeries)
	}
	for _, name := range []string{"roletrail_role_changes_total", "roletrail_unusual_access_total"} {
		if counted[name] != float64(flood) {
			t.Errorf("%s counts %v of %d", name, counted[name], flood)
		}
	}
}
