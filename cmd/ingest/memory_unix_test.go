//go:build unix

package main

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"roletrail/scripts/peak"
)

// What the program may take of memory: whatever it reads, and of one large log file.
const (
	mostMemory  = 256 << 20
	mostForFile = 200 << 20
)

// TestBombs reads what is made to take much memory or time: each is named, told apart and set
// aside, takes little of both, and the good file beside it is read.
func TestBombs(t *testing.T) {
	const head = `{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject"`
	for name, bomb := range map[string]struct {
		write  func(w io.Writer) error
		reason string
	}{
		"10 GB inflated": {func(w io.Writer) error { return zipOfSpaces(w, 10<<30) }, "over the limit limits.inflation_ratio (200)"},
		"a million deep": {func(w io.Writer) error {
			return texts(w, `{"Records":[`, head, `,"a":`, strings.Repeat("[", 1_000_000), strings.Repeat("]", 1_000_000), "}]}")
		}, "over the limit limits.depth (128)"},
		"a million deep and never closed": {func(w io.Writer) error { return texts(w, strings.Repeat(`{"a":[`, 1_000_000)) }, "over the limit limits.depth (128)"},
		"ten million records": {func(w io.Writer) error {
			err := texts(w, `{"Records":[`, head, `}`)
			for range 10_000 {
				err = errors.Join(err, texts(w, strings.Repeat(`,{"eventID":""}`, 1000)))
			}
			return errors.Join(err, texts(w, "]}"))
		}, "bad records"},
		"ten million lines": {func(w io.Writer) error { return repeat(w, head+"}\n", "{}\n", 10_000_000) }, "bad records"},
		"a text of 100 MB":  {func(w io.Writer) error { return repeat(w, `{"Records":[`+head+`,"a":"`, "x", 100_000_000) }, "over the limit limits.record_size"},
		"100 MB behind a surprise": {func(w io.Writer) error {
			return repeat(w, `{"Records":[{"event\u0053ource":"x","eventTime":"2026-07-10T11:42:05Z","a":"`, "x", 100_000_000)
		}, "over the limit limits.record_size"},
		"100 MB without end": {func(w io.Writer) error { return repeat(w, `"`, "x", 100_000_000) }, "over the limit limits.record_size"},
		"100 MB of spaces":   {func(w io.Writer) error { return repeat(w, `{`, " ", 100_000_000) }, "over the limit limits.record_size"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, "bomb.json"), bomb.write)
			writeFile(t, filepath.Join(dir, "good.json"), func(w io.Writer) error { return texts(w, `{"Records":[`, head, "}]}") })
			run := measured(t, "logs", "--lake", filepath.Join(t.TempDir(), "lake"), dir)
			if run.code != 3 || !strings.Contains(run.stderr, "bomb.json") || !strings.Contains(run.stderr, bomb.reason) || !strings.Contains(run.stderr, "= written 1 ") {
				t.Errorf("exit code %d, want %q\n%.2000s", run.code, bomb.reason, run.stderr)
			}
			run.requireModest(t, mostMemory, 2*time.Second)
		})
	}
}

// texts writes texts.
func texts(w io.Writer, all ...string) (err error) {
	for _, text := range all {
		if _, err = io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

// repeat writes a text, and behind it another one n times.
func repeat(w io.Writer, first, text string, n int) error {
	const at = 1000
	err := texts(w, first)
	many := strings.Repeat(text, at)
	for range n / at {
		err = errors.Join(err, texts(w, many))
	}
	return err
}

// zipOfSpaces writes a gzip stream that inflates to so many spaces, without an end.
func zipOfSpaces(w io.Writer, bytesInflated int64) error {
	const piece = 16 << 20
	var deflated bytes.Buffer
	z, err := flate.NewWriter(&deflated, flate.BestCompression)
	if err != nil {
		return err
	}
	_, err = z.Write(bytes.Repeat([]byte(" "), piece))
	if err = errors.Join(err, z.Flush()); err != nil {
		return err
	}
	err = texts(w, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
	for range bytesInflated / piece {
		err = errors.Join(err, texts(w, deflated.String()))
	}
	return err
}

func writeFile(t *testing.T, path string, write func(io.Writer) error) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(file, 1<<20)
	if err := errors.Join(write(w), w.Flush(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// measuredRun is a run of the program that has ended.
type measuredRun struct {
	stderr string
	code   int
	memory int64         // the most it took, in bytes
	took   time.Duration // of the processor
	wall   time.Duration
}

// measured runs the program to its end.
func measured(t *testing.T, args ...string) measuredRun {
	t.Helper()
	return watched(t, func(*exec.Cmd) {}, args...)
}

// watched runs the program to its end, and hands it over to be looked at as it starts.
func watched(t *testing.T, look func(*exec.Cmd), args ...string) measuredRun {
	t.Helper()
	cmd, file := asProgramCommand(args...), filepath.Join(t.TempDir(), "memory")
	cmd.Env = append(cmd.Environ(), memoryFileEnv+"="+file)
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	look(cmd)
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	state := cmd.ProcessState
	ended := measuredRun{out.String(), state.ExitCode(), peak.Memory(state), state.UserTime() + state.SystemTime(), time.Since(started)}
	if runtime.GOOS == "linux" {
		ended.memory = toldMemory(t, file)
	}
	return ended
}

// requireModest requires that a run took little memory and time of the processor.
func (r measuredRun) requireModest(t *testing.T, memory int64, took time.Duration) {
	t.Helper()
	t.Logf("%d MiB, %s", r.memory>>20, r.took)
	if r.memory == 0 || r.memory > memory || r.took > took {
		t.Errorf("it took %d MiB and %s, want at most %d MiB and %s", r.memory>>20, r.took, memory>>20, took)
	}
}

// largeEnv, set in the environment, is how many MiB the file of TestLargeFile has;
// make integration sets it.
const largeEnv = "ROLETRAIL_LARGE_FILE"

// TestLargeFile reads one log file that is larger than the memory that the program may take.
func TestLargeFile(t *testing.T) {
	mib := 300
	if text := os.Getenv(largeEnv); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < mib {
			t.Fatalf("%s is %q, not a number from %d on", largeEnv, text, mib)
		}
		mib = n
	}
	const record = `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE111:s","arn":"arn:aws:sts::111111111111:assumed-role/r/s","accountId":"111111111111","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE111","arn":"arn:aws:iam::111111111111:role/r"}}},"eventTime":"2026-07-%02dT11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","eventID":"00000000-0000-4000-8000-%012d","requestParameters":{"bucketName":"example","key":"%x"},"recipientAccountId":"111111111111"}`
	path, records := filepath.Join(t.TempDir(), "large.json"), 0
	writeFile(t, path, func(w io.Writer) error {
		err := texts(w, `{"Records":[`)
		for written := 0; written < mib<<20 && err == nil; records++ {
			text := fmt.Sprintf(record, 1+records%28, records, records*records)
			if records > 0 {
				text = "," + text
			}
			written += len(text)
			err = texts(w, text)
		}
		return errors.Join(err, texts(w, "]}"))
	})
	run := measured(t, "logs", "--lake", filepath.Join(t.TempDir(), "lake"), path)
	if run.code != 0 || !strings.Contains(run.stderr, fmt.Sprintf("= written %d + duplicate 0 + quarantined 0", records)) {
		t.Errorf("exit code %d, want %d records\n%.2000s", run.code, records, run.stderr)
	}
	t.Logf("%d MiB, %d records", mib, records)
	run.requireModest(t, mostForFile, time.Hour)
}
