package parquet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const lockName = ".lock"

// lockPatience is how long a writer waits for one that is just ending: a child
// process that is being started holds its parent's files for a moment.
const lockPatience = 300 * time.Millisecond

// lock is the right to write to a lake. The kernel gives it back when the process
// ends, however that happens. The lock file stays; it holds the pid of the last
// holder, for the error message only.
type lock struct{ f *os.File }

// ErrLocked says that another process is writing to a lake.
var ErrLocked = errors.New("another process is writing to the lake")

// lockedError is [ErrLocked] with the process.
type lockedError struct{ holder string }

func (e *lockedError) Error() string {
	return e.holder + " is writing to it; wait until it ends or stop it"
}

func (e *lockedError) Is(target error) bool { return target == ErrLocked }

// acquire takes the lock of the lake in dir or says who holds it.
func acquire(dir string) (*lock, error) {
	f, err := openLock(filepath.Join(dir, lockName))
	if err != nil {
		return nil, diskError("locking lake", dir, err)
	}
	ok, err := tryLock(f)
	for deadline := time.Now().Add(lockPatience); !ok && err == nil && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
		ok, err = tryLock(f)
	}
	if err == nil && !ok {
		err = &lockedError{holder(f)}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("locking lake %q: %w", dir, err)
	}
	if err := writePID(f); err != nil {
		f.Close()
		return nil, diskError("locking lake", dir, err)
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
