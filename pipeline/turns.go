package pipeline

import "sync"

// turns are the objects of an epoch in the order of the queue. Whoever knows of each, before the
// next one is looked at, which of its events are new, has the same rows from the same objects
// however many workers there are. A nil one orders nothing.
type turns struct {
	mu      sync.Mutex
	passed  *sync.Cond
	current int32
}

// startTurns begins with the object of a turn.
func startTurns(first int32) *turns {
	t := &turns{current: first}
	t.passed = sync.NewCond(&t.mu)
	return t
}

// await waits until it is an object's turn, or that is over.
func (t *turns) await(turn int32) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wait(turn)
}

// pass ends an object's turn, for which it waits if need be. That of each object must be passed.
func (t *turns) pass(turn int32) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wait(turn)
	t.current = max(t.current, turn+1)
	t.passed.Broadcast()
}

func (t *turns) wait(turn int32) {
	for t.current < turn {
		t.passed.Wait()
	}
}
