package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Paged lets write write its results, and shows them by $PAGER if they go to a terminal and
// are longer than its screen. $PAGER is a command of the shell; "less" if it is not set, and
// none if it is empty or "cat". To leave the pager is no failure.
func (p *Program) Paged(write func() error) (err error) {
	out, wrapped := p.Stdout.(*output)
	screen, isFile := unwrap(p.Stdout).(*os.File)
	command := p.pager()
	if !wrapped || !isFile || !isTerminal(screen) || command == "" {
		return write()
	}
	width, height, err := term.GetSize(int(screen.Fd()))
	if err != nil || height < 2 {
		return write()
	}
	pages := &paged{screen: screen, command: command, env: p.pagerEnv(), width: width, room: height - 1}
	plain := out.w
	out.w = pages
	defer func() {
		out.w = plain
		if pages.process != nil && errors.Is(err, ErrOutputClosed) {
			err = nil
		}
		err = errors.Join(err, pages.close())
	}()
	return write()
}

// pager is the command that pages, "" for none.
func (p *Program) pager() string {
	command := p.Getenv("PAGER")
	isSet := slices.ContainsFunc(p.Env, func(entry string) bool { return strings.HasPrefix(entry, "PAGER=") })
	switch {
	case command == "cat":
		return ""
	case isSet:
		return command
	}
	if _, err := exec.LookPath("less"); err != nil || p.Getenv("TERM") == "dumb" {
		return ""
	}
	return "less"
}

// pagerEnv lets less show colours, and leave what it showed on the screen.
func (p *Program) pagerEnv() []string {
	if p.Getenv("LESS") != "" {
		return p.Env
	}
	return append(p.Env[:len(p.Env):len(p.Env)], "LESS=FRX")
}

// paged holds results back until they are known to be longer than the screen, and then lets
// the pager show them.
type paged struct {
	screen  *os.File
	command string
	env     []string
	width   int
	room    int // lines that the screen still has room for

	held    bytes.Buffer
	process *exec.Cmd
	keyhole io.WriteCloser // to the pager
	direct  bool           // there is no pager after all
}

func (p *paged) Write(b []byte) (int, error) {
	switch {
	case p.direct:
		return p.screen.Write(b)
	case p.process != nil:
		return p.keyhole.Write(b)
	}
	p.held.Write(b)
	for line := range bytes.Lines(b) {
		p.room -= 1 + max(0, utf8.RuneCount(line)-2)/p.width // colours count too: less leaves by itself what fits
	}
	if p.room >= 0 {
		return len(b), nil
	}
	p.start()
	if err := p.release(); err != nil {
		return 0, err
	}
	return len(b), nil
}

// start starts the pager. Without one all is shown as it comes.
func (p *paged) start() {
	p.process = exec.Command("sh", "-c", p.command)
	p.process.Stdout, p.process.Stderr, p.process.Env = p.screen, p.screen, p.env
	var err error
	if p.keyhole, err = p.process.StdinPipe(); err == nil {
		err = p.process.Start()
	}
	if err != nil {
		p.process, p.direct = nil, true
	}
}

// release passes on what was held back.
func (p *paged) release() error {
	to := io.Writer(p.screen)
	if p.process != nil {
		to = p.keyhole
	}
	_, err := p.held.WriteTo(to)
	return err
}

// What a shell exits with when there is no such command, or it cannot be run.
const (
	notExecutable = 126
	notFound      = 127
)

// close waits until the reader has left the pager.
func (p *paged) close() error {
	if p.process == nil {
		return p.release()
	}
	_ = p.keyhole.Close() // it may have gone already, which says nothing
	var left *exec.ExitError
	err := p.process.Wait()
	if errors.As(err, &left) && left.ExitCode() != notFound && left.ExitCode() != notExecutable {
		return nil // what it was left with says nothing
	}
	if err != nil {
		return WithHint(fmt.Errorf("showing the answer by the pager %q: %w", p.command, err), "set PAGER to another command, or leave it out with --no-pager")
	}
	return nil
}
