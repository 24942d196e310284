package queue

// Held is how many messages the queue holds now.
func (q *Queue) Held() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.messages)
}
