package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestColours: on a terminal verdicts are coloured, unless $NO_COLOR is set to anything or the
// terminal is dumb; where there is no terminal nothing is.
func TestColours(t *testing.T) {
	for _, args := range []string{"last-used", "unused", "unused --wide", "role deploy --wide --no-pager"} {
		for environment, coloured := range map[string]bool{
			"NO_COLOR=": true, "NO_COLOR=1": false, "NO_COLOR=0": false, "NO_COLOR= TERM=dumb": false,
		} {
			d := startDialogueIn(t, append(strings.Fields(environment), "HOME="+t.TempDir()), strings.Fields(args)...)
			code := d.leave()
			<-d.gone
			if got := strings.Contains(d.shown.String(), "\x1b"); got != coloured || code != 0 {
				t.Errorf("report %s with %s: code %d, colours: %v, want %v: %q", args, environment, code, got, coloured, d.shown.String())
			}
		}
		cmd := exec.Command("report-fake", strings.Fields(args)...) // testscript put it into $PATH
		cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=", "HOME="+t.TempDir())
		cmd.Dir = t.TempDir()
		if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "\x1b") {
			t.Errorf("report %s into a pipe: %v: %q", args, err, out)
		}
	}
}
