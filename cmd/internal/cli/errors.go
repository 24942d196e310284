package cli

import (
	"context"
	"errors"
	"fmt"

	"roletrail/review/termtext"
)

// The exit codes of both programs (design 3).
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitQuarantined = 3
)

// failure is an error with what the program does about it.
type failure struct {
	err  error
	code int
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }
func (f *failure) ExitCode() int { return f.code }
func (f *failure) Hint() string  { return f.hint }

// Usage marks err as wrong usage: exit code 2. hint is the next step, or "".
func Usage(err error, hint string) error {
	return &failure{err: err, code: ExitUsage, hint: hint}
}

// Quarantined marks err as "done, but something was quarantined": exit code 3.
func Quarantined(err error, hint string) error {
	return &failure{err: err, code: ExitQuarantined, hint: hint}
}

// WithHint gives a failure (exit code 1) its next step.
func WithHint(err error, hint string) error {
	return &failure{err: err, code: ExitFailed, hint: hint}
}

// exitCode is what an error asks for by a method ExitCode() int, else 1.
func exitCode(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return ExitFailed
}

// hintOf is the next step an error offers by a method Hint() string.
func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

// finish says what went wrong, once, and returns the exit code.
func (p *Program) finish(ctx context.Context, name string, err error) int {
	switch {
	case err == nil, errors.Is(err, ErrOutputClosed):
		return ExitDone
	case errors.Is(context.Cause(ctx), ErrInterrupted):
		err = interruption(err)
	}
	p.PrintError(name, err)
	return exitCode(err)
}

// PrintError writes err to standard error as every error of the program name
// is written: on one line, its hint on the next, or all of it as one line of JSON.
// Errors quote what was in log files and on the command line, so nothing in them
// reaches the terminal as a control character.
func (p *Program) PrintError(name string, err error) {
	if p.JSON() {
		attributes := []any{"program", name, "exit_code", exitCode(err)}
		if hint := hintOf(err); hint != "" {
			attributes = append(attributes, "hint", hint)
		}
		p.log().Error(err.Error(), attributes...)
		return
	}
	fmt.Fprintf(p.messages(), "%s: %s\n", name, termtext.Lines(err.Error()))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintln(p.messages(), termtext.Lines(hint))
	}
}
