package main

import (
	"bytes"
	"testing"

	"roletrail/cmd/internal/cli"
	"roletrail/cmd/internal/cli/clitest"
)

// TestManual: the manual page has every command, and in its part every flag.
func TestManual(t *testing.T) {
	var out bytes.Buffer
	p := &cli.Program{Args: []string{"man"}, Stdout: &out, Stderr: t.Output(), Dir: t.TempDir()}
	if code := run(p); code != cli.ExitDone {
		t.Fatalf("ingest man ends with code %d", code)
	}
	clitest.Manual(t, newRoot(&cli.Program{}), out.String())
}

// TestHelpExamples: every command has an example, and takes it.
func TestHelpExamples(t *testing.T) {
	if lines := clitest.Examples(t, newRoot(&cli.Program{})); len(lines) < 25 {
		t.Errorf("%d examples only", len(lines))
	}
}
