package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"roletrail/cmd/internal/cli"
	"roletrail/pipeline"
)

// progress shows how far a run has come: a bar on a terminal, a plain line now and
// then elsewhere.
type progress struct {
	w     io.Writer
	bars  *mpb.Progress // nil where there is no terminal
	mu    sync.Mutex
	bar   *mpb.Bar
	done  pipeline.Progress
	start time.Time
	next  time.Time // of the next plain line
}

// plainEvery is how often a line is written where there is no terminal: short
// runs write none.
const plainEvery = 10 * time.Second

func newProgress(p *cli.Program) *progress {
	now := time.Now()
	pr := &progress{w: p.Stderr, start: now, next: now.Add(plainEvery)}
	if p.StderrTerminal() {
		pr.bars = mpb.New(mpb.WithOutput(p.Stderr), mpb.WithWidth(40))
	}
	return pr
}

// update is called for every finished object, by several goroutines.
func (pr *progress) update(u pipeline.Progress) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	pr.done.Objects += u.Objects
	pr.done.Records += u.Records
	pr.done.Total = u.Total
	if pr.bars != nil {
		pr.show(u)
		return
	}
	if now := time.Now(); now.After(pr.next) {
		pr.next = now.Add(plainEvery)
		fmt.Fprintf(pr.w, "%d of %d objects, %d records, %s\n", pr.done.Objects, pr.done.Total, pr.done.Records, now.Sub(pr.start).Round(time.Second))
	}
}

func (pr *progress) show(u pipeline.Progress) {
	if pr.bar == nil {
		pr.bar = pr.bars.AddBar(u.Total,
			mpb.PrependDecorators(decor.Name("reading "), decor.CountersNoUnit("%d/%d objects")),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return pr.rate() }), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)),
		)
	}
	pr.bar.IncrInt64(u.Objects)
}

// rate is read by the bar's own goroutine.
func (pr *progress) rate() string {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	seconds := time.Since(pr.start).Seconds()
	return fmt.Sprintf(" %.0f records/s", float64(pr.done.Records)/seconds)
}

// end leaves the terminal to what is written next.
func (pr *progress) end() {
	if pr.bars == nil {
		return
	}
	pr.mu.Lock()
	bar := pr.bar
	pr.mu.Unlock()
	if bar != nil && !bar.Completed() {
		bar.Abort(false)
	}
	pr.bars.Wait()
}
