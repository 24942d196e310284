package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

const ingest = "bin/ingest"

// measured is what ingesting one corpus took.
type measured struct {
	corpus corpus
	files  int
	stored int64 // bytes of the corpus as it lies on the disk
	runs   []timing
}

// timing is one run of the program.
type timing struct {
	wall, cpu time.Duration
	peak      int64 // resident memory in bytes, 0 where the system does not say
	summary   summary
}

// summary is the part of the program's balance that is used here.
type summary struct {
	Records struct {
		Total   int64 `json:"total"`
		Written int64 `json:"written"`
	} `json:"records"`
	Bytes    int64 `json:"bytes"`          // of the files written
	Inflated int64 `json:"inflated_bytes"` // JSON read
}

// median is the run whose wall time is in the middle.
func (m measured) median() timing {
	sorted := slices.SortedFunc(slices.Values(m.runs), func(a, b timing) int { return cmp.Compare(a.wall, b.wall) })
	return sorted[len(sorted)/2]
}

// build builds the program as it is released.
func build() error {
	cmd := exec.Command("go", "build", "-o", ingest, "./cmd/ingest")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	return runLoud(cmd)
}

// measure ingests a corpus several times.
func (o options) measure(c corpus) (measured, error) {
	m := measured{corpus: c}
	dir, err := o.folder(c)
	if err != nil {
		return m, err
	}
	if m.files, m.stored, err = sizeOf(dir); err != nil {
		return m, err
	}
	for range o.runs {
		t, err := timeIngest(dir, c.events)
		if err != nil {
			return m, err
		}
		fmt.Fprintf(os.Stderr, "bench: %d events in %s\n", c.events, t.wall.Round(time.Millisecond))
		m.runs = append(m.runs, t)
	}
	return m, nil
}

// timeIngest runs the program once, into a lake of its own.
func timeIngest(corpus string, events int) (t timing, err error) {
	dir, err := os.MkdirTemp("", "roletrail-bench-*")
	if err != nil {
		return t, fmt.Errorf("making a lake: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	balance := filepath.Join(dir, "summary.json")
	cmd := exec.Command(ingest, "logs", "--lake", filepath.Join(dir, "lake"), "--summary", balance, corpus)
	var said bytes.Buffer
	cmd.Stderr = &said
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return t, fmt.Errorf("running %s: %w\n%s", cmd, err, said.Bytes())
	}
	t.took(cmd, start)
	text, err := os.ReadFile(balance)
	if err == nil {
		err = json.Unmarshal(text, &t.summary)
	}
	if err != nil {
		return t, fmt.Errorf("reading the balance: %w", err)
	}
	if t.summary.Records.Written != int64(events) {
		return t, fmt.Errorf("checking the balance: %d events written, not %d; if the generator was changed, run make clean first",
			t.summary.Records.Written, events)
	}
	return t, nil
}

// runLoud runs a command whose output is for the reader.
func runLoud(cmd *exec.Cmd) error {
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running %s: %w", cmd, err)
	}
	return nil
}
