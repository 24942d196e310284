package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"roletrail/cmd/internal/cli"
)

// TestManual: the manual page has every command, and in its part every flag.
func TestManual(t *testing.T) {
	var out bytes.Buffer
	p := &cli.Program{Args: []string{"man"}, Stdout: &out, Stderr: t.Output(), Dir: t.TempDir()}
	if code := run(p); code != cli.ExitDone {
		t.Fatalf("ingest man ends with code %d", code)
	}
	manual := out.String()
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
	look(newRoot(&cli.Program{}))
	if flags < 20 {
		t.Errorf("%d flags only", flags)
	}
}
