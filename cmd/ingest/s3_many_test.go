//go:build integration && linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestManyObjectsOfS3 reads many small objects that versitygw keeps. By the time of the processor that the
// program and the server take together, two cores must read 2,000 of them in a second, however busy the
// machine is; and what the program takes of memory must grow by no more than its buffers, which the few do
// not fill: it would, if it kept what it fetches.
func TestManyObjectsOfS3(t *testing.T) {
	server := startVersitygw(t)
	askVersitygw(t, server.address)
	objects := 21_000 // a tenth of them of each account
	if told, err := strconv.Atoi(os.Getenv(objectsEnv)); err == nil {
		objects = told
	}
	fillBucket(t, objects, "")
	read := func(prefix string, want int) (run measuredRun, samples []int64, ofServer time.Duration) {
		t.Helper()
		before := server.took(t)
		run, samples = sampled(t, want, "--lake", filepath.Join(t.TempDir(), "lake"), "s3://trails/"+prefix)
		return run, samples, server.took(t) - before
	}
	few, _, _ := read("AWSLogs/111111111111/", objects/10)
	many, samples, ofServer := read("AWSLogs/", objects)
	each := (many.took + ofServer) / time.Duration(objects)
	t.Logf("an object takes %v, and %v of the server: %.0f a second on two cores, %.0f by the clock; %d objects take %d MiB, %d take %d MiB",
		many.took/time.Duration(objects), ofServer/time.Duration(objects), 2/each.Seconds(), float64(objects)/many.wall.Seconds(),
		objects/10, few.memory>>20, objects, many.memory>>20)
	if each > 2*time.Second/2000 {
		t.Errorf("an object takes %v, too much for 2,000 a second on two cores", each)
	}
	if perObject := (many.memory - few.memory) / int64(objects-objects/10); many.memory > mostMemory || perObject > 5<<10 {
		t.Errorf("%d MiB, %d bytes for each object more", many.memory>>20, perObject)
	}
	requireFlat(t, objects, samples)
}

// took is how much time of the processor the server has taken.
func (s *versitygw) took(t *testing.T) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	const user, system, tick = 11, 12, time.Second / 100 // in which Linux counts, whatever the machine's clock does
	var ticks time.Duration
	for _, field := range []string{fields[user], fields[system]} {
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		ticks += time.Duration(n)
	}
	return ticks * tick
}
