package main

import (
	"io"
	"sync"
	"testing"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"roletrail/pipeline"
)

// TestBarDoesNotHoldUpTheWorkers lets workers report while the bar draws, which
// reads what they report.
func TestBarDoesNotHoldUpTheWorkers(t *testing.T) {
	const workers, objects = 4, 20_000
	pr := &progress{start: time.Now()}
	pr.bars = mpb.New(mpb.WithOutput(io.Discard), mpb.WithAutoRefresh(), mpb.WithRefreshRate(time.Millisecond))
	done := make(chan struct{})
	go func() {
		defer close(done)
		var wg sync.WaitGroup
		for range workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range objects {
					pr.update(pipeline.Progress{Objects: 1, Records: 1, Total: workers * objects})
				}
			}()
		}
		wg.Wait()
		pr.end()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("the workers wait for the bar, which waits for them")
	}
	if got := pr.objects.Load(); got != workers*objects {
		t.Errorf("%d objects were counted", got)
	}
}

// TestStages: a bar that is full does not say "reading" while the files are written,
// and the rate of reading does not fall meanwhile.
func TestStages(t *testing.T) {
	pr := &progress{start: time.Now().Add(-time.Minute)}
	pr.records.Store(6000)
	pr.last.Store(pr.start.Add(2 * time.Second).UnixNano())
	for _, c := range []struct {
		read  int64
		ended bool
		want  string
	}{{1, false, "reading "}, {3, false, "writing "}, {3, true, "done    "}} {
		pr.ended.Store(c.ended)
		if got := pr.stage(decor.Statistics{Current: c.read, Total: 3}); got != c.want {
			t.Errorf("%d of 3, ended %t: %q, want %q", c.read, c.ended, got, c.want)
		}
	}
	if got := pr.rate(); got != " 3000 records/s" {
		t.Errorf("rate %q", got)
	}
}
