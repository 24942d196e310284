package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/peterh/liner"

	"roletrail/cmd/internal/cli"
)

// terminal is the keyboard of a real terminal, with line editing, completion and history.
type terminal struct {
	state   *liner.State
	history string // file, "" when there is no place for one
}

// openTerminal takes the terminal over; Close gives it back. A history that
// cannot be read is no reason not to answer questions: it is said, and the
// file is left as it is.
func (r *report) openTerminal() (lineReader, error) {
	t := &terminal{state: liner.NewLiner()}
	t.state.SetCtrlCAborts(true)
	t.state.SetMultiLineMode(true)
	t.state.SetTabCompletionStyle(liner.TabPrints)
	t.history = historyFile(r.Getenv)
	if err := t.load(); err != nil {
		r.PrintError("report", err)
		t.history = ""
	}
	return t, nil
}

func (t *terminal) Line(prompt string, complete completion) (string, error) {
	t.state.SetWordCompleter(liner.WordCompleter(complete))
	line, err := t.state.Prompt(prompt)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errLineAborted
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading from terminal: %w", err)
	}
	return line, err
}

func (t *terminal) Remember(line string) { t.state.AppendHistory(line) }

func (t *terminal) Close() error {
	return errors.Join(t.save(), t.state.Close())
}

// historyFile is where the prompt remembers lines: in the user's state folder.
// It is "" when there is no home.
func historyFile(getenv func(string) string) string {
	state := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home := getenv("HOME")
		if !filepath.IsAbs(home) {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "roletrail", "history")
}

func (t *terminal) load() error {
	if t.history == "" {
		return nil
	}
	f, err := os.Open(t.history)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading history: %w", err)
	}
	defer f.Close()
	if _, err := t.state.ReadHistory(f); err != nil {
		return fmt.Errorf("reading history %q: %w", t.history, err)
	}
	return nil
}

// save writes a new file beside the old one and puts it in its place. Only the
// user may read it: a statement can hold the name of a person.
func (t *terminal) save() (err error) {
	if t.history == "" {
		return nil
	}
	defer func() {
		if err != nil {
			err = cli.WithHint(fmt.Errorf("writing history: %w", err), "the answers are not affected")
		}
	}()
	dir := filepath.Dir(t.history)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".history-*") // mode 0600
	if err != nil {
		return err
	}
	_, writeErr := t.state.WriteHistory(f)
	if err := errors.Join(writeErr, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), t.history)
}
