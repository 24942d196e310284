package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"roletrail/pipeline/bucket/s3test"
)

// boundByPermissions, set in the environment, makes the program one that permissions of files bind though
// root runs it.
const boundByPermissions = "ROLETRAIL_TEST_BOUND_BY_PERMISSIONS"

func init() {
	if os.Getenv(boundByPermissions) == "" {
		return
	}
	err := os.Unsetenv(boundByPermissions)
	for _, capability := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
		if os.Getuid() == 0 { // others have none
			err = errors.Join(err, unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0))
		}
	}
	if err == nil { // what is given up holds from the next program on
		err = syscall.Exec("/proc/self/exe", os.Args, os.Environ())
	}
	panic(err)
}

// unreadables are log files of which some cannot be read, each for another reason.
type unreadables struct {
	dir    string
	closed []string // what permissions were taken from
}

// writeUnreadables writes seven log files, and leaves two of them readable.
func writeUnreadables(t *testing.T, dir string) *unreadables {
	t.Helper()
	for n, name := range []string{"a/1.json", "b/2.json", "c/3.json", "d/e/4.json", "f/5.json", "g/h/6.json", "z.json"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, oneEvent(n), 0o600)); err != nil {
			t.Fatal(err)
		}
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	u := &unreadables{dir: dir}
	t.Cleanup(func() { u.open(t) })
	// a folder that cannot be listed, a file, a folder within another, one that can only be listed, and one below that
	for name, mode := range map[string]os.FileMode{"a": 0, "c/3.json": 0, "d/e": 0, "f": 0o444, "g": 0o444} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		u.closed = append(u.closed, path)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// named are the quarantine's names of what cannot be read.
func (u *unreadables) named() (names []string) {
	for _, name := range []string{"a/: listing the folder", "c/3.json: opening the file", "d/e/: listing the folder", "f/5.json: listing the file", "g/h/: listing the folder"} {
		names = append(names, filepath.ToSlash(u.dir)+"/"+name+": permission denied")
	}
	return names
}

// open makes all of it readable.
func (u *unreadables) open(t *testing.T) {
	t.Helper()
	for _, path := range u.closed {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Error(err)
		}
	}
}

// TestWhatCannotBeReadInAFolder is named, each by itself, counted, and keeps nothing else from being read, into a
// lake in a folder and into one on S3; the exit code tells of it, and the next run reads what can be read then.
func TestWhatCannotBeReadInAFolder(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server := s3test.New(t)
	for _, lake := range []string{filepath.Join(t.TempDir(), "lake"), "s3://lake/a"} {
		u := writeUnreadables(t, t.TempDir())
		read := func() (string, int) {
			cmd := exec.Command(self, "logs", "--lake", lake, u.dir)
			cmd.Env = append(append(os.Environ(), server.Environment(t)...), asProgram+"=1", boundByPermissions+"=1")
			said, _ := cmd.CombinedOutput() // the exit code tells
			return string(said), cmd.ProcessState.ExitCode()
		}
		for already := range 2 {
			said, code := read()
			for _, want := range append(u.named(), fmt.Sprintf("objects 7 = ingested %d + already %d + skipped 0 + quarantined 5\n", 2*(1-already), 2*already)) {
				if code != 3 || !strings.Contains(said, want) {
					t.Errorf("into %s: exit code %d, want %q:\n%s", lake, code, want, said)
				}
			}
		}
		u.open(t)
		if said, code := read(); code != 0 || !strings.Contains(said, "objects 7 = ingested 5 + already 2 + skipped 0 + quarantined 0\n") {
			t.Errorf("into %s, when all can be read: exit code %d:\n%s", lake, code, said)
		}
	}
}

// TestWatchOfWhatCannotBeRead: a watch reads all else, tells what it could not read and how much that is, hears of
// new files beside it, and reads it when it can.
func TestWatchOfWhatCannotBeRead(t *testing.T) {
	t.Setenv(boundByPermissions, "1")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, poll := range []string{"24h", "1s"} {
		w := &watching{t: t, logs: t.TempDir()}
		u := writeUnreadables(t, w.logs)
		w.start(self, "http", "watch", "--lake", filepath.Join(t.TempDir(), "lake"), "--listen", "127.0.0.1:0", "--poll", poll, w.logs)
		w.await("/-/ready", "ready")
		w.await("/metrics", `roletrail_ingest_records_total{outcome="written"} 2`)
		w.await("/metrics", `roletrail_ingest_objects_total{outcome="quarantined"} 5`)
		w.await("/metrics", `roletrail_ingest_quarantined_objects 5`)
		if err := os.WriteFile(filepath.Join(w.logs, "b", "new.json"), oneEvent(100), 0o600); err != nil { // of which the system tells
			t.Fatal(err)
		}
		w.await("/metrics", `roletrail_ingest_records_total{outcome="written"} 3`)
		if poll == "1s" {
			u.open(t)
			w.await("/metrics", `roletrail_ingest_records_total{outcome="written"} 7`) // the file that was looked at, and not opened, waits for an hour
		}
		said := w.end()
		for _, want := range u.named() {
			if !strings.Contains(said, want) {
				t.Errorf("polling every %s, it does not say %q but:\n%s", poll, want, said)
			}
		}
	}
}
