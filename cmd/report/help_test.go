package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"roletrail/cmd/internal/cli"
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
	manual := try(t, newFake(), "", "man").stdout
	flags := 0
	var look func(parent *cobra.Command)
	look = func(parent *cobra.Command) {
		for _, command := range parent.Commands() {
			_, part, found := strings.Cut(manual, `.SS "`+strings.ReplaceAll(command.UseLine(), "-", `\-`)+"\"\n")
			if !found {
				t.Errorf("the manual page has no part of %q", command.UseLine())
			}
			part, _, _ = strings.Cut(part, "\n.S")
			command.LocalFlags().VisitAll(func(f *pflag.Flag) {
				if f.Hidden {
					return
				}
				if flags++; !slices.Contains(strings.Fields(part), `\-\-`+strings.ReplaceAll(f.Name, "-", `\-`)) {
					t.Errorf("the part of %q in the manual page has no --%s", command.CommandPath(), f.Name)
				}
			})
			look(command)
		}
	}
	look(newRoot(&report{Program: &cli.Program{}}))
	if flags < 20 {
		t.Errorf("%d flags only", flags)
	}
}
