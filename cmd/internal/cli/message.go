package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Say writes one message to standard error: line, which may be several lines, for
// people; msg and its attributes, as package slog takes them, for programs. A line
// that quotes what was in log files must have been made harmless (termtext).
func (c *Common) Say(level slog.Level, line, msg string, attributes ...any) {
	if c.JSON() {
		c.Log.Log(context.Background(), level, msg, attributes...)
		return
	}
	fmt.Fprintln(c.program.Stderr, line)
}

// JSON reports whether everything on standard error is to be JSON.
func (c *Common) JSON() bool { return c.Config.LogFormat == string(LogJSON) }

// Notes is where text goes that is neither a result nor a message of its own: to
// standard error, for programs each line as one message.
func (c *Common) Notes() io.Writer {
	if c.JSON() {
		return &noteWriter{log: c.Log}
	}
	return c.program.Stderr
}

// noteWriter makes a message of every line that is written to it.
type noteWriter struct {
	log  *slog.Logger
	rest []byte // of a line that has not ended
}

func (w *noteWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, ended := bytes.Cut(w.rest, []byte("\n"))
		if !ended {
			return len(p), nil
		}
		w.log.Info(string(line))
		w.rest = rest
	}
}

// errorFormat is how errors are written. One that is found before the
// configuration is read can only look for the flag itself.
func (p *Program) errorFormat() LogFormat {
	if p.format != "" {
		return p.format
	}
	format := LogText
	for i, arg := range p.Args {
		value, ok := strings.CutPrefix(arg, "--log-format=")
		if arg == "--log-format" && i+1 < len(p.Args) {
			value, ok = p.Args[i+1], true
		}
		if arg == "--" {
			break
		}
		if ok {
			format = LogFormat(value)
		}
	}
	return format
}
