package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"roletrail/review/termfit"
	"roletrail/review/termtext"
)

const (
	// patience is how long a program may work before it says at what: less needs no word.
	patience = 2 * time.Second
	// drawEvery is how often the line is drawn again.
	drawEvery = 200 * time.Millisecond
	// eraseLine goes to the first column and erases what stands in the line.
	eraseLine = "\r\x1b[K"
)

// Working shows what the program does in one line on the terminal of standard error, from two
// seconds on until stop is called, which erases it. says is asked for the parts of the line
// with the time since Working was called, the most important first: those that a narrow
// terminal has no room for are left out. Messages and results are never mixed with the line;
// once there are results on a terminal it does not come back. Where standard error is no
// terminal, or is to be JSON, nothing is shown.
func (p *Program) Working(says func(took time.Duration) []string) (stop func()) {
	if !p.ShowsWork() {
		return func() {}
	}
	p.working.begin(p.Stderr.(*os.File))
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		start, wait := time.Now(), patience
		for {
			select {
			case <-done:
				return
			case <-time.After(wait):
			}
			p.working.draw(says(time.Since(start)))
			wait = drawEvery
		}
	}()
	return sync.OnceFunc(func() { close(done); <-gone; p.working.leave() })
}

// ShowsWork reports whether Working shows anything.
func (p *Program) ShowsWork() bool {
	return p.StderrTerminal() && !p.JSON() && p.Getenv("TERM") != "dumb"
}

// workingLine is the line on the screen. The zero value shows nothing.
type workingLine struct {
	mu     sync.Mutex
	screen *os.File // nil: there is no line
	shown  bool
}

func (l *workingLine) begin(screen *os.File) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.screen = screen
}

func (l *workingLine) draw(parts []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.screen == nil {
		return
	}
	width, _, err := term.GetSize(int(l.screen.Fd()))
	if err != nil || width <= 0 {
		width = defaultWidth
	}
	_, err = io.WriteString(l.screen, eraseLine+fitParts(parts, width-1)) // a full line would wrap
	l.shown = err == nil
}

// erase needs the lock.
func (l *workingLine) erase() {
	if l.shown {
		_, _ = io.WriteString(l.screen, eraseLine) // of which nothing depends
		l.shown = false
	}
}

// leave erases the line. It does not come back until the next work begins.
func (l *workingLine) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	l.screen = nil
}

// fitParts joins parts by commas as long as they fit into so many columns.
func fitParts(parts []string, width int) string {
	line := ""
	for _, part := range parts {
		part = termtext.Line(part)
		if line != "" {
			part = ", " + part
		}
		if termfit.Width(line+part) > width {
			break
		}
		line += part
	}
	return line
}

// Seconds is a duration as people say it: 8s, 1m5s.
func Seconds(d time.Duration) string { return d.Round(time.Second).String() }

// Left says how long work lasts that took so long for a share of it, between 0 and 1.
func Left(took time.Duration, share float64) string {
	return "about " + Seconds(max(time.Second, time.Duration(float64(took)*(1-share)/share))) + " left"
}

// Bytes is a number of bytes in three digits or so: 1.5 MB.
func Bytes(n float64) string {
	for _, unit := range []string{"B", "kB", "MB", "GB"} {
		if n < 1000 {
			return fmt.Sprintf("%.3g %s", n, unit)
		}
		n /= 1000
	}
	return fmt.Sprintf("%.3g TB", n)
}

// besideLine is standard error with the line out of the way of what is written. It is drawn
// again below that.
type besideLine struct {
	line *workingLine
	w    io.Writer
}

func (b besideLine) Write(text []byte) (int, error) {
	b.line.mu.Lock()
	defer b.line.mu.Unlock()
	b.line.erase()
	return b.w.Write(text)
}
