package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// TestCountedLine: what is counted is said with the rate, and what is left once that is steady.
func TestCountedLine(t *testing.T) {
	now := time.Now()
	for _, tc := range []struct {
		what     string
		counts   unit
		done, of int64
		asked    time.Duration
		want     string
	}{
		{"listing the lake", countedObjects, 0, 0, time.Second, "listing the lake, 12s"},
		{"listing the lake", countedObjects, 24_000, 0, 8 * time.Second, "listing the lake, 12s, 24,000 objects, 3,000/s"},
		{"fetching the lake", countedBytes, 20_000_000, 80_000_000, 10 * time.Second, "fetching the lake, 12s, 20 MB of 80 MB, about 30s left, 2 MB/s"},
		{"fetching the lake", countedBytes, 20_000_000, 80_000_000, time.Second, "fetching the lake, 12s, 20 MB of 80 MB, 20 MB/s"},
		{"fetching the lake", countedBytes, 80_000_000, 80_000_000, 10 * time.Second, "fetching the lake, 12s, 80 MB of 80 MB, 8 MB/s"},
		{"fetching the lake", countedBytes, 90_000_000, 80_000_000, 10 * time.Second, "fetching the lake, 12s, 90 MB, 9 MB/s"},
		{"putting its days together", countedDays, 30, 90, 10 * time.Second, "putting its days together, 12s, 30 of 90 days, about 20s left, 3/s"},
	} {
		w := &work{}
		w.begin(tc.what, tc.of, tc.counts)
		w.add(tc.done, tc.counts)
		w.add(7, "others") // which are not counted now
		w.since = now.Add(-tc.asked)
		if got := strings.Join(w.line(12*time.Second, now), ", "); got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
		w.do("asking")
		if got := strings.Join(w.line(12*time.Second, now), ", "); got != "asking, 12s" {
			t.Errorf("what comes next is %q", got)
		}
	}
}

// lakeInBucket is a lake of some log files on a stand-in of S3, s3://lake/roletrail.
func lakeInBucket(t *testing.T) (*s3test.Server, *bucket.Store) {
	t.Helper()
	server := s3test.New(t)
	for _, setting := range server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	files, n := os.DirFS("../../testdata/cloudtrail"), 0
	err := fs.WalkDir(files, "AWSLogs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if n++; n > 20 {
			return fs.SkipAll
		}
		content, err := fs.ReadFile(files, path)
		server.Put("trails", path, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	store, err := bucket.OpenStore(t.Context(), "s3://lake/roletrail")
	if err != nil {
		t.Fatal(err)
	}
	trails := &bucket.Source{Client: client, Bucket: "trails"}
	if s, err := pipeline.IngestRemote(t.Context(), store, []pipeline.Source{trails}, pipeline.Options{Version: "test"}); err != nil || s.Records.Written == 0 {
		t.Fatalf("%v\n%s", err, s)
	}
	return server, store
}

// TestFetchingCountsEachByteOnce: what is said to be fetched is what the bucket has, and all of it is
// counted, once, though connections break.
func TestFetchingCountsEachByteOnce(t *testing.T) {
	server, store := lakeInBucket(t)
	var asked atomic.Int64
	server.BreakAnswers(func(c s3test.Call) s3test.Break {
		if c.Action == "s3:GetObject" && asked.Add(1)%7 == 3 {
			return s3test.Break{How: s3test.Cut, After: 100}
		}
		return s3test.Break{}
	})
	w := &work{}
	w.begin("listing the lake", 0, countedObjects)
	var listed int64
	var said pipeline.Fetching
	var together int
	err := pipeline.Mirror(t.Context(), watched{store, w}, filepath.Join(t.TempDir(), "lake"), pipeline.MirrorOptions{
		Limit: 1 << 30, Version: "test",
		Begin: func(f pipeline.Fetching) {
			listed, said = w.done, f
			w.begin("fetching the lake", f.Bytes, countedBytes)
		},
		Compacted: func(p pipeline.CompactProgress) {
			if together == 0 && (w.done != said.Bytes || w.of != said.Bytes) {
				t.Errorf("%d bytes were counted, of %d", w.done, w.of)
			}
			together++
			w.compacted(p)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var bytes, objects int64
	for name, content := range server.Objects("lake", "roletrail/") {
		if folder, _, _ := strings.Cut(name, "/"); slices.Contains([]string{"events", "coverage", "iam", "trails", "catalogue"}, folder) {
			bytes += int64(len(content))
		}
		objects++
	}
	if said.Bytes != bytes || bytes == 0 {
		t.Errorf("%d bytes are said to be fetched, the bucket has %d", said.Bytes, bytes)
	}
	if listed == 0 || listed > objects {
		t.Errorf("%d objects were listed of %d", listed, objects)
	}
	if together == 0 || w.counts != countedDays || w.done != int64(together) || w.of < w.done {
		t.Errorf("%d days were put together, %d of %d %s counted", together, w.done, w.of, w.counts)
	}
}
