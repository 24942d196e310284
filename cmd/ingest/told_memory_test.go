package main

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"
)

// memoryFileEnv, set in the environment, names a file into which the program writes at its end what
// Linux knows of its memory. What a system says of a process that has ended is no less than what its
// parent took when the process began, and a test binary takes more than the program may.
const memoryFileEnv = "ROLETRAIL_TEST_MEMORY_FILE"

const statusFile = "/proc/self/status"

// tellMemory does so, if a file is named and the system has such a page.
func tellMemory(file string) error {
	if file == "" {
		return nil
	}
	status, err := os.ReadFile(statusFile)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, status, 0o600)
}

// toldMemory is the largest resident memory that a program told of, in bytes.
func toldMemory(t *testing.T, file string) int64 {
	t.Helper()
	status, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(status) {
		if text, found := strings.CutPrefix(string(line), "VmHWM:"); found {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatalf("%q has no line VmHWM", file)
	return 0
}
