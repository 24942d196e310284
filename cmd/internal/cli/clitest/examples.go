package clitest

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Examples are the lines of the examples of a command and of all below it. The test fails if one of
// them has none, or a line has a flag, or arguments, that its command does not take.
func Examples(t testing.TB, command *cobra.Command) (lines []string) {
	t.Helper()
	if command.Example == "" {
		t.Errorf("%q has no example", command.CommandPath())
	}
	for line := range strings.Lines(strings.ReplaceAll(command.Example, "\\\n", "")) {
		lines = append(lines, strings.TrimSpace(line))
		takes(t, command, lines[len(lines)-1])
	}
	for _, below := range command.Commands() {
		switch below.Name() {
		case "help", "completion", "man": // which say what they are for in a line
		default:
			lines = append(lines, Examples(t, below)...)
		}
	}
	return lines
}

// takes fails the test if the program does not take what a line gives it.
func takes(t testing.TB, of *cobra.Command, line string) {
	t.Helper()
	root := of.Root()
	name := root.Name()
	calls := 0
	for _, args := range callsOf(t, name, line) {
		calls++
		command, rest, err := root.Find(args)
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
