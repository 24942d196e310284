package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"roletrail/scripts/peak"
)

//go:embed busiest.sql
var busiest string

// cores is how many a report may use.
const cores = 2

// result is what one report took.
type result struct {
	report    string
	wall, cpu time.Duration
	peak      int64 // resident memory in bytes, 0 where the system does not say
	read      int64 // bytes asked of the system, 0 where it does not say
	lines     int   // of its answer
	err       error
}

// reports are what is asked of the lake, in the words of the command line.
func reports(folder, role string) [][]string {
	return [][]string{
		{"coverage"},
		{"coverage", "--gaps"},
		{"last-used"},
		{"last-used", "--role", role},
		{"unused", "--summary"},
		{"unused"},
		{"unexpected"},
		{"changes"},
		{"role", role},
		{"review", "--out", filepath.Join(folder, "review")},
	}
}

// measure runs each report once, as a process of its own.
func (o options) measure(lake string) (results []result, err error) {
	role, err := o.busiest(lake)
	if err != nil {
		return nil, err
	}
	for _, words := range reports(o.folder, role) {
		if o.only != "" && words[0] != o.only {
			continue
		}
		if err := os.RemoveAll(filepath.Join(o.folder, "review")); err != nil {
			return nil, fmt.Errorf("removing the review before: %w", err)
		}
		r := o.timed(append(words, "--lake", lake, "--quarter", "2026Q3"))
		r.report = strings.ReplaceAll(strings.Join(words, " "), role, "ROLE")
		fmt.Fprintf(os.Stderr, "scale: %s in %s\n", r.report, r.wall.Round(time.Millisecond))
		results = append(results, r)
	}
	return results, nil
}

// busiest is the name of a role that has much to tell.
func (o options) busiest(lake string) (string, error) {
	cmd := exec.Command(o.program("report"), "sql", "--lake", lake, "--format", "csv", "-f", "-")
	cmd.Stdin = strings.NewReader(busiest)
	out, err := cmd.Output()
	lines := strings.Fields(string(out))
	if err != nil || len(lines) != 2 {
		return "", fmt.Errorf("looking for the busiest role: %w: %q", err, out)
	}
	return lines[1], nil
}

// timed runs one report with two cores. Its answer goes to a file, as to read it here would
// count as reading.
func (o options) timed(words []string) (r result) {
	if words[0] != "review" {
		words = append(words, "--format", "ndjson")
	}
	if words[0] == "role" {
		words[len(words)-1] = "json"
	}
	answer, err := os.Create(filepath.Join(o.folder, "answer"))
	if err != nil {
		return result{err: fmt.Errorf("making room for the answer: %w", err)}
	}
	defer answer.Close()
	var said bytes.Buffer
	cmd := exec.Command(o.program("report"), words...)
	cmd.Stdout, cmd.Stderr = answer, &said
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(cores)) // of which DuckDB takes as many threads
	before, start := readSoFar(), time.Now()
	err = cmd.Run()
	r.wall, r.read = time.Since(start), readSoFar()-before
	if state := cmd.ProcessState; state != nil {
		r.cpu, r.peak = state.UserTime()+state.SystemTime(), peak.Memory(state)
	}
	if err != nil {
		r.err = fmt.Errorf("running %s: %w\n%s", cmd, err, said.Bytes())
		return r
	}
	text, err := os.ReadFile(answer.Name())
	r.lines, r.err = bytes.Count(text, []byte("\n")), err
	return r
}

// readSoFar is what this process and those that it waited for have asked the system to read;
// 0 where it does not say (only Linux does).
func readSoFar() int64 {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "rchar: "); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}
