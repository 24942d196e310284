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
	toFetch
	done chan<- fetched
}

// toFetch is how an object is fetched, and how large it is said to be.
type toFetch struct {
	open func() (io.ReadCloser, error)
	size int64
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
				f.done <- f.whole()
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
		if f, ok := a.queue.fetches(a.next); ok {
			done := make(chan fetched, 1)
			a.fetched[a.next] = done
			a.begin(ahead{f, done})
		}
	}
	done, ok := a.fetched[place]
	delete(a.fetched, place)
	a.mu.Unlock()
	if !ok {
		again, _ := a.queue.fetches(place)
		return again.open()
	}
	f := <-done
	if f.err != nil {
		return nil, f.err
	}
	return io.NopCloser(bytes.NewReader(f.content)), nil
}

// whole fetches all of it, or a byte more than there should be.
func (f toFetch) whole() fetched {
	r, err := f.open()
	if err != nil {
		return fetched{err: err}
	}
	content := bytes.NewBuffer(make([]byte, 0, f.size+bytes.MinRead)) // room to find the end in, too
	_, err = content.ReadFrom(io.LimitReader(r, f.size+1))
	if closed := r.Close(); err == nil {
		err = closed
	}
	return fetched{content.Bytes(), err}
}
