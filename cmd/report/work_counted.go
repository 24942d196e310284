package main

import (
	"context"
	"io"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/iam/amount"
	"roletrail/pipeline"
)

// unit is what work counts.
type unit string

const (
	countedObjects unit = "objects"
	countedBytes   unit = "bytes"
	countedDays    unit = "days"
)

// text is an amount, with the name of what is counted where that is said.
func (u unit) text(n float64, named bool) string {
	switch {
	case u == countedBytes:
		return cli.Bytes(n)
	case named:
		return amount.Grouped(int64(n)) + " " + string(u)
	}
	return amount.Grouped(int64(n))
}

// begin says what comes next, and what is counted of it.
func (w *work) begin(what string, of int64, counts unit) {
	w.do(what)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts, w.of = counts, of
}

// add says that so many more are done, if these are counted now.
func (w *work) add(n int64, what unit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.counts == what {
		w.done += n
	}
}

// compacted is told by the pipeline of each day that is put together here.
func (w *work) compacted(p pipeline.CompactProgress) {
	w.mu.Lock()
	begun := w.counts == countedDays
	w.mu.Unlock()
	if !begun {
		w.begin("putting its days together", p.Days, countedDays)
	}
	w.add(1, countedDays)
}

// counted are the parts of the line about what is counted: how much of how much, what is left,
// and the rate. It needs the lock.
func (w *work) counted(took time.Duration) (parts []string) {
	if w.done == 0 {
		return nil
	}
	done, of := float64(w.done), float64(w.of)
	if w.of < w.done {
		parts = append(parts, w.counts.text(done, true))
	} else {
		parts = append(parts, w.counts.text(done, false)+" of "+w.counts.text(of, true))
	}
	if w.done < w.of && took >= steady {
		parts = append(parts, cli.Left(took, done/of))
	}
	return append(parts, w.counts.text(done/max(took, time.Millisecond).Seconds(), false)+"/s")
}

// watched is a lake on a store of which the line on the terminal says what is listed and read.
type watched struct {
	pipeline.RemoteStore
	work *work
}

func (s watched) List(ctx context.Context, folder string, fn func(name string, o pipeline.Object) error) error {
	return s.RemoteStore.List(ctx, folder, func(name string, o pipeline.Object) error {
		s.work.add(1, countedObjects)
		return fn(name, s.watch(o))
	})
}

func (s watched) Object(ctx context.Context, name string, size int64) pipeline.Object {
	return s.watch(s.RemoteStore.Object(ctx, name, size))
}

func (s watched) watch(o pipeline.Object) pipeline.Object {
	open := o.Open
	o.Open = func() (io.ReadCloser, error) {
		body, err := open()
		if err != nil {
			return nil, err
		}
		return watchedBody{body, s.work}, nil
	}
	return o
}

type watchedBody struct {
	io.ReadCloser
	work *work
}

func (b watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.work.add(int64(n), countedBytes)
	return n, err
}
