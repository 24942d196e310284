package clitest

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Examples are the lines of the examples of all commands below root. The test fails if a command
// has none, or one has a flag, or arguments, that its command does not take.
func Examples(t testing.TB, root *cobra.Command) (lines []string) {
	t.Helper()
	for _, command := range root.Commands() {
		switch command.Name() {
		case "help", "completion", "man":
			continue // which say what they are for in a line
		}
		if command.Example == "" {
			t.Errorf("%q has no example", command.CommandPath())
		}
		for line := range strings.Lines(strings.ReplaceAll(command.Example, "\\\n", "")) {
			lines = append(lines, strings.TrimSpace(line))
			takes(t, root, lines[len(lines)-1])
		}
		if command.HasSubCommands() {
			lines = append(lines, Examples(t, command)...)
		}
	}
	return lines
}

// takes fails the test if the program does not take what a line gives it.
func takes(t testing.TB, root *cobra.Command, line string) {
	t.Helper()
	name := root.Root().Name()
	calls := 0
	for _, args := range callsOf(t, name, line) {
		calls++
		command, rest, err := root.Root().Find(args)
		if err == nil {
			err = command.ParseFlags(rest)
		}
		if err != nil {
			t.Errorf("%q is not taken: %v", line, err)
		}
	}
	if calls == 0 && !strings.HasPrefix(line, "aws ") {
		t.Errorf("%q does not call %s", line, name)
	}
}

// callsOf are the arguments with which a line of the shell calls a program, which is not run,
// nor is anything else that the line names.
func callsOf(t testing.TB, program, line string) (calls [][]string) {
	t.Helper()
	for part := range strings.SplitSeq(line, " | ") {
		at := strings.Index(part, program+" ")
		if part == program || at < 0 {
			continue
		}
		part, _, _ = strings.Cut(part[at:], " > ")
		out, err := exec.CommandContext(t.Context(), "sh", "-f", "-c", program+`() { printf '%s\0' "$@"; }; `+part).Output()
		if err != nil {
			t.Errorf("the shell does not take %q: %v", part, err)
		}
		calls = append(calls, strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"))
	}
	return calls
}
