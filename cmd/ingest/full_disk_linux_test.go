package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"roletrail/testdata/cloudtrail/organisation"
)

// largestFile, set in the environment, is how many bytes a file of the program may have.
const largestFile = "ROLETRAIL_TEST_LARGEST_FILE"

func init() {
	text := os.Getenv(largestFile)
	if text == "" {
		return
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err == nil {
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n})
	}
	if err != nil {
		panic(err)
	}
}

// room is a place for a lake that has room for some bytes and no more.
type room interface {
	// of is the place, with so many bytes; those that were there stay.
	of(t *testing.T, bytes int64) (dir string)
	// limit limits a program to it.
	limit(cmd *exec.Cmd)
}

// disk is a file system of its own.
type disk struct{ dir string }

func (d *disk) of(t *testing.T, bytes int64) string {
	t.Helper()
	size, flags := fmt.Sprintf("size=%d", bytes), uintptr(syscall.MS_REMOUNT)
	if d.dir == "" {
		d.dir, flags = t.TempDir(), 0
		t.Cleanup(func() {
			if err := syscall.Unmount(d.dir, 0); err != nil {
				t.Error(err)
			}
		})
	}
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", flags, size); err != nil {
		t.Fatal(err)
	}
	return d.dir
}

func (d *disk) limit(*exec.Cmd) {}

// limitedFiles is a folder in which no file may have more bytes.
type limitedFiles struct {
	dir   string
	bytes int64
}

func (l *limitedFiles) of(t *testing.T, bytes int64) string {
	if l.dir == "" {
		l.dir = t.TempDir()
	}
	l.bytes = bytes
	return l.dir
}

func (l *limitedFiles) limit(cmd *exec.Cmd) {
	cmd.Env = append(cmd.Env, fmt.Sprint(largestFile, "=", l.bytes))
}

// mayMount reports whether this process may mount a file system.
func mayMount(t *testing.T) bool {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Logf("mounting a disk: %v", err)
		return false
	}
	if err := syscall.Unmount(dir, 0); err != nil {
		t.Fatal(err)
	}
	return true
}

// told is what the program says where there is no room: on disks, and of files.
var told = []string{
	"no space left on the disk; free some and run the same command again",
	"no file may get that large here; raise the limit (ulimit -f) and run the same command again",
	"the system refused to read or write it; see to the disk and to the limit on the size of files (ulimit -f), then run the same command again",
}

// TestFullDisk ingests and compacts where there is no room for all of it, on a real disk
// that becomes full and with a limit on the size of files, wherever that comes: it is told
// and what to do, a reader sees all of what was there before and nothing torn, and with more
// room the same command comes to its end.
func TestFullDisk(t *testing.T) {
	logs, more := t.TempDir(), t.TempDir()
	for i, dir := range []string{logs, more} {
		if err := organisation.Write(dir, organisation.Options{Events: 1500, Days: 3, EventsPerFile: 30, Seed: uint64(i + 1)}); err != nil {
			t.Fatal(err)
		}
	}
	whole := filepath.Join(t.TempDir(), "lake")
	ingestWhole := func(from string) (events []string) {
		t.Helper()
		if out, err := ingestCommand(whole, from).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return eventsOf(t, whole)
	}
	few := ingestWhole(logs)
	needs := sizes(t, whole)
	all := ingestWhole(more)
	t.Run("disk", func(t *testing.T) {
		if !mayMount(t) {
			t.Skip("a disk of its own can be mounted by root alone; the limit on files is tested all the same")
		}
		fill(t, func() room { return &disk{} }, needs.all, logs, more, few, all)
	})
	t.Run("files", func(t *testing.T) {
		fill(t, func() room { return &limitedFiles{} }, needs.largest, logs, more, few, all)
	})
}

type lakeSize struct{ all, largest int64 }

// sizes are the bytes of all files of a lake, and of the largest.
func sizes(t *testing.T, dir string) (s lakeSize) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		s.all, s.largest = s.all+info.Size(), max(s.largest, info.Size())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const enough = 1 << 30

// fill tries with more and more room.
func fill(t *testing.T, newRoom func() room, needs int64, logs, more string, few, all []string) {
	refused := map[string]int{}
	const steps = 4
	for step := range steps {
		r := newRoom()
		bytes := needs * int64(step+1) / steps
		lake := filepath.Join(r.of(t, bytes), "lake")
		tryIn(t, r, lake, refused, nil, few, "logs", "--lake", lake, logs)
		r.of(t, enough)
		mustIn(t, r, "logs", "--lake", lake, logs)
		requireEvents(t, lake, few)

		used := sizes(t, lake)
		left := used.all
		if _, ofFiles := r.(*limitedFiles); ofFiles {
			left = 0
		}
		r.of(t, left+bytes)
		tryIn(t, r, lake, refused, few, all, "logs", "--lake", lake, more)
		r.of(t, enough)
		mustIn(t, r, "logs", "--lake", lake, more)
		requireEvents(t, lake, all)

		if left > 0 {
			left = sizes(t, lake).all
		}
		r.of(t, left+bytes)
		tryIn(t, r, lake, refused, all, all, "compact", "--lake", lake)
		r.of(t, enough)
		mustIn(t, r, "compact", "--lake", lake)
		requireEvents(t, lake, all)
		mustIn(t, r, "fsck", "--lake", lake)
	}
	t.Logf("refused: %v", refused)
	if refused["logs"] < steps || refused["compact"] == 0 {
		t.Errorf("few runs had too little room: %v", refused)
	}
}

// tryIn runs the program, which may find too little room. A reader sees one of both then.
func tryIn(t *testing.T, r room, lake string, refused map[string]int, before, after []string, args ...string) {
	t.Helper()
	cmd := asProgramCommand(args...)
	r.limit(cmd)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		requireEvents(t, lake, after)
		return
	case !errors.As(err, &exit) || exit.ExitCode() != 1:
		t.Fatalf("%q: %v\n%s", args, err, stderr.String())
	case !slices.ContainsFunc(told, func(text string) bool { return strings.Contains(stderr.String(), text) }):
		t.Errorf("%q does not say that there is no room, and what to do:\n%s", args, stderr.String())
	}
	refused[args[0]]++
	if _, err := os.Stat(filepath.Join(lake, "ledger.sqlite")); err != nil && before == nil {
		return // there is no lake yet
	}
	if got := eventsOf(t, lake); !slices.Equal(got, before) && !slices.Equal(got, after) {
		t.Fatalf("%q: a reader sees %d events, want %d or %d", args, len(got), len(before), len(after))
	}
}

func mustIn(t *testing.T, r room, args ...string) {
	t.Helper()
	cmd := asProgramCommand(args...)
	r.limit(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
}

func requireEvents(t *testing.T, lake string, want []string) {
	t.Helper()
	if got := eventsOf(t, lake); !slices.Equal(got, want) {
		t.Fatalf("%d events, want %d, or others", len(got), len(want))
	}
}
