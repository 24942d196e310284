package main

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"roletrail/cmd/internal/cli"
	"roletrail/pipeline"
)

// progress shows how far a run has come: a bar on a terminal, a line now and then
// elsewhere. The bar's own goroutine reads the counters while it draws, so no
// lock may be held when the bar is told something.
type progress struct {
	say     func(level slog.Level, line, msg string, attributes ...any)
	bars    *mpb.Progress // nil where there is no terminal
	once    sync.Once     // makes the bar, when the total is known
	bar     *mpb.Bar
	objects atomic.Int64
	records atomic.Int64
	start   time.Time
	next    atomic.Int64 // when the next plain line is due, ns since 1970
}

// plainEvery is how often a line is written where there is no terminal: short
// runs write none.
const plainEvery = 10 * time.Second

func newProgress(p *cli.Program) *progress {
	pr := &progress{say: p.Say, start: time.Now()}
	pr.next.Store(pr.start.Add(plainEvery).UnixNano())
	if p.StderrTerminal() && !p.JSON() {
		pr.bars = mpb.New(mpb.WithOutput(p.Stderr), mpb.WithWidth(40))
	}
	return pr
}

// update is called for every finished object, by several goroutines.
func (pr *progress) update(u pipeline.Progress) {
	objects, records := pr.objects.Add(u.Objects), pr.records.Add(u.Records)
	if pr.bars != nil {
		pr.once.Do(func() { pr.bar = pr.newBar(u.Total) })
		pr.bar.IncrInt64(u.Objects)
		return
	}
	now, due := time.Now(), pr.next.Load()
	if now.UnixNano() > due && pr.next.CompareAndSwap(due, now.Add(plainEvery).UnixNano()) {
		took := now.Sub(pr.start).Round(time.Second)
		pr.say(slog.LevelInfo, fmt.Sprintf("%d of %d objects, %d records, %s", objects, u.Total, records, took),
			"progress", "objects", objects, "total", u.Total, "records", records, "seconds", took.Seconds())
	}
}

func (pr *progress) newBar(total int64) *mpb.Bar {
	return pr.bars.AddBar(total,
		mpb.PrependDecorators(decor.Name("reading "), decor.CountersNoUnit("%d/%d objects")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return pr.rate() }), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)),
	)
}

func (pr *progress) rate() string {
	return fmt.Sprintf(" %.0f records/s", float64(pr.records.Load())/time.Since(pr.start).Seconds())
}

// end leaves the terminal to what is written next. No update may follow.
func (pr *progress) end() {
	if pr.bars == nil {
		return
	}
	if pr.bar != nil && !pr.bar.Completed() {
		pr.bar.Abort(false)
	}
	pr.bars.Wait()
}
