package pipeline

import "runtime"

// WeighHeap takes so many bytes of memory that the collector counts and nothing touches, so that
// they take none of the machine's, until they are called off. What may gather before it is
// collected is a part of what is in memory: where that is little, and garbage comes fast,
// collecting it would take most of the time.
func WeighHeap(bytes int) (callOff func()) {
	weight := make([]byte, bytes)
	return func() { runtime.KeepAlive(weight) }
}
