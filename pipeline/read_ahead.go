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

	mu      sync.Mutex
	next    int                  // place of the first that nobody has begun to fetch
	fetched map[int]chan fetched // by place
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
	return &readAhead{queue: q, fetched: map[int]chan fetched{}}
}

// open gives what was fetched, and lets those that come next be fetched. An object that is
// opened again is read as it lies there.
func (a *readAhead) open(place int) (io.ReadCloser, error) {
	a.mu.Lock()
	for a.next = max(a.next, place); a.next < min(place+aheadObjects, a.queue.len()) && len(a.fetched) < aheadObjects; a.next++ {
		if fetch := a.queue.fetches(a.next); fetch != nil {
			done := make(chan fetched, 1)
			a.fetched[a.next] = done
			go func() { done <- fetchWhole(fetch) }()
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
