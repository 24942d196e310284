package watch

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"roletrail/pipeline"
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
