package cli

import (
	"errors"
	"fmt"
	"io"
	"syscall"
)

// ErrOutputClosed is what writing to standard output returns once its reader
// has gone away (`report last-used | head`). It is no failure.
var ErrOutputClosed = errors.New("standard output was closed")

// output is standard output with errors that can be told from all others.
type output struct {
	w       io.Writer
	working *workingLine
}

func (o *output) Write(b []byte) (int, error) {
	if isTerminal(unwrap(o.w)) {
		o.working.leave() // for results that it would stand among
	}
	n, err := o.w.Write(b)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, syscall.EPIPE):
		return n, ErrOutputClosed
	}
	return n, fmt.Errorf("writing to standard output: %w", err)
}
