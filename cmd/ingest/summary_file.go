package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"roletrail/cmd/internal/cli"
)

// openSummary makes the file of the summary, so that a wrong path is found before
// the work and not after it. Without one, what is written goes nowhere.
func openSummary(path, lake string, sources []string) (io.WriteCloser, error) {
	if path == "" {
		return nowhere{io.Discard}, nil
	}
	for _, source := range sources {
		if source != "-" && liesWithin(path, source) {
			return nil, misplacedSummary(path, "source", source)
		}
	}
	if liesWithin(path, lake) {
		return nil, misplacedSummary(path, "lake", lake)
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("writing the summary: %w", err)
	}
	return file, nil
}

type nowhere struct{ io.Writer }

func (nowhere) Close() error { return nil }

// misplacedSummary refuses a path where the summary would replace a log file or a
// part of the lake, or be taken for one.
func misplacedSummary(path, what, place string) error {
	return cli.Usage(fmt.Errorf("writing the summary: %q lies within the %s %q", path, what, place), "name a file elsewhere")
}

// liesWithin reports whether a path is a file or folder, or leads into it, however
// either is written and whatever links lead there. What does not exist holds
// nothing.
func liesWithin(path, place string) bool {
	outer, err := os.Stat(place)
	path, absErr := filepath.Abs(path)
	if errors.Join(err, absErr) != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	} else if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	for ; ; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && os.SameFile(info, outer) {
			return true
		}
		if path == filepath.Dir(path) {
			return false
		}
	}
}
