package main

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
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

// TestCtrlCEndsIAM stops ingest iam while it waits for standard input or for an answer of
// IAM. No lake is left.
func TestCtrlCEndsIAM(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no Ctrl-C for a single process")
	}
	asked := make(chan struct{})
	iam := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // what has not been read hides that the other side is gone
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer iam.Close()
	live := []string{"AWS_ENDPOINT_URL=" + iam.URL, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_PROFILE=", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null"}
	for _, c := range []struct {
		args    []string
		env     []string
		waiting func(stdin io.Writer) // returns when the program waits
	}{
		{[]string{"-"}, nil, fillPipe},
		{[]string{"--scp", "-", "--from-logs"}, nil, fillPipe},
		{[]string{"--live"}, live, func(io.Writer) { <-asked }},
	} {
		lake := filepath.Join(t.TempDir(), "lake")
		cmd := asProgramCommand(append([]string{"iam", "--lake", lake}, c.args...)...)
		cmd.Env = append(cmd.Env, c.env...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		stdin, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		c.waiting(stdin)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if code := exitCodeWithin(t, cmd, 20*time.Second); code != 1 || stderr.String() != "ingest: interrupted\n" {
			t.Errorf("%q: exit code %d: %s", c.args, code, stderr.String())
		}
		if _, err := os.Stat(lake); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: a lake is left, %v", c.args, err)
		}
	}
}

// fillPipe writes more than fits into a pipe, so that it returns only when somebody
// has begun to read.
func fillPipe(stdin io.Writer) { io.WriteString(stdin, strings.Repeat(" ", 1<<20)) }

// TestCtrlCLeavesNoHalfInventory presses Ctrl-C at random moments. The lake then has no
// file of the inventory, or the program came to its end.
func TestCtrlCLeavesNoHalfInventory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no Ctrl-C for a single process")
	}
	inventories, err := filepath.Glob("../../testdata/cloudtrail/iam/*.json")
	if err != nil || len(inventories) == 0 {
		t.Fatal(inventories, err)
	}
	fresh := filepath.Join(t.TempDir(), "lake")
	if out, err := ingestCommand(fresh, "../../testdata/cloudtrail/AWSLogs").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rng := rand.New(rand.NewPCG(8, 8))
	for what, args := range map[string][]string{"files": inventories, "logs": {"--from-logs"}} {
		took, stopped := time.Second, 0
		for range 40 {
			lake := filepath.Join(t.TempDir(), "lake")
			if err := os.CopyFS(lake, os.DirFS(fresh)); err != nil {
				t.Fatal(err)
			}
			cmd := asProgramCommand(append([]string{"iam", "--lake", lake}, args...)...)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			start := time.Now()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(rng.Int64N(int64(took))), func() { cmd.Process.Signal(os.Interrupt) })
			code := exitCodeWithin(t, cmd, 60*time.Second)
			timer.Stop()
			left, err := filepath.Glob(filepath.Join(lake, "iam", "*", "*", "*"))
			if err != nil {
				t.Fatal(err)
			}
			early := code == -1 || stderr.String() == "ingest: interrupted\n" // before the program listened, or had read its files
			switch said := "ingest: interrupted: nothing of the inventory was taken into the lake; run the same command again\n"; {
			case code == 0:
				took = time.Since(start)
			case code == 1 && stderr.String() == said:
				stopped++
			case !early:
				t.Errorf("%s: exit code %d: %s", what, code, stderr.String())
			}
			if code != 0 && len(left) > 0 || code == 0 && len(left) == 0 {
				t.Errorf("%s: exit code %d leaves %q", what, code, left)
			}
			if stopped == 4 {
				break
			}
		}
		t.Logf("%s: stopped %d times", what, stopped)
		if stopped < 2 {
			t.Errorf("%s: stopped %d times only", what, stopped)
		}
	}
}
