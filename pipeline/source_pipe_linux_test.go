package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"roletrail/pipeline"
)

// TestPipeInPlaceOfFile: a file that became a named pipe after it was listed must
// not make a run wait for somebody who writes to it.
func TestPipeInPlaceOfFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	err := pipeline.Files{Path: path}.List(context.Background(), func(o pipeline.Object) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			return err
		}
		go func() {
			_, err := o.Open()
			opened <- err
		}()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-opened:
		if err == nil || !strings.Contains(err.Error(), "it is no file any more") {
			t.Errorf("error %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("opening the pipe waits")
	}
}
