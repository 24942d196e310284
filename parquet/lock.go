package parquet

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const lockName = ".lock"

// lockPatience is how long a writer waits for the lock. A reader takes it for
// microseconds to see whether somebody writes.
const lockPatience = 300 * time.Millisecond

// lock is the right to write to a lake. The kernel gives it back when the process
// ends, however that happens. The lock file stays; it holds the pid of the last
// holder, for the error message only.
type lock struct{ f *os.File }

// acquire takes the lock of the lake in dir or says who holds it.
func acquire(dir string) (*lock, error) {
	f, err := openLock(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, fmt.Errorf("locking lake %q: %w", dir, err)
	}
	for deadline := time.Now().Add(lockPatience); ; time.Sleep(10 * time.Millisecond) {
		ok, err := tryLock(f, true)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("locking lake %q: %w", dir, err)
		}
		if ok {
			break
		}
		if time.Now().After(deadline) {
			defer f.Close()
			return nil, fmt.Errorf("locking lake %q: %s is writing to it; wait until it ends or stop it", dir, holder(f))
		}
	}
	if err := writePID(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("locking lake %q: %w", dir, err)
	}
	return &lock{f}, nil
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder names the process whose pid the lock file holds.
func holder(f *os.File) string {
	text := make([]byte, 20)
	n, err := f.ReadAt(text, 0)
	if err != nil && err != io.EOF {
		return "another process"
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil || pid <= 0 {
		return "another process"
	}
	return fmt.Sprintf("process %d", pid)
}

// release gives the lock back.
func (l *lock) release() error { return l.f.Close() }

// beingWritten reports whether a writer holds the lock of the lake in dir.
func beingWritten(dir string) bool {
	f, err := openLock(filepath.Join(dir, lockName), os.O_RDONLY)
	if err != nil {
		return false
	}
	defer f.Close()
	free, err := tryLock(f, false)
	return err == nil && !free
}
