package main

import (
	"log/slog"

	"roletrail/cmd/internal/cli"
	"roletrail/review/termtext"
)

// leftOver tells of files that a command has put others in the place of and could not
// remove. All that it was to do is done: reports do not read them.
func leftOver(p *cli.Program) func(error) {
	return func(err error) {
		p.Say(slog.LevelWarn, "warning: done, but old files are still there, which reports do not read: "+termtext.Lines(err.Error()),
			"done, but old files are still there, which reports do not read", "reason", err.Error())
	}
}
