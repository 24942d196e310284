package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

const ingest = "bin/ingest"

// measured is what ingesting one corpus took.
type measured struct {
	events int
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

// corpusOf returns the folder of a corpus, which is made if it is missing.
func (o options) corpusOf(events int) (string, error) {
	dir := filepath.Join(o.corpus, fmt.Sprintf("%d-%dd", events, o.days))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("looking for a corpus: %w", err)
	}
	made := dir + ".tmp"
	if err := os.RemoveAll(made); err != nil {
		return "", fmt.Errorf("making a corpus: %w", err)
	}
	cmd := exec.Command("go", "run", "./testdata/cloudtrail/generate",
		"-out", made, "-events", strconv.Itoa(events), "-days", strconv.Itoa(o.days))
	if err := runLoud(cmd); err != nil {
		return "", err
	}
	if err := os.Rename(made, dir); err != nil { // complete or not there
		return "", fmt.Errorf("making a corpus: %w", err)
	}
	return dir, nil
}

// measure ingests a corpus several times.
func (o options) measure(events int) (measured, error) {
	m := measured{events: events}
	corpus, err := o.corpusOf(events)
	if err != nil {
		return m, err
	}
	if m.files, m.stored, err = sizeOf(corpus); err != nil {
		return m, err
	}
	for range o.runs {
		t, err := timeIngest(corpus, events)
		if err != nil {
			return m, err
		}
		fmt.Fprintf(os.Stderr, "bench: %d events in %s\n", events, t.wall.Round(time.Millisecond))
		m.runs = append(m.runs, t)
	}
	return m, nil
}

func sizeOf(dir string) (files int, bytes int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			files++
			bytes += info.Size()
		}
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("measuring a corpus: %w", err)
	}
	return files, bytes, nil
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
	t.wall = time.Since(start)
	t.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.peak = peakMemory(cmd.ProcessState)
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
