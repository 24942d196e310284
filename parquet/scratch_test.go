package parquet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScratch reads back what was written, leaves nothing on the disk, and says where there was no
// room.
func TestScratch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	lake, err := CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	s, err := lake.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"first", "second"} {
		if at, err := s.Append([]byte(text)); err != nil || at != int64(5*i) {
			t.Errorf("%q lies at %d, %v", text, at, err)
		}
	}
	got := make([]byte, 6)
	if err := s.ReadAt(got, 5); err != nil || string(got) != "second" {
		t.Errorf("read %q, %v", got, err)
	}
	if err := s.ReadAt(got, 6); err == nil || !strings.Contains(err.Error(), "events") {
		t.Errorf("reading beyond the end: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.Append([]byte("x")); err == nil || !strings.Contains(err.Error(), "writing what does not fit into memory to a file in") {
		t.Errorf("writing to a closed one: %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "events")); err != nil || len(left) > 0 {
		t.Errorf("%v, left over: %v", err, left)
	}
}
