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
type output struct{ w io.Writer }

func (o *output) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, syscall.EPIPE):
		return n, ErrOutputClosed
	}
	return n, fmt.Errorf("writing to standard output: %w", err)
}
