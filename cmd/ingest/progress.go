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
	things  string // that are counted: objects, days
	say     func(level slog.Level, line, msg string, attributes ...any)
	bars    *mpb.Progress // nil where there is no terminal
	once    sync.Once     // makes the bar, when the total is known
	bar     *mpb.Bar
	objects atomic.Int64
	records atomic.Int64
	start   time.Time
	next    atomic.Int64 // when the next plain line is due, ns since 1970
	last    atomic.Int64 // when something was read last, ns since 1970
	ended   atomic.Bool
}

// plainEvery is how often a line is written where there is no terminal: short
// runs write none.
const plainEvery = 10 * time.Second

func newProgress(p *cli.Program, things string) *progress {
	pr := newPlainProgress(p, things)
	if p.StderrTerminal() && !p.JSON() {
		pr.bars = mpb.New(mpb.WithOutput(p.Stderr), mpb.WithWidth(40))
	}
	return pr
}

// newPlainProgress writes lines everywhere: for work of which nobody knows beforehand how
// much it is.
func newPlainProgress(p *cli.Program, things string) *progress {
	pr := &progress{things: things, say: p.Say, start: time.Now()}
	pr.next.Store(pr.start.Add(plainEvery).UnixNano())
	return pr
}

// update is called for every finished object, by several goroutines.
func (pr *progress) update(u pipeline.Progress) {
	objects, records := pr.objects.Add(u.Objects), pr.records.Add(u.Records)
	pr.last.Store(time.Now().UnixNano())
	if pr.bars != nil {
		pr.once.Do(func() { pr.bar = pr.newBar(u.Total) })
		pr.bar.IncrInt64(u.Objects)
		return
	}
	now, due := time.Now(), pr.next.Load()
	if now.UnixNano() > due && pr.next.CompareAndSwap(due, now.Add(plainEvery).UnixNano()) {
		took := now.Sub(pr.start).Round(time.Second)
		pr.say(slog.LevelInfo, fmt.Sprintf("%d of %d %s, %d records, %s", objects, u.Total, pr.things, records, took),
			"progress", pr.things, objects, "total", u.Total, "records", records, "seconds", took.Seconds())
	}
}

func (pr *progress) newBar(total int64) *mpb.Bar {
	return pr.bars.AddBar(total,
		mpb.PrependDecorators(decor.Any(pr.stage), decor.CountersNoUnit("%d/%d "+pr.things)),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return pr.rate() }), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)),
	)
}

// stage is what a run does. When everything is read, the last files are still to be
// written and committed, which takes a while too.
func (pr *progress) stage(s decor.Statistics) string {
	switch {
	case pr.ended.Load():
		return "done    "
	case s.Current >= s.Total:
		return "writing "
	}
	return "reading "
}

// rate is how fast records were read until the last one was.
func (pr *progress) rate() string {
	took := time.Unix(0, pr.last.Load()).Sub(pr.start)
	return fmt.Sprintf(" %.0f records/s", float64(pr.records.Load())/max(took, time.Millisecond).Seconds())
}

// end leaves the terminal to what is written next. No update may follow.
func (pr *progress) end() {
	if pr.bars == nil {
		return
	}
	if pr.bar != nil && !pr.bar.Completed() {
		pr.bar.Abort(false)
	} else {
		pr.ended.Store(true)
	}
	pr.bars.Wait()
}
