package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"roletrail/cmd/internal/cli"
)

// inventoryWork is what ingest iam does, for the line on the terminal. Several goroutines
// tell it.
type inventoryWork struct {
	mu       sync.Mutex
	doing    string
	since    time.Time // when that began
	done, of int64     // of is 0 where nobody knows
	bytes    bool      // that are counted, not things
}

// do says what is done next.
func (w *inventoryWork) do(what string, of int64, bytes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.doing, w.of, w.bytes, w.done, w.since = what, of, bytes, 0, time.Now()
}

// add counts what is behind.
func (w *inventoryWork) add(n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done += n
}

// step is told by the pipeline.
func (w *inventoryWork) step(what string, done, of int) {
	if w.says() != what {
		w.do(what, int64(of), false)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = int64(done)
}

func (w *inventoryWork) says() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.doing
}

// steady is how long a rate must have been measured before it tells what is left.
const steady = time.Second

// line is the parts of the line, the most important first.
func (w *inventoryWork) line(took time.Duration, now time.Time) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	count := func(n float64) string { return fmt.Sprintf("%.0f", n) }
	if w.bytes {
		count = cli.Bytes
	}
	parts := []string{w.doing, cli.Seconds(took)}
	switch {
	case w.done > 0 && w.of > 0:
		parts = append(parts, count(float64(w.done))+" of "+count(float64(w.of)))
	case w.done > 0:
		parts = append(parts, count(float64(w.done)))
	}
	if spent := now.Sub(w.since); w.done > 0 && spent >= steady {
		if w.done < w.of {
			parts = append(parts, cli.Left(spent, float64(w.done)/float64(w.of)))
		}
		parts = append(parts, count(float64(w.done)/spent.Seconds())+"/s")
	}
	return parts
}

// reading counts the bytes that are read of a file; of anything else nobody knows how long it is.
func (w *inventoryWork) reading(r io.Reader, name string) io.Reader {
	var size int64
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
	}
	w.do("reading "+name, size, true)
	return countedReader{r, w}
}

type countedReader struct {
	io.Reader
	work *inventoryWork
}

func (c countedReader) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.work.add(int64(n))
	return n, err
}
