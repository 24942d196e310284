package pipeline

import (
	"bytes"
	"io"
	"sync"
)

// readAhead fetches small remote objects of a queue before their turn: a worker would
// wait for each longer than it works on it.
type readAhead struct {
	queue *queue

	mu       sync.Mutex
	next     int                  // place of the first that nobody has begun to fetch
	fetched  map[int]chan fetched // by place
	fetches  chan ahead           // for the fetchers
	fetchers int
}

// ahead is an object that a fetcher is to fetch.
type ahead struct {
	open func() (io.ReadCloser, error)
	done chan<- fetched
}

type fetched struct {
	content []byte
	err     error
}

const (
	aheadObjects = 64      // fetched at a time, or waiting to be opened
	aheadSize    = 1 << 20 // of an object, at most: together they take as much as one large object
)

func newReadAhead(q *queue) *readAhead {
	return &readAhead{queue: q, fetched: map[int]chan fetched{}, fetches: make(chan ahead, aheadObjects)}
}

// close ends the fetchers. Nothing may be opened any more.
func (a *readAhead) close() { close(a.fetches) }

// begin lets a fetcher fetch something. Each does one after the other: the stack that a request needs is
// deep, and grows step by step in every new goroutine.
func (a *readAhead) begin(f ahead) {
	if a.fetchers < aheadObjects {
		a.fetchers++
		go func() {
			for f := range a.fetches {
				f.done <- fetchWhole(f.open)
			}
		}()
	}
	a.fetches <- f // as a rule there is room, else a fetcher will make some
}

// open gives what was fetched, and lets those that come next be fetched. An object that is
// opened again is read as it lies there.
func (a *readAhead) open(place int) (io.ReadCloser, error) {
	a.mu.Lock()
	for a.next = max(a.next, place); a.next < min(place+aheadObjects, a.queue.len()) && len(a.fetched) < aheadObjects; a.next++ {
		if open := a.queue.fetches(a.next); open != nil {
			done := make(chan fetched, 1)
			a.fetched[a.next] = done
			a.begin(ahead{open, done})
		}
	}
	done, ok := a.fetched[place]
	delete(a.fetched, place)
	a.mu.Unlock()
	if !ok {
		return a.queue.fetches(place)()
	}
	f := <-done
	if f.err != nil {
		return nil, f.err
	}
	return io.NopCloser(bytes.NewReader(f.content)), nil
}

func fetchWhole(open func() (io.ReadCloser, error)) (f fetched) {
	r, err := open()
	if err != nil {
		return fetched{err: err}
	}
	f.content, f.err = io.ReadAll(io.LimitReader(r, aheadSize+1))
	if err := r.Close(); f.err == nil {
		f.err = err
	}
	return f
}
