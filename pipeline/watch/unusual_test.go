package watch

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"roletrail/pipeline"
)

// TestUnusualAccessOfRounds counts and tells what is unusual, once, whatever rounds follow.
func TestUnusualAccessOfRounds(t *testing.T) {
	w, r := newWatched(t), newReceiver(t, func() bool { return true })
	w.tells(r)
	w.Options.Unusual = &pipeline.Unusual{}
	now := time.Now().Truncate(time.Second)
	root := func(n int, at time.Time) string {
		return strings.NewReplacer("iam.amazonaws.com", "sts.amazonaws.com", "DeleteRole", "AssumeRoot").Replace(changeRecord(n, "DeleteRole", "111111111111", at))
	}
	place(t, filepath.Join(w.logs, "new.json"), root(1, now))
	place(t, filepath.Join(w.logs, "old.json"), root(2, now.Add(-25*time.Hour)))
	stop := w.start()
	w.await("objects", func(r round) bool { return r.summary.Objects.Ingested == 2 })
	place(t, filepath.Join(w.logs, "again.json"), root(1, now))
	w.await("it again", func(r round) bool { return r.summary.Records.Duplicate == 1 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"00000000-0000-4000-9000-000000000001": 1}; fmt.Sprint(r.told) != fmt.Sprint(want) {
		t.Errorf("told %v, want %v", r.told, want)
	}
	want := fmt.Sprintf(`
# HELP roletrail_unusual_access_total Findings of unusual access in events, no older than a day, that this process brought into the lake.
# TYPE roletrail_unusual_access_total counter
roletrail_unusual_access_total{account_id="111111111111",finding="root_assumed",outcome="success",severity="high"} 1
# HELP roletrail_unusual_access_last_timestamp_seconds When the newest event was that roletrail_unusual_access_total counts of this severity; 0 before the first.
# TYPE roletrail_unusual_access_last_timestamp_seconds gauge
roletrail_unusual_access_last_timestamp_seconds{severity="critical"} 0
roletrail_unusual_access_last_timestamp_seconds{severity="high"} %d
roletrail_unusual_access_last_timestamp_seconds{severity="info"} 0
roletrail_unusual_access_last_timestamp_seconds{severity="low"} 0
roletrail_unusual_access_last_timestamp_seconds{severity="medium"} 0
`, now.Unix())
	if err := testutil.GatherAndCompare(w.registry, strings.NewReader(want), "roletrail_unusual_access_total", "roletrail_unusual_access_last_timestamp_seconds"); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.GatherAndLint(w.registry); err != nil || len(problems) > 0 {
		t.Errorf("the linter says %v, %v", problems, err)
	}
}
