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
func (p *Program) Say(level slog.Level, line, msg string, attributes ...any) {
	if p.JSON() {
		p.log().Log(context.Background(), level, msg, attributes...)
		return
	}
	fmt.Fprintln(p.messages(), line)
}

// JSON reports whether everything on standard error is to be JSON. Before the
// configuration is read only the flag itself can tell.
func (p *Program) JSON() bool {
	if p.format != "" {
		return p.format == LogJSON
	}
	return formatFlag(p.Args) == LogJSON
}

func (p *Program) log() *slog.Logger { return slog.New(slog.NewJSONHandler(p.messages(), nil)) }

// Notes is where text goes that is neither a result nor a message of its own: to
// standard error, for programs each line as one message.
func (p *Program) Notes() io.Writer {
	if p.JSON() {
		return &noteWriter{log: p.log()}
	}
	return p.messages()
}

// messages is where all text on standard error goes.
func (p *Program) messages() io.Writer { return besideLine{&p.working, p.Stderr} }

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

// formatFlag looks for the flag in arguments that were not read yet, or could not be.
func formatFlag(args []string) LogFormat {
	format := LogText
	for i, arg := range args {
		value, ok := strings.CutPrefix(arg, "--log-format=")
		if arg == "--log-format" && i+1 < len(args) {
			value, ok = args[i+1], true
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
