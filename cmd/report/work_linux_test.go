package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"roletrail/queries"
)

// erased is what takes the line about the work off the screen.
const erased = "\r\x1b[K"

// TestWorkIsShownAndErased: a statement that takes its time is named on the terminal, at the
// prompt each one anew, and nothing of that stays.
func TestWorkIsShownAndErased(t *testing.T) {
	d := startDialogue(t, t.TempDir(), "sql", "sleep")
	d.expect("asleep")
	d.expect(erased + "running the statement, ")
	d.press(ctrlC)
	d.expect(erased + "report: interrupted")
	d.leave()

	d = startDialogue(t, t.TempDir(), "sql")
	d.expect("roletrail> ")
	time.Sleep(2500 * time.Millisecond) // nobody works
	d.press("sleep;\r")
	d.expect("asleep")
	d.mu.Lock()
	if bytes.Contains(d.shown.Bytes(), []byte("the statement")) {
		t.Errorf("the prompt works while it waits: %q", d.shown.String())
	}
	d.mu.Unlock()
	d.expect(erased + "running the statement, ")
	d.press(ctrlC)
	d.expect(erased + "report: interrupted")
	d.expect("roletrail> ")
	d.press(ctrlD)
	d.leave()
}

// TestWorkGivesWayToResults: the answer stands where the line was.
func TestWorkGivesWayToResults(t *testing.T) {
	d := startDialogue(t, t.TempDir(), "sql", "select 1 as one, late", "--format", "csv")
	d.expect("running the statement, ")
	d.expect(erased + "one\r\n1\r\n")
	d.leave()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shown.Len() > 0 {
		t.Errorf("after the answer came %q", d.shown.String())
	}
}

// TestWorkIsForTerminalsAlone: a file of errors has nothing of it, nor has the answer.
func TestWorkIsForTerminalsAlone(t *testing.T) {
	for _, onTerminal := range []bool{false, true} {
		keyboard, screen := openPTY(t)
		cmd := exec.CommandContext(t.Context(), "report-fake", "sql", "sleep")
		cmd.Env = append(os.Environ(), "TERM=xterm")
		var answer, messages bytes.Buffer
		cmd.Stdout, cmd.Stderr = &answer, &messages
		if onTerminal {
			cmd.Stderr = screen
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // the exit code says nothing here
		shown := make([]byte, 4096)
		if onTerminal {
			n, _ := keyboard.Read(shown)
			messages.Write(shown[:n])
		}
		if got := strings.Contains(messages.String(), "running the statement"); got != onTerminal || answer.Len() > 0 {
			t.Errorf("terminal %t: %q, answer %q", onTerminal, messages.String(), answer.String())
		}
	}
}

// TestWorkLine: what is left is only told when it can be known, and a narrow terminal loses
// the end of the line, not its beginning.
func TestWorkLine(t *testing.T) {
	now := time.Now()
	for _, tc := range []struct {
		name     string
		progress queries.Progress
		asked    time.Duration // for how long
		still    time.Duration // since more was read
		want     string
	}{
		{"nothing known", queries.Progress{}, 5 * time.Second, 0, "part 3 of 9, asking unused, 12s"},
		{"half", queries.Progress{Share: 0.5}, 5 * time.Second, 0, "part 3 of 9, asking unused, 12s, 50 % read, about 5s left"},
		{"too little", queries.Progress{Share: 0.2}, 5 * time.Second, 0, "part 3 of 9, asking unused, 12s, 20 % read"},
		{"too soon", queries.Progress{Share: 0.5}, time.Second, 0, "part 3 of 9, asking unused, 12s, 50 % read"},
		{"nothing any more", queries.Progress{Share: 0.5}, 5 * time.Second, 2 * time.Second, "part 3 of 9, asking unused, 12s, 50 % read"},
		{"all read", queries.Progress{Share: 1}, 5 * time.Second, 0, "part 3 of 9, asking unused, 12s"},
		{"a server", queries.Progress{State: "running", Bytes: 50_000_000}, 5 * time.Second, 0, "part 3 of 9, asking unused, 12s, running, 50 MB, 10 MB/s"},
		{"a server that waits", queries.Progress{State: "queued"}, 5 * time.Second, 0, "part 3 of 9, asking unused, 12s, queued"},
	} {
		w := &work{}
		w.step(3, 9)
		w.do("asking unused")
		w.read(tc.progress)
		w.since, w.moved = now.Add(-tc.asked), now.Add(-tc.still)
		if got := strings.Join(w.line(12*time.Second, now), ", "); got != tc.want {
			t.Errorf("%s:\n%q, want\n%q", tc.name, got, tc.want)
		}
	}
}
