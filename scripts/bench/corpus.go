package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// corpus is a folder of made-up log files.
type corpus struct{ events, perFile int }

const (
	usualFile = 200 // events in a file, on average
	tinyFile  = 5
	// contested is how many events the program and the yardstick are given.
	contested = 1_000_000
)

// corpora are those that the program is measured on alone.
func (o options) corpora() (all []corpus) {
	for _, n := range o.events {
		all = append(all, corpus{n, usualFile})
	}
	if o.tiny > 0 {
		all = append(all, corpus{tinyFile * o.tiny, tinyFile})
	}
	return all
}

// args are what makes the corpus, after -out.
func (o options) args(c corpus) []string {
	return []string{"-events", strconv.Itoa(c.events), "-days", strconv.Itoa(o.days), "-events-per-file", strconv.Itoa(c.perFile)}
}

// folder returns the folder of a corpus, which is made if it is missing.
func (o options) folder(c corpus) (string, error) {
	dir, err := filepath.Abs(filepath.Join(o.corpus, fmt.Sprintf("%d-%dd-%d", c.events, o.days, c.perFile)))
	if err != nil {
		return "", fmt.Errorf("looking for a corpus: %w", err)
	}
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("looking for a corpus: %w", err)
	}
	made := dir + ".tmp"
	if err := os.RemoveAll(made); err != nil {
		return "", fmt.Errorf("making a corpus: %w", err)
	}
	cmd := exec.Command("go", append([]string{"run", "./testdata/cloudtrail/generate", "-out", made}, o.args(c)...)...)
	if err := runLoud(cmd); err != nil {
		return "", err
	}
	if err := os.Rename(made, dir); err != nil { // complete or not there
		return "", fmt.Errorf("making a corpus: %w", err)
	}
	return dir, nil
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
