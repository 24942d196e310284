package clitest

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Manual fails the test if a manual page lacks a command below root, or in its part a flag.
func Manual(t testing.TB, root *cobra.Command, manual string) {
	t.Helper()
	if flags := manualOf(t, root, manual); flags < 20 {
		t.Errorf("%d flags only", flags)
	}
}

// manualOf counts the flags that were looked for.
func manualOf(t testing.TB, parent *cobra.Command, manual string) (flags int) {
	t.Helper()
	for _, command := range parent.Commands() {
		_, part, found := strings.Cut(manual, `.SS "`+escaped(command.UseLine())+"\"\n")
		if !found {
			t.Errorf("the manual page has no part of %q", command.UseLine())
		}
		part, _, _ = strings.Cut(part, "\n.S")
		command.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				return
			}
			if flags++; !slices.Contains(strings.Fields(part), escaped("--"+f.Name)) {
				t.Errorf("the part of %q in the manual page has no --%s", command.CommandPath(), f.Name)
			}
		})
		flags += manualOf(t, command, manual)
	}
	return flags
}

// escaped is a text as the page has it.
func escaped(text string) string { return strings.ReplaceAll(text, "-", `\-`) }
