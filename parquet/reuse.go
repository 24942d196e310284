package parquet

import "sync"

// reused holds what is costly to make and used again, as many of it as were used at one
// time. A sync.Pool would be emptied by every second garbage collection, and they come
// often where little garbage may gather.
type reused[T any] struct {
	make func() T
	mu   sync.Mutex
	free []T
}

func (r *reused[T]) get() T {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.free); n > 0 {
		v := r.free[n-1]
		r.free = r.free[:n-1]
		return v
	}
	return r.make()
}

func (r *reused[T]) put(v T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free = append(r.free, v)
}
