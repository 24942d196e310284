package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// objectsEnv, set in the environment, is how many log files TestManyObjects and TestManyObjectsOfS3 read: a
// million, which make integration asks for of the first, take some four GB of disk.
const objectsEnv = "ROLETRAIL_OBJECTS"

// mostOfLedger is how many bytes of the ledger a log file may take: 100 MB of a million.
const mostOfLedger = 100

// TestManyObjects reads many small log files: neither the program's memory nor the ledger may take
// more than they should, and of a million files the memory must not grow any more while the last
// half is read.
func TestManyObjects(t *testing.T) {
	objects := 10_000
	if text := os.Getenv(objectsEnv); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < objects {
			t.Fatalf("%s is %q, not a number from %d on", objectsEnv, text, objects)
		}
		objects = n
	}
	logs, lake := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	writeSmallLogs(t, logs, objects)
	run, samples := sampled(t, objects, "--lake", lake, logs)
	info, err := os.Stat(filepath.Join(lake, "ledger.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d log files: %s, %d MiB at most; %d bytes of the ledger each", objects, run.took, run.memory>>20, info.Size()/int64(objects))
	if run.memory > mostMemory || info.Size()/int64(objects) > mostOfLedger {
		t.Errorf("it took %d MiB and %d bytes of the ledger for each log file, want at most %d and %d", run.memory>>20, info.Size()/int64(objects), mostMemory>>20, mostOfLedger)
	}
	requireFlat(t, objects, samples)
}

// sampled reads objects of a source into a lake, and looks at the program's memory all along.
func sampled(t *testing.T, objects int, args ...string) (run measuredRun, samples []int64) {
	t.Helper()
	var stop func() []int64
	run = watched(t, func(cmd *exec.Cmd) { stop = sampleMemory(cmd.Process.Pid) }, append([]string{"logs"}, args...)...)
	samples = stop()
	if run.code != 0 || !strings.Contains(run.stderr, fmt.Sprintf("objects %d = ingested %[1]d", objects)) {
		t.Fatalf("exit code %d\n%.2000s", run.code, run.stderr)
	}
	return run, samples
}

// requireFlat requires of a run over many epochs that its memory does not grow from one to the next.
func requireFlat(t *testing.T, objects int, samples []int64) {
	t.Helper()
	const manyEpochs = 500_000 // of 200,000 objects each at most
	if objects < manyEpochs {
		return
	}
	third, last := highest(samples[len(samples)/2:len(samples)*3/4]), highest(samples[len(samples)*3/4:])
	t.Logf("%d MiB in the third quarter and %d in the last", third>>20, last>>20)
	if grown := last - third; grown > 16<<20 {
		t.Errorf("the last quarter took %d MiB more than the one before", grown>>20)
	}
}

// writeSmallLogs writes log files of one event each, in the folders and under the names that CloudTrail gives them.
func writeSmallLogs(t *testing.T, dir string, n int) {
	t.Helper()
	const days = 30
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	folder := ""
	for i := range n {
		at := start.Add(time.Duration(i) * days * 24 * time.Hour / time.Duration(n))
		account := fmt.Sprintf("1111111%05d", i%50)
		if today := filepath.Join(dir, "AWSLogs", account, "CloudTrail", "eu-west-1", at.Format("2006/01/02")); today != folder {
			folder = today
			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		name := fmt.Sprintf("%s_CloudTrail_eu-west-1_%s_%016x.json", account, at.Format("20060102T1504Z"), i)
		text := fmt.Sprintf(`{"Records":[{"eventTime":"%s","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"%s"}]}`,
			at.Format(time.RFC3339), i, account)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// sampleMemory looks now and then how much memory a process has, in bytes, until the samples are asked for.
func sampleMemory(pid int) (stop func() []int64) {
	var over atomic.Bool
	samples := make(chan []int64)
	go func() {
		var all []int64
		for !over.Load() {
			if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)); err == nil {
				if fields := strings.Fields(string(text)); len(fields) > 1 {
					pages, _ := strconv.ParseInt(fields[1], 10, 64)
					all = append(all, pages*int64(os.Getpagesize()))
				}
			}
			time.Sleep(20 * time.Millisecond)
		}
		samples <- all
	}()
	return func() []int64 {
		over.Store(true)
		return <-samples
	}
}

func highest(samples []int64) (most int64) {
	for _, s := range samples {
		most = max(most, s)
	}
	return most
}
