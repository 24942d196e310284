package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestCtrlCEndsStandardInput stops a program that waits for more of its input, once
// with Ctrl-C and once with what a second one does. Neither leaves a copy behind.
func TestCtrlCEndsStandardInput(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no Ctrl-C for a single process")
	}
	for _, signal := range []os.Signal{os.Interrupt, os.Kill} {
		temp := t.TempDir()
		var stderr strings.Builder
		cmd := ingestCommand(filepath.Join(t.TempDir(), "lake"), "-")
		cmd.Env = append(cmd.Env, "TMPDIR="+temp)
		cmd.Stderr = &stderr
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// What fits into no pipe is taken only when the program has begun to read.
		if _, err := io.WriteString(stdin, strings.Repeat(" ", 1<<20)); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := exitCodeWithin(t, cmd, 20*time.Second); signal == os.Interrupt && (code != 1 || !strings.Contains(stderr.String(), "interrupted")) {
			t.Errorf("exit code %d: %s", code, stderr.String())
		}
		if left, err := filepath.Glob(filepath.Join(temp, "*")); err != nil || len(left) > 0 {
			t.Errorf("after %v is left: %v, %v", signal, left, err)
		}
	}
}

// exitCodeWithin waits for a program, -1 if a signal ended it.
func exitCodeWithin(t *testing.T, cmd *exec.Cmd, limit time.Duration) int {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		cmd.Wait() // the exit code tells the rest
	}()
	select {
	case <-ended:
	case <-time.After(limit):
		cmd.Process.Kill()
		t.Fatalf("the program goes on after %s", limit)
	}
	return cmd.ProcessState.ExitCode()
}
