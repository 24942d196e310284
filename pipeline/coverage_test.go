package pipeline_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/queries"
)

// TestCoverageOfMovedFiles reads the same logs under other names, in another
// container and order too. What the lake covers stays the same.
func TestCoverageOfMovedFiles(t *testing.T) {
	insight := func(id int) string {
		return strings.Replace(record(id), `"awsRegion"`, `"eventCategory":"Insight","awsRegion"`, 1)
	}
	digest := func(hour int) []byte {
		return []byte(fmt.Sprintf(`{"awsAccountId":"111111111111","digestStartTime":"2026-07-10T%02d:00:00Z","digestEndTime":"2026-07-10T%02d:00:00Z","logFiles":[]}`, hour, hour+1))
	}
	dir, lake := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	key := func(root, family, name string) string {
		return root + "/AWSLogs/111111111111/" + family + "/eu-west-1/2026/07/10/" + name
	}
	fill := func(root, suffix string) {
		write(t, dir, key(root, "CloudTrail", "a"+suffix), trail(record(1), record(2)))
		write(t, dir, key(root, "CloudTrail-Insight", "b"+suffix), trail(insight(11), insight(12)))
		write(t, dir, key(root, "CloudTrail-Insight", "c"+suffix), trail(insight(13), insight(14))) // as many, at the same time
		write(t, dir, key(root, "CloudTrail-Digest", "d"+suffix), digest(10))
		write(t, dir, key(root, "CloudTrail-Digest", "e"+suffix), digest(11))
	}
	covered := func() string {
		var lines []string
		for _, row := range ask(t, lake, "coverage", queries.Params{Since: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)}) {
			lines = append(lines, fmt.Sprint(row["family"], " ", row["aws_region"], " events ", row["events"], " days ", row["days_present"], " objects ", row["objects"]))
		}
		return strings.Join(lines, "\n")
	}
	fill("old", ".json")
	ingest(t, lake, pipeline.Options{}, dir)
	want := "CloudTrail eu-west-1 events 2 days 1 objects 1\n" +
		"CloudTrail-Digest eu-west-1 events 0 days 0 objects 2\n" +
		"CloudTrail-Insight eu-west-1 events 4 days 1 objects 2"
	if got := covered(); got != want {
		t.Fatalf("covered is\n%s\nwant\n%s", got, want)
	}
	fill("new", "-renamed.json")
	write(t, dir, key("lines", "CloudTrail-Insight", "b.ndjson.gz"), gzipped([]byte(insight(12)+"\n"+insight(11)+"\n")))
	if s := ingest(t, lake, pipeline.Options{}, dir); s.Objects.Skipped != 5 || s.Records.Duplicate != 2 {
		t.Fatalf("the moved files were not read:\n%s", s)
	}
	// A log file of CloudTrail has two names now, its events count once.
	want = strings.Replace(want, "events 2 days 1 objects 1", "events 2 days 1 objects 2", 1)
	if got := covered(); got != want {
		t.Errorf("covered is\n%s\nwant\n%s", got, want)
	}
	write(t, dir, key("new", "CloudTrail-Insight", "f.json"), trail(insight(15)))
	ingest(t, lake, pipeline.Options{}, dir)
	if got := covered(); !strings.Contains(got, "CloudTrail-Insight eu-west-1 events 5 days 1 objects 3") {
		t.Errorf("a new file does not count:\n%s", got)
	}
}
