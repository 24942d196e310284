package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket/s3test"
)

// trailFolder is the folder of a day's log files.
func trailFolder(day time.Time) string {
	return "AWSLogs/111111111111/CloudTrail/eu-west-1/" + day.UTC().Format("2006/01/02") + "/"
}

func inEnvironment(t *testing.T, settings []string) {
	t.Helper()
	for _, setting := range settings {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
}

// TestWatchOfS3LooksAtRecentFolders: most looks at a bucket list the folders of today and of two days
// before, and what lies in no such folder; the others list all.
func TestWatchOfS3LooksAtRecentFolders(t *testing.T) {
	server := s3test.New(t)
	inEnvironment(t, server.Environment(t))
	now := time.Date(2026, 8, 2, 0, 30, 0, 0, time.UTC)
	for _, days := range []int{0, 1, 2, 3, 40, 400} {
		server.Put("trails", trailFolder(now.AddDate(0, 0, -days))+"a.json", oneEvent(days))
	}
	server.Put("trails", "AWSLogs/notes.json", oneEvent(9))
	job := &watchJob{logs: logsJob{}}
	sources, err := job.sources(t.Context(), []string{"s3://trails/AWSLogs/"})
	if err != nil || len(sources) != 1 {
		t.Fatalf("%v, %v", sources, err)
	}
	names := func(s pipeline.Source) (names []string) {
		if err := s.List(t.Context(), func(o pipeline.Object) error { names = append(names, o.Name); return nil }); err != nil {
			t.Fatal(err)
		}
		slices.Sort(names)
		return names
	}
	if got := names(sources[0].Source); len(got) != 7 {
		t.Errorf("all are %q", got)
	}
	const folder = "s3://trails/AWSLogs/111111111111/CloudTrail/eu-west-1/2026/"
	want := []string{folder + "07/31/a.json", folder + "08/01/a.json", folder + "08/02/a.json", "s3://trails/AWSLogs/notes.json"}
	if got := names(sources[0].Recent(now)); !slices.Equal(got, want) {
		t.Errorf("recent ones are %q", got)
	}
}

// TestWatchOfS3 takes what comes into a bucket: also what comes late, in the folder of the day before, with
// events of a month ago.
func TestWatchOfS3(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal for a single process")
	}
	server := s3test.New(t)
	inEnvironment(t, server.Environment(t))
	server.Put("trails", trailFolder(time.Now().AddDate(0, 0, -90))+"old.json", oneEvent(1))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &watching{t: t}
	w.start(self, "http", "watch", "--lake", filepath.Join(t.TempDir(), "lake"), "--listen", "127.0.0.1:0", "--poll", "1s", "s3://trails/AWSLogs/")
	w.await("/metrics", `roletrail_ingest_records_total{outcome="written"} 1`)
	server.Put("trails", trailFolder(time.Now())+"new.json", oneEvent(2))
	w.await("/metrics", `roletrail_ingest_records_total{outcome="written"} 2`)
	server.Put("trails", trailFolder(time.Now().AddDate(0, 0, -1))+"late.json", oneEvent(3))
	server.Put("trails", trailFolder(time.Now().AddDate(0, 0, -60))+"copied.json", oneEvent(4)) // found within a day
	w.await("/metrics", `roletrail_ingest_records_total{outcome="written"} 3`)
	if said := w.end(); !strings.Contains(said, "stopped; what was begun is in the lake\n") {
		t.Errorf("it says\n%s", said)
	}
}
