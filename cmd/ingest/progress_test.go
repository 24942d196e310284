package main

import (
	"io"
	"sync"
	"testing"
	"time"

	"github.com/vbauerster/mpb/v8"

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
	case <-time.After(30 * time.Second):
		t.Fatal("the workers wait for the bar, which waits for them")
	}
	if got := pr.objects.Load(); got != workers*objects {
		t.Errorf("%d objects were counted", got)
	}
}
