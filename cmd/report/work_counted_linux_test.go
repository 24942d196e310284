package main

import (
	"strings"
	"sync/atomic"
	"testing"

	"roletrail/pipeline/bucket/s3test"
)

// TestFetchingIsShown: while a lake on S3 is fetched, the terminal says how much of how much,
// how fast, and how long that will take.
func TestFetchingIsShown(t *testing.T) {
	server, _ := lakeInBucket(t)
	held := make(chan struct{})
	var asked atomic.Int64
	server.BreakAnswers(func(c s3test.Call) s3test.Break {
		if c.Action == "s3:GetObject" && strings.Contains(c.Resource, "/events/") && asked.Add(1) > 10 {
			<-held
		}
		return s3test.Break{}
	})
	d := startDialogueIn(t, append(server.Environment(t), "HOME="+t.TempDir()), "sql", "select 1 as one", "--lake", "s3://lake/roletrail", "--cache", t.TempDir())
	d.expect("fetching 20 log files")
	d.expect(erased + "fetching the lake, ")
	d.expect(" kB of ")
	d.expect(" left, ")
	d.expect("B/s")
	close(held)
	d.expect("one")
	if code := d.leave(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
