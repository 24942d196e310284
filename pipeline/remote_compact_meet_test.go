package pipeline_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket/s3test"
)

// TestCompactionsMeet lets a compaction come to its end just before another one commits, which has
// put the same log files together.
func TestCompactionsMeet(t *testing.T) {
	c := newCompacting(t)
	c.log("before", map[int][]int{20: {0}})
	c.deliver("before")
	c.mustCompact() // the first commit of a lake is another one
	c.log("0", map[int][]int{10: {0, 1}})
	c.log("1", map[int][]int{10: {1, 2}, 11: {3}})
	c.deliver("0", "1")
	met := 0
	c.server.Refuse(func(call s3test.Call) int {
		if met == 0 && call.Action == "s3:PutObject" && strings.HasPrefix(call.Resource, "lake/a/commits/") {
			met++
			c.server.Refuse(nil)
			first := *c.mirrored
			first.dir += "-first"
			(&compacting{mirrored: &first, now: c.now, batch: c.batch, whole: c.whole}).mustCompact()
		}
		return 0
	})
	if b := c.mustCompact(); met != 1 || b.LogFiles != 0 {
		t.Errorf("met %d times, and the second put together\n%s", met, b)
	}
	c.read("after both", filepath.Join(t.TempDir(), "cache"))
}

// TestCacheOfCompactFiles reads a lake of which nothing is loose, before and after more was put together
// with it.
func TestCacheOfCompactFiles(t *testing.T) {
	c := newCompacting(t)
	cache := filepath.Join(t.TempDir(), "cache")
	for n, what := range []string{"at first", "with more"} {
		key := fmt.Sprint(n)
		c.log(key, map[int][]int{10: {n}})
		c.deliver(key)
		c.mustCompact()
		c.now = c.now.Add(2 * pipeline.KeepReplaced)
		c.mustCompact()
		c.onlyWhatCounts(what)
		c.read(what, cache)
	}
}
