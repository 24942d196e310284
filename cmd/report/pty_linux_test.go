package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openPTY returns the two ends of a new terminal.
func openPTY(t *testing.T) (keyboard, screen *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no terminals on this system: %v", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	fd := int(keyboard.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err == nil {
		screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	return keyboard, screen
}

// dialogue is a program on a terminal, with what its screen showed so far.
type dialogue struct {
	t        *testing.T
	keyboard *os.File
	cmd      *exec.Cmd
	mu       sync.Mutex
	shown    bytes.Buffer
	gone     chan struct{} // closed when the program has left its terminal, and all is shown
}

func startDialogue(t *testing.T, home string, args ...string) *dialogue {
	t.Helper()
	return startDialogueIn(t, []string{"HOME=" + home, "NO_COLOR=1"}, args...)
}

// startDialogueIn starts the program with more in its environment.
func startDialogueIn(t *testing.T, environment []string, args ...string) *dialogue {
	t.Helper()
	keyboard, screen := openPTY(t)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "report-fake", args...) // testscript put it into $PATH
	cmd.Dir = t.TempDir()
	cmd.Env = append(append(os.Environ(), "TERM=xterm", "XDG_STATE_HOME=", "COLUMNS="), environment...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	screen.Close()
	d := &dialogue{t: t, keyboard: keyboard, cmd: cmd, gone: make(chan struct{})}
	go d.watch()
	return d
}

func (d *dialogue) watch() {
	defer close(d.gone)
	b := make([]byte, 4096)
	for {
		n, err := d.keyboard.Read(b)
		d.mu.Lock()
		d.shown.Write(b[:n])
		d.mu.Unlock()
		if err != nil {
			return // the program has left its terminal
		}
	}
}

// expect waits until the screen shows text, and forgets what is before it.
func (d *dialogue) expect(text string) {
	d.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		d.mu.Lock()
		_, after, found := bytes.Cut(d.shown.Bytes(), []byte(text))
		if found {
			rest := bytes.Clone(after)
			d.shown.Reset()
			d.shown.Write(rest)
		}
		d.mu.Unlock()
		if found {
			return
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.t.Fatalf("the screen never showed %q, only %q", text, d.shown.String())
}

func (d *dialogue) press(keys string) {
	d.t.Helper()
	if _, err := d.keyboard.WriteString(keys); err != nil {
		d.t.Fatal(err)
	}
}

func (d *dialogue) leave() int {
	d.t.Helper()
	_ = d.cmd.Wait() // the exit code says all
	return d.cmd.ProcessState.ExitCode()
}

const ctrlC, ctrlD, arrowUp, tab = "\x03", "\x04", "\x1b[A", "\t"

func TestPromptOnATerminal(t *testing.T) {
	home := t.TempDir()
	d := startDialogue(t, home, "sql")
	d.expect("roletrail> ")
	d.press("select 1 as one;\r")
	d.expect("1 row")
	d.expect("roletrail> ")
	d.press("select event" + tab + tab) // which prints the choices
	d.expect("event_id")
	d.expect("event_time")
	d.press("_t" + tab)
	d.expect("select event_time")
	d.press(ctrlC)
	d.expect("roletrail> ")
	d.press("select nons" + ctrlC)
	d.expect("roletrail> ")
	d.press("sleep;\r")
	d.expect("asleep")
	d.press(ctrlC)
	d.expect("report: interrupted")
	d.expect("roletrail> ")
	d.press(arrowUp + arrowUp + "\r")
	d.expect("1 row")
	d.expect("roletrail> ")
	d.press(ctrlD)
	if code := d.leave(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	checkHistory(t, home, "select 1 as one;\nsleep;\nselect 1 as one;\n")

	d = startDialogue(t, home, "sql")
	d.expect("roletrail> ")
	d.press(arrowUp + "\r")
	d.expect("1 row")
	d.press(".quit\r")
	if code := d.leave(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func checkHistory(t *testing.T, home, want string) {
	t.Helper()
	path := filepath.Join(home, ".local", "state", "roletrail", "history")
	b, err := os.ReadFile(path)
	if err != nil || string(b) != want {
		t.Errorf("history %q, %v; want %q", b, err, want)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("history: %v, %v", info, err)
	}
}

func TestSignalsAtThePrompt(t *testing.T) {
	d := startDialogue(t, t.TempDir(), "sql")
	d.expect("roletrail> ")
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	d.expect("report: interrupted")
	if code := d.leave(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

func TestCtrlCWithoutAPrompt(t *testing.T) {
	d := startDialogue(t, t.TempDir(), "sql", "sleep")
	d.expect("asleep")
	d.press(ctrlC)
	d.expect("report: interrupted")
	if code := d.leave(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

func TestTableOnATerminalFitsIt(t *testing.T) {
	d := startDialogue(t, t.TempDir(), "last-used")
	d.expect("--wide shows all")
	if code := d.leave(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, line := range strings.Split(d.shown.String(), "\r\n") {
		if len(line) > 80 {
			t.Errorf("a line is wider than the terminal: %q", line)
		}
	}
}
