package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
	"roletrail/review/termfit"
)

// TestHeadInAPipe: a width that is known is kept to by every line; in a pipe without one each
// line of the head is one, and the table has 80 columns at most.
func TestHeadInAPipe(t *testing.T) {
	lines := func(args []string, environment ...string) []string {
		var out, errs bytes.Buffer
		p := &cli.Program{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Env: environment, Now: func() time.Time { return now }}
		if code := run(p, func(context.Context, string, func(queries.Progress)) (queries.Engine, error) { return newFake(), nil }); code != cli.ExitDone {
			t.Fatalf("code %d: %s", code, errs.String())
		}
		return strings.Split(out.String(), "\n")
	}
	const window = "window: 2026-07-01 00:00 to 2026-10-01 00:00 UTC (92 days)"
	for _, command := range []string{"last-used", "unused --summary", "coverage"} {
		args := append(strings.Fields(command), "--quarter", "2026Q3")
		folded := lines(args, "COLUMNS=50")
		if widest := slices.MaxFunc(folded, narrower); termfit.Width(widest) > 50 {
			t.Errorf("%s with 50 columns has the line %q", command, widest)
		}
		if slices.Contains(folded, window) || !slices.Contains(folded, "window: 2026-07-01 00:00 to 2026-10-01 00:00 UTC") {
			t.Errorf("%s with 50 columns does not fold its head: %q", command, folded)
		}
		piped := lines(args)
		if !slices.Contains(piped, window) {
			t.Errorf("%s in a pipe lacks %q: %q", command, window, piped)
		}
		free := slices.Index(piped, "")
		if widest := slices.MaxFunc(piped[free:], narrower); termfit.Width(widest) > 80 {
			t.Errorf("%s in a pipe has the row %q", command, widest)
		}
	}
}

func narrower(a, b string) int { return termfit.Width(a) - termfit.Width(b) }
