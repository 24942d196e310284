package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

type colour string

// newTool is a program with one command of every kind.
func newTool(p *Program, run func(context.Context, *Common) error) *cobra.Command {
	root := &cobra.Command{Use: "tool", Short: "Test this package", Version: "v1.2.3"}
	common := AddCommon(root, p)
	paint := &cobra.Command{
		Use:  "paint",
		Args: NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), common) },
	}
	shade := colour("red")
	EnumVar(paint, false, &shade, "colour", "what to paint with", "red", "green", "blue")
	paint.Flags().Int("coats", 1, "how often")
	paint.Flags().BoolP("quick", "q", false, "do not wait")
	show := &cobra.Command{
		Use:  "show ROLE",
		Args: OneArgument("ROLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, err := fmt.Fprintln(p.Stdout, args[0])
			return err
		},
	}
	read := &cobra.Command{Use: "read SOURCE…", Args: Arguments("SOURCE"), RunE: show.RunE}
	root.AddCommand(paint, show, read)
	return root
}

func noop(context.Context, *Common) error { return nil }

type result struct {
	code           int
	stdout, stderr string
}

// try runs newTool with the arguments.
func try(t *testing.T, run func(context.Context, *Common) error, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	p := &Program{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Now: time.Now}
	code := p.Run(context.Background(), newTool(p, run))
	return result{code, out.String(), errs.String()}
}

func TestWrongUsage(t *testing.T) {
	for _, tc := range []struct {
		args   []string
		stderr string
	}{
		{nil, "tool: tool needs a command: completion, man, paint, read, show\nsee tool --help\n"},
		{[]string{"pant"}, "tool: unknown command \"pant\"\ndid you mean \"paint\"?\n"},
		{[]string{"pant", "--coats", "3"}, "tool: unknown command \"pant\"\ndid you mean \"paint\"?\n"},
		{[]string{"--lake", "x", "sho", "me"}, "tool: unknown command \"sho\"\ndid you mean \"show\"?\n"},
		{[]string{"zzz\x1b[2J"}, "tool: unknown command \"zzz\\x1b[2J\"\nsee tool --help\n"},
		{[]string{"help", "pant"}, "tool: unknown command \"pant\"\ndid you mean \"paint\"?\n"},
		{[]string{"completion", "bsh"}, "tool: unknown command \"bsh\"\ndid you mean \"bash\"?\n"},
		{[]string{"paint", "--colours", "red"}, "tool: unknown flag --colours\ndid you mean \"--colour\"?\n"},
		{[]string{"paint", "--xyzzy"}, "tool: unknown flag --xyzzy\nsee tool paint --help\n"},
		{[]string{"paint", "-z"}, "tool: unknown flag -z\nsee tool paint --help\n"},
		{[]string{"paint", "--colour", "gren"}, "tool: invalid value \"gren\" for --colour: must be one of red, green, blue\ndid you mean \"green\"?\n"},
		{[]string{"paint", "--colour=mauve"}, "tool: invalid value \"mauve\" for --colour: must be one of red, green, blue\n"},
		{[]string{"paint", "--coats", "many"}, "tool: invalid value \"many\" for --coats: invalid syntax\n"},
		{[]string{"paint", "--coats"}, "tool: flag --coats needs a value\nsee tool paint --help\n"},
		{[]string{"paint", "wall"}, "tool: tool paint takes no argument, not \"wall\"\nsee tool paint --help\n"},
		{[]string{"show"}, "tool: tool show needs ROLE\nsee tool show --help\n"},
		{[]string{"show", "a", "b"}, "tool: tool show takes one ROLE, not also \"b\"\nsee tool show --help\n"},
		{[]string{"read"}, "tool: tool read needs at least one SOURCE\nsee tool read --help\n"},
		{[]string{"paint", "--log-format", "jso"}, "tool: invalid value \"jso\" for --log-format: must be one of text, json\ndid you mean \"json\"?\n"},
		{[]string{"paint", "--lake", ""}, "tool: flag --lake needs a value\nleave it out for its default\n"},
		{[]string{"paint", "--config", "/nowhere.yaml"}, "tool: reading configuration \"/nowhere.yaml\": file does not exist\nleave --config out to run with the defaults\n"},
	} {
		got := try(t, noop, tc.args...)
		if want := (result{ExitUsage, "", tc.stderr}); got != want {
			t.Errorf("%q:\n got %+v\nwant %+v", tc.args, got, want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, tc := range []struct {
		name   string
		err    error
		code   int
		stderr string
	}{
		{"done", nil, ExitDone, ""},
		{"failed", errors.New("opening lake"), ExitFailed, "tool: opening lake\n"},
		{"with a hint", fmt.Errorf("one: %w", WithHint(errors.New("two"), "try three")), ExitFailed, "tool: one: two\ntry three\n"},
		{"usage", Usage(errors.New("odd"), ""), ExitUsage, "tool: odd\n"},
		{"quarantined", fmt.Errorf("x: %w", Quarantined(errors.New("2 objects"), "see y")), ExitQuarantined, "tool: x: 2 objects\nsee y\n"},
		{"reader gone", fmt.Errorf("writing rows: %w", ErrOutputClosed), ExitDone, ""},
		{"cancelled by somebody else", context.Canceled, ExitFailed, "tool: context canceled\n"},
		{"hostile text", errors.New("reading \"\u202e\x1b[31m\""), ExitFailed, "tool: reading \"\uFFFD\uFFFD[31m\"\n"},
	} {
		got := try(t, func(context.Context, *Common) error { return tc.err }, "paint")
		if want := (result{tc.code, "", tc.stderr}); got != want {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.name, got, want)
		}
	}
}

func TestHelpVersionCompletion(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string // a part of standard output
	}{
		{[]string{"--version"}, "tool v1.2.3\n"},
		{[]string{"--help"}, "Available Commands:"},
		{[]string{"help", "paint"}, "--colour red|green|blue"},
		{[]string{"paint", "--help"}, "--lake string"},
		{[]string{"completion", "bash"}, "bash completion"},
		{[]string{"__complete", "paint", "--colour", ""}, "green\n"},
	} {
		got := try(t, noop, tc.args...)
		if got.code != ExitDone || !strings.Contains(got.stdout, tc.want) {
			t.Errorf("%q: code %d, stdout %q, want %q in it", tc.args, got.code, got.stdout, tc.want)
		}
	}
}

func TestSecondSignalIsNotCaught(t *testing.T) {
	var in interrupts
	ctx, stop := in.push(context.Background())
	defer stop()
	inner, stopInner := in.push(ctx)
	if last := in.deliver(os.Interrupt); last || inner.Err() == nil || ctx.Err() != nil {
		t.Errorf("Ctrl-C must cancel the inner context only: last %v, inner %v, outer %v", last, inner.Err(), ctx.Err())
	}
	stopInner()
	if last := in.deliver(os.Interrupt); !last || ctx.Err() == nil {
		t.Errorf("Ctrl-C must cancel the program: last %v, %v", last, ctx.Err())
	}
}

func TestTerminateCancelsTheProgram(t *testing.T) {
	var in interrupts
	ctx, stop := in.push(context.Background())
	defer stop()
	inner, stopInner := in.push(ctx)
	defer stopInner()
	if last := in.deliver(syscall.SIGTERM); !last || inner.Err() == nil || context.Cause(ctx) != ErrInterrupted {
		t.Errorf("SIGTERM: last %v, inner %v, cause %v", last, inner.Err(), context.Cause(ctx))
	}
}

func TestInterrupt(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		got := try(t, func(ctx context.Context, _ *Common) error {
			if err := syscall.Kill(os.Getpid(), s); err != nil {
				return err
			}
			<-ctx.Done()
			return fmt.Errorf("reading rows: %w", ctx.Err())
		}, "paint")
		if want := (result{ExitFailed, "", "tool: interrupted\n"}); got != want {
			t.Errorf("%v: got %+v, want %+v", s, got, want)
		}
	}
}

// TestInterruptEndsReadingTheConfiguration, which may be a pipe into which nobody writes.
func TestInterruptEndsReadingTheConfiguration(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan result, 1)
	go func() { ended <- try(t, noop, "paint", "--config", pipe) }()
	writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits for who reads it
	if err == nil {
		err = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	select {
	case got := <-ended:
		if want := (result{ExitFailed, "", "tool: interrupted\n"}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	case <-time.After(time.Minute):
		t.Error("the program still waits for its configuration")
	}
}

func TestInterruptKeepsWhatElseWentWrong(t *testing.T) {
	got := try(t, func(ctx context.Context, _ *Common) error {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			return err
		}
		<-ctx.Done()
		return errors.New("closing ledger: disk full")
	}, "paint")
	if want := (result{ExitFailed, "", "tool: interrupted: closing ledger: disk full\n"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestClosedPipeEndsQuietly(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	var errs bytes.Buffer
	p := &Program{Args: []string{"show", "x"}, Stdout: w, Stderr: &errs, Now: time.Now}
	if code := p.Run(context.Background(), newTool(p, noop)); code != ExitDone || errs.Len() != 0 {
		t.Errorf("code %d, stderr %q", code, errs.String())
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full on this system")
	}
	defer full.Close()
	var errs bytes.Buffer
	p := &Program{Args: []string{"show", "x"}, Stdout: full, Stderr: &errs, Now: time.Now}
	code := p.Run(context.Background(), newTool(p, noop))
	want := "tool: writing to standard output: write /dev/full: no space left on device\n"
	if code != ExitFailed || errs.String() != want {
		t.Errorf("code %d, stderr %q, want %q", code, errs.String(), want)
	}
}
