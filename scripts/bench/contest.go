package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"roletrail/scripts/peak"
)

const yardstick = "bin/yardstick"

// contest is the program and DuckDB alone (yardstick) over the same log files, in turn,
// so that both meet the same weather on a shared machine.
type contest struct {
	files        int
	ours, theirs []timing
}

// contest runs it.
func (o options) contest() (c contest, err error) {
	if err := runLoud(exec.Command("go", "build", "-o", yardstick, "./scripts/bench/yardstick")); err != nil {
		return c, err
	}
	dir, err := o.folder(corpus{contested, usualFile})
	if err != nil {
		return c, err
	}
	if c.files, _, err = sizeOf(dir); err != nil {
		return c, err
	}
	for range o.rounds {
		ours, err := timeIngest(dir, contested)
		if err != nil {
			return c, err
		}
		theirs, err := timeYardstick(dir, contested)
		if err != nil {
			return c, err
		}
		fmt.Fprintf(os.Stderr, "bench: ingest %s, DuckDB %s\n", ours.wall.Round(time.Millisecond), theirs.wall.Round(time.Millisecond))
		c.ours, c.theirs = append(c.ours, ours), append(c.theirs, theirs)
	}
	return c, nil
}

// timeYardstick runs the yardstick once, in a folder of its own.
func timeYardstick(source string, events int) (t timing, err error) {
	dir, err := os.MkdirTemp("", "roletrail-bench-*")
	if err != nil {
		return t, fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program, err := filepath.Abs(yardstick)
	if err != nil {
		return t, fmt.Errorf("finding the yardstick: %w", err)
	}
	cmd := exec.Command(program, source)
	cmd.Dir = dir
	var said, failed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &failed
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return t, fmt.Errorf("running %s: %w\n%s", cmd, err, failed.Bytes())
	}
	t.took(cmd, start)
	if n := strings.TrimSpace(said.String()); n != strconv.Itoa(events) {
		return t, fmt.Errorf("checking the yardstick: %s events written, not %d", n, events)
	}
	return t, nil
}

// took notes what a process that has ended took.
func (t *timing) took(cmd *exec.Cmd, start time.Time) {
	t.wall = time.Since(start)
	t.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.peak = peak.Memory(cmd.ProcessState)
}

// medians are the medians of wall time, CPU time and peak memory, each of its own.
func medians(runs []timing) (m timing) {
	middle := func(of func(timing) int64) int64 {
		sorted := slices.SortedFunc(slices.Values(runs), func(a, b timing) int { return cmp.Compare(of(a), of(b)) })
		return of(sorted[len(sorted)/2])
	}
	m.wall = time.Duration(middle(func(t timing) int64 { return int64(t.wall) }))
	m.cpu = time.Duration(middle(func(t timing) int64 { return int64(t.cpu) }))
	m.peak = middle(func(t timing) int64 { return t.peak })
	return m
}

// String is the section of the page.
func (c contest) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## Against DuckDB alone\n\nThe same %s events in %s files, `bin/ingest logs` and scripts/bench/yardstick/yardstick.sql (DuckDB's own\n"+
		"`COPY … FROM read_json` with an explicit schema) in turn, %s. The program does more: it checks every record, leaves out\n"+
		"repeated ones, keeps all that a record says, derives columns, sorts, and commits.\n\n",
		grouped(contested), grouped(int64(c.files)), times(len(c.ours)))
	b.WriteString("| | wall, median | fastest to slowest | CPU | events/s | peak memory |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	ours, theirs := medians(c.ours), medians(c.theirs)
	for _, row := range []struct {
		name string
		runs []timing
		m    timing
	}{{"`bin/ingest logs`", c.ours, ours}, {"DuckDB", c.theirs, theirs}} {
		walls := slices.SortedFunc(slices.Values(row.runs), func(a, b timing) int { return cmp.Compare(a.wall, b.wall) })
		fmt.Fprintf(&b, "| %s | %.2f s | %.2f to %.2f s | %.2f s | %s | %s |\n", row.name, row.m.wall.Seconds(),
			walls[0].wall.Seconds(), walls[len(walls)-1].wall.Seconds(), row.m.cpu.Seconds(),
			grouped(int64(contested/row.m.wall.Seconds())), megabytes(row.m.peak))
	}
	fmt.Fprintf(&b, "\nRatio of the medians: %.2f times as fast, with %.2f of its CPU time and %.2f of its memory.\n\n",
		theirs.wall.Seconds()/ours.wall.Seconds(), ours.cpu.Seconds()/theirs.cpu.Seconds(), float64(ours.peak)/float64(max(1, theirs.peak)))
	b.WriteString("```text\ngo build -o bin/yardstick ./scripts/bench/yardstick\nbin/yardstick DIR\n```\n")
	return b.String()
}
