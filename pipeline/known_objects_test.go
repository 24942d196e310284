package pipeline_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/cloudtrail"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/queries"
)

// TestRaisedLimitBringsRecordsBack changes limits.depth between runs: the record that
// it set aside is read again, and once only.
func TestRaisedLimitBringsRecordsBack(t *testing.T) {
	dir, lakeDir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	deep := func(id, depth int) string {
		return strings.Replace(record(id), `"awsRegion"`, `"requestParameters":{"a":`+strings.Repeat("[", depth)+strings.Repeat("]", depth)+`},"awsRegion"`, 1)
	}
	insight := strings.Replace(record(9), `"awsRegion"`, `"eventCategory":"Insight","awsRegion"`, 1)
	write(t, dir, "a.json", trail(record(1), deep(2, 20), deep(3, 60), record(4), insight))
	write(t, dir, "b.json", trail(record(5), `{"eventName":"no time"}`))
	depth := func(n int) pipeline.Options {
		l := pipeline.DefaultLimits
		l.Records.Depth = n
		return pipeline.Options{Limits: l}
	}
	steps := []struct {
		depth                                             int
		ingested, already, written, duplicate, quarantine int64
	}{
		{10, 2, 0, 3, 0, 3},  // two are too deep, one has no time
		{10, 0, 2, 0, 0, 0},  // the same again adds nothing
		{30, 1, 1, 1, 2, 1},  // one comes back
		{30, 0, 2, 0, 0, 0},  // and once only
		{100, 1, 1, 1, 3, 0}, // so does the other
		{100, 0, 2, 0, 0, 0},
		{10, 0, 2, 0, 0, 0}, // what is a row stays one
	}
	for i, step := range steps {
		s := ingest(t, lakeDir, depth(step.depth), dir)
		o, r := s.Objects, s.Records
		if o.Ingested != step.ingested || o.Already != step.already || r.Written != step.written || r.Duplicate != step.duplicate || r.Quarantined != step.quarantine {
			t.Errorf("step %d, %+v:\n%s", i, step, s)
		}
		if i == 2 {
			entries := quarantine(t, lakeDir)
			if len(entries) != 2 || entries[0].Record != 2 || entries[0].Reason != (cloudtrail.Limits{Depth: 30}).DepthReason() {
				t.Errorf("the ledger lists %+v", entries)
			}
		}
	}
	if n := len(events(t, lakeDir)); n != 5 {
		t.Errorf("%d events", n)
	}
	if entries := quarantine(t, lakeDir); len(entries) != 1 || entries[0].Reason != "no eventTime" {
		t.Errorf("the ledger lists %+v", entries)
	}
	counts := map[any]float64{}
	for _, row := range ask(t, lakeDir, "coverage", queries.Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)}) {
		counts[row["family"]] += row["events"].(float64)
	}
	if counts["CloudTrail"] != 5 || counts["CloudTrail-Insight"] != 1 {
		t.Errorf("coverage counts %v", counts)
	}
}

func quarantine(t *testing.T, dir string) []parquet.QuarantineEntry {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	entries, err := lake.Ledger().Quarantined(-1)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}
