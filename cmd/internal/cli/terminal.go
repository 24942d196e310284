package cli

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// defaultWidth is the width of a terminal that does not say its own, and of
// everything that is no terminal.
const defaultWidth = 80

// StdinTerminal reports whether somebody types the input.
func (p *Program) StdinTerminal() bool { return isTerminal(p.Stdin) }

// StdoutTerminal reports whether the results go to a terminal.
func (p *Program) StdoutTerminal() bool { return isTerminal(unwrap(p.Stdout)) }

// StderrTerminal reports whether everything else goes to a terminal.
func (p *Program) StderrTerminal() bool { return isTerminal(p.Stderr) }

// Width is how many columns the results may take: $COLUMNS, else the width of
// the terminal, else 80.
func (p *Program) Width() int {
	if n := p.columns(); n > 0 {
		return n
	}
	if f, ok := unwrap(p.Stdout).(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return defaultWidth
}

// WidthKnown reports whether Width is that of somebody who reads: on a terminal, or where
// $COLUMNS says so. A pipe has none.
func (p *Program) WidthKnown() bool { return p.columns() > 0 || p.StdoutTerminal() }

// columns is what $COLUMNS says, 0 for nothing.
func (p *Program) columns() int {
	n, err := strconv.Atoi(p.Getenv("COLUMNS"))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// Colour reports whether the results may be coloured: only on a terminal that
// understands it, and not when $NO_COLOR is set to anything.
func (p *Program) Colour() bool {
	return p.StdoutTerminal() && p.Getenv("NO_COLOR") == "" && p.Getenv("TERM") != "dumb"
}

func unwrap(w io.Writer) io.Writer {
	if o, ok := w.(*output); ok {
		w = o.w
	}
	if pages, ok := w.(*paged); ok {
		return pages.screen
	}
	return w
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
