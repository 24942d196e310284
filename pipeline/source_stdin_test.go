package pipeline

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStdinCopyIsUnreadable looks at the temporary copy while it exists, which is
// encrypted and has no name.
func TestStdinCopyIsUnreadable(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	text := []byte(`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventName":"x"}]}`)
	stdin := &Stdin{Reader: bytes.NewReader(text), Limit: 1 << 20}
	listed := 0
	err := stdin.List(context.Background(), func(o Object) error {
		listed++
		if left := temporary(t); !stdin.named && len(left) != 0 {
			t.Errorf("a copy with the name %v", left)
		}
		stored, err := io.ReadAll(io.NewSectionReader(stdin.copy, 0, 1<<20))
		if err != nil || len(stored) != len(text) || bytes.Contains(stored, []byte("event")) {
			t.Errorf("the copy is %q, %v", stored, err)
		}
		r, err := o.Open()
		if err != nil {
			return err
		}
		back, err := io.ReadAll(r)
		if !bytes.Equal(back, text) {
			t.Errorf("read back %q", back)
		}
		return err
	})
	if err := errors.Join(err, stdin.Close()); err != nil || listed != 1 {
		t.Fatalf("%d objects, %v", listed, err)
	}
	if left := temporary(t); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func temporary(t *testing.T) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// TestStdinEndsWithItsContext: neither a reader that waits for more nor one that
// never ends holds up a run that was interrupted.
func TestStdinEndsWithItsContext(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	waiting, writer := io.Pipe()
	defer writer.Close()
	for name, r := range map[string]io.Reader{"waiting": waiting, "endless": endless{}} {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		stdin := &Stdin{Reader: r, Limit: 1 << 50}
		ended := make(chan error, 1)
		go func() {
			ended <- stdin.List(ctx, func(Object) error { return errors.New("an object was listed") })
		}()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "reading standard input: ") {
				t.Errorf("%s: error %v", name, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s: the copy goes on", name)
		}
		if err := stdin.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left := temporary(t); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// endless is a reader that always has more.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond) // so that the copy stays small
	return min(1, len(p)), nil
}
