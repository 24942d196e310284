package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
)

// work is what the program does, for the line on the terminal. Several goroutines tell it.
type work struct {
	mu       sync.Mutex
	part     string // of a report that has several
	doing    string
	since    time.Time // when the statement began
	progress queries.Progress
	moved    time.Time // when more was read, last
	// What is not asked of an engine is counted: so many are done, of so many, or of 0 where
	// nobody knows.
	counts   unit
	done, of int64
}

// working shows the line until what it returns is called.
func (r *report) working() (stop func()) {
	return r.Working(func(took time.Duration) []string { return r.work.line(took, time.Now()) })
}

// do says what comes next.
func (w *work) do(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.doing = what
	w.restart()
}

// write says which file of how many is written, the first is 1.
func (w *work) write(name string, n, of int) {
	w.do("writing " + name)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.part = fmt.Sprintf("file %d of %d", n, of)
}

// restart needs the lock.
func (w *work) restart() {
	w.progress, w.since, w.moved = queries.Progress{}, time.Now(), time.Time{}
	w.counts, w.done, w.of = "", 0, 0
}

// step says which part of how many comes next, the first is 1.
func (w *work) step(n, of int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.part = fmt.Sprintf("part %d of %d", n, of)
}

// read is told by the engine how far its statement is.
func (w *work) read(p queries.Progress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case p == queries.Progress{}:
		w.restart()
	case p.Share > w.progress.Share:
		w.moved = time.Now()
	}
	w.progress = p
}

const (
	// What is left is told once a statement runs for so long, and has read this share.
	steady, least = 2 * time.Second, 0.25
	// It is not told any more once nothing was read for so long: then rows are sorted or
	// joined, and nobody knows how long that takes.
	still = 1500 * time.Millisecond
)

// line is the parts of the line, the most important first.
func (w *work) line(took time.Duration, now time.Time) (parts []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.part != "" {
		parts = append(parts, w.part)
	}
	parts = append(parts, w.doing, cli.Seconds(took))
	p, asked := w.progress, now.Sub(w.since)
	parts = append(parts, w.counted(asked)...)
	if p.State != "" {
		parts = append(parts, p.State)
	}
	if p.Share >= 0.01 && p.Share < 1 {
		parts = append(parts, fmt.Sprintf("%.0f %% read", 100*p.Share))
	}
	if p.Share >= least && p.Share < 1 && asked >= steady && now.Sub(w.moved) < still {
		parts = append(parts, cli.Left(asked, p.Share))
	}
	if p.Bytes > 0 {
		parts = append(parts, cli.Bytes(float64(p.Bytes)), cli.Bytes(float64(p.Bytes)/max(asked, time.Millisecond).Seconds())+"/s")
	}
	return parts
}

// told is an engine whose questions the line on the terminal names.
type told struct {
	queries.Engine
	work *work
}

func (e told) Run(ctx context.Context, name string, p queries.Params) (queries.Rows, error) {
	e.work.do("asking " + strings.ReplaceAll(name, "_", " "))
	return e.Engine.Run(ctx, name, p)
}

func (e told) SQL(ctx context.Context, text string) (queries.Rows, error) {
	e.work.do("running the statement")
	return e.Engine.SQL(ctx, text)
}

func (e told) Meta(ctx context.Context, p queries.Params) (queries.Meta, error) {
	e.work.do("asking what the answer rests on")
	return e.Engine.Meta(ctx, p)
}
