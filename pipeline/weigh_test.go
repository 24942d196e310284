package pipeline

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// TestWeighHeap: under a weight the same garbage is collected a fraction as often.
func TestWeighHeap(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(14))
	without := collections()
	callOff := WeighHeap(listWeight)
	with := collections()
	callOff()
	if with*3 > without {
		t.Errorf("64 MiB of garbage were collected %d times under a weight and %d times without", with, without)
	}
}

// collections is how often 64 MiB of garbage are collected.
func collections() uint32 {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1 << 10 {
		garbage = make([]byte, 64<<10)
	}
	runtime.ReadMemStats(&after)
	return after.NumGC - before.NumGC
}

var garbage []byte
