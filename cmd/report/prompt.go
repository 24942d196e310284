package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
)

// errLineAborted is a line that was given up with Ctrl-C.
var errLineAborted = errors.New("line aborted")

// lineReader is the keyboard. Line completes words as it is told, and returns io.EOF for Ctrl-D and
// errLineAborted for Ctrl-C.
type lineReader interface {
	Line(prompt string, complete completion) (string, error)
	Remember(line string)
	Close() error
}

// prompt runs statements as they are typed, until Ctrl-D or .quit. Whatever a
// statement does wrong is said and the prompt goes on; only the lake and the
// terminal can end it.
func (r *report) prompt(ctx context.Context, engine queries.Engine, f *outputFlags) (err error) {
	r.idle()
	lines, err := r.openTerminal()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lines.Close()) }()
	fmt.Fprintf(r.Notes(), "SQL over the lake %s, read-only. A statement ends with ; and .help lists what else there is.\n", r.Lake)
	return r.converse(ctx, lines, engine, f)
}

// converse is the prompt without its terminal.
func (r *report) converse(ctx context.Context, lines lineReader, engine queries.Engine, f *outputFlags) error {
	typed, entry := "", "" // not run yet; not remembered yet
	completer := r.newCompleter(ctx, engine)
	for {
		line, err := nextLine(ctx, lines, mark(typed), completer.after(typed))
		if problem := completer.takeErr(); problem != nil && ctx.Err() == nil {
			r.PrintError("report", problem)
		}
		switch {
		case errors.Is(err, errLineAborted):
			remember(lines, entry)
			typed, entry = "", ""
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if entry += line + "\n"; isCommand(typed, line) || isComplete(typed+line+"\n") {
			remember(lines, entry)
			entry = ""
		}
		if isCommand(typed, line) {
			err = r.dotCommand(ctx, engine, line, f)
		} else {
			typed, err = r.statements(ctx, engine, typed+line+"\n", f)
		}
		switch {
		case errors.Is(err, errQuit):
			return nil
		case errors.Is(err, cli.ErrOutputClosed), ctx.Err() != nil:
			return err
		case err != nil:
			r.PrintError("report", err)
		}
	}
}

// isCommand reports whether a line is for the prompt and not for the engine.
func isCommand(typed, line string) bool {
	if typed != "" {
		return false
	}
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, ".") || strings.HasPrefix(line, `\`) || synonyms[commandName(line)] != ""
}

// remember puts what was typed at one go into the history, as one line where it
// can be: then one key brings all of it back.
func remember(lines lineReader, entry string) {
	whole, possible := oneLine(entry)
	if !possible {
		for line := range strings.Lines(entry) {
			lines.Remember(strings.TrimRight(line, "\n"))
		}
	} else if whole != "" {
		lines.Remember(whole)
	}
}

// mark is what stands before the line.
func mark(typed string) string {
	if typed == "" {
		return "roletrail> "
	}
	return "      ...> "
}

// nextLine waits for a line or for the end of the program, which SIGTERM may
// bring while nobody types.
func nextLine(ctx context.Context, lines lineReader, mark string, complete completion) (string, error) {
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := lines.Line(mark, complete)
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		return a.line, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// statements runs those that are complete and returns what was typed after
// them. After a failure the ones that follow are not run.
func (r *report) statements(ctx context.Context, engine queries.Engine, typed string, f *outputFlags) (rest string, err error) {
	complete, rest := splitStatements(typed)
	if strings.TrimSpace(rest) == "" {
		rest = ""
	}
	for _, statement := range complete {
		if err := r.interruptible(ctx, func(ctx context.Context) error { return r.sql(ctx, engine, statement, f) }); err != nil {
			return rest, err
		}
	}
	return rest, nil
}

// interruptible gives Ctrl-C to what runs and not to the program.
func (r *report) interruptible(ctx context.Context, run func(context.Context) error) error {
	ctx, stop := r.Interruptible(ctx)
	defer stop()
	defer r.working()()
	err := run(ctx)
	if err != nil && errors.Is(context.Cause(ctx), cli.ErrInterrupted) {
		return cli.ErrInterrupted
	}
	return err
}
