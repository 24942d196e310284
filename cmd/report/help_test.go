package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"roletrail/cmd/internal/cli"
	"roletrail/cmd/internal/cli/clitest"
)

// TestHelpFitsATerminal: no line of any help page is wider than a terminal is, or an
// editor beside another.
func TestHelpFitsATerminal(t *testing.T) {
	commands := newRoot(&report{Program: &cli.Program{}}).Commands()
	for _, command := range commands {
		got := try(t, newFake(), "", command.Name(), "--help")
		for line := range strings.Lines(got.stdout) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 90 {
				t.Errorf("%s: %d columns: %s", command.Name(), n, line)
			}
		}
		if !strings.Contains(got.stdout, "--log-format text|json") {
			t.Errorf("%s: no help: %+v", command.Name(), got)
		}
	}
	if len(commands) < 6 {
		t.Errorf("%d commands only", len(commands))
	}
	if help := try(t, newFake(), "", "unused", "--help").stdout; !strings.Contains(strings.Join(strings.Fields(help), " "),
		"--verdict word only rows of this verdict; may be repeated; one of used, possibly_used, denied_only, unobservable, too_new, unused, probably_unused") {
		t.Errorf("the values of --verdict are not named:\n%s", help)
	}
}

// TestManual: the manual page has every command, and in its part every flag.
func TestManual(t *testing.T) {
	clitest.Manual(t, newRoot(&report{Program: &cli.Program{}}), try(t, newFake(), "", "man").stdout)
}

// TestHelpExamples: every command has an example, and takes it.
func TestHelpExamples(t *testing.T) {
	if lines := clitest.Examples(t, newRoot(&report{Program: &cli.Program{}})); len(lines) < 25 {
		t.Errorf("%d examples only", len(lines))
	}
}
