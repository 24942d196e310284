package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/cmd/internal/cli"
	"roletrail/review/access"
)

// TestFilesBesideOneThatCannotBeWritten are written whole, and are named; the folder has no
// manifest of them, and nothing half written.
func TestFilesBesideOneThatCannotBeWritten(t *testing.T) {
	out := t.TempDir()
	if err := os.MkdirAll(filepath.Join(out, "b.md", "in its place"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := func(name string) access.File {
		return access.File{Name: name, Write: func(w io.Writer) error { _, err := io.WriteString(w, name); return err }}
	}
	var named bytes.Buffer
	r := &report{Program: &cli.Program{Stdout: &named}}
	err := r.writeReview(out, []access.File{text("a.md"), text("b.md"), text("owners/c.md")}, manifest{})
	if err == nil || !strings.Contains(err.Error(), filepath.Join(out, "b.md")) {
		t.Errorf("the error names no file: %v", err)
	}
	if want := filepath.Join(out, "a.md") + "\n" + filepath.Join(out, "owners", "c.md") + "\n"; named.String() != want {
		t.Errorf("named are %q, want %q", &named, want)
	}
	if left, err := filepath.Glob(filepath.Join(out, "*")); err != nil || len(left) != 3 {
		t.Errorf("the folder has %q: %v", left, err)
	}
	if got, err := os.ReadFile(filepath.Join(out, "owners", "c.md")); err != nil || string(got) != "owners/c.md" {
		t.Errorf("read %q: %v", got, err)
	}
}
