package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// ErrInterrupted is the cause of a context that Ctrl-C or SIGTERM cancelled.
var ErrInterrupted = errors.New("interrupted")

// interruption is what a run that was cancelled reports: that it was
// interrupted, and besides only what is not the cancellation itself.
func interruption(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, ErrInterrupted) {
		return ErrInterrupted
	}
	return fmt.Errorf("%w: %w", ErrInterrupted, err)
}

// Await runs do and returns what it does. When ctx ends it does not wait for what may
// never come (from a pipe, a terminal): do is left to itself, and what it brings is
// dropped.
func Await[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := do()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// interrupts passes Ctrl-C to whoever asked last: the program, or the one
// statement that its prompt is running.
type interrupts struct {
	mu      sync.Mutex
	cancels []context.CancelCauseFunc // the program's own first
}

// catch starts listening and returns the program's context. A second signal
// after the program's own was cancelled has its usual effect, so a program
// that hangs can be killed. SIGPIPE is taken away from the runtime, which
// would kill without a word to deferred work: a closed pipe is found by the
// write that fails.
func (in *interrupts) catch(ctx context.Context) (context.Context, func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)

	ctx, pop := in.push(ctx)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				if in.deliver(s) {
					signal.Stop(signals)
				}
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		signal.Stop(pipes)
		close(done)
		pop()
	}
}

// deliver cancels the newest context, on SIGTERM the program's. It reports
// whether that was the program's.
func (in *interrupts) deliver(s os.Signal) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	at := len(in.cancels) - 1
	if s == syscall.SIGTERM {
		at = 0
	}
	if at >= 0 {
		in.cancels[at](ErrInterrupted)
	}
	return at <= 0
}

func (in *interrupts) push(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	in.mu.Lock()
	defer in.mu.Unlock()
	depth := len(in.cancels)
	in.cancels = append(in.cancels, cancel)
	return ctx, func() {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.cancels = in.cancels[:depth]
		cancel(nil)
	}
}

// Interruptible returns a context that Ctrl-C cancels in place of the
// program's, until stop is called.
func (p *Program) Interruptible(ctx context.Context) (inner context.Context, stop func()) {
	return p.interrupts.push(ctx)
}
