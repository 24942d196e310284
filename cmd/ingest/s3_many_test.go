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
	const objects = 21_000 // a tenth of them of each account
	fillBucket(t, objects, "")
	read := func(prefix string, want int) (run measuredRun, ofServer time.Duration) {
		t.Helper()
		before := server.took(t)
		run = measured(t, "logs", "--lake", filepath.Join(t.TempDir(), "lake"), "s3://trails/"+prefix)
		if run.code != 0 || !strings.Contains(run.stderr, fmt.Sprintf("objects %d = ingested %[1]d", want)) {
			t.Fatalf("exit code %d\n%.2000s", run.code, run.stderr)
		}
		return run, server.took(t) - before
	}
	few, _ := read("AWSLogs/111111111111/", objects/10)
	many, ofServer := read("AWSLogs/", objects)
	each := (many.took + ofServer) / objects
	t.Logf("an object takes %v, and %v of the server: %.0f a second on two cores; %d objects take %d MiB, %d take %d MiB",
		many.took/objects, ofServer/objects, 2/each.Seconds(), objects/10, few.memory>>20, objects, many.memory>>20)
	if each > 2*time.Second/2000 {
		t.Errorf("an object takes %v, too much for 2,000 a second on two cores", each)
	}
	if perObject := (many.memory - few.memory) / (objects - objects/10); many.memory > mostMemory || perObject > 5<<10 {
		t.Errorf("%d MiB, %d bytes for each object more", many.memory>>20, perObject)
	}
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
