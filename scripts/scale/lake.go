package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"roletrail/parquet"
)

// lake is the folder of the lake, which is made if there is none of this size.
func (o options) lake() (string, error) {
	p := o.plan()
	name := fmt.Sprintf("%d-%d-%d", p.daily, o.days, p.generations)
	if o.roles > 0 {
		name += fmt.Sprintf("-%d", o.roles)
	}
	dir := filepath.Join(o.folder, name)
	lake := filepath.Join(dir, "lake")
	if _, err := os.Stat(lake); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return lake, err
	}
	base, made := filepath.Join(dir, "base"), filepath.Join(dir, "making")
	if err := o.base(base, p); err != nil {
		return "", err
	}
	if err := os.RemoveAll(made); err != nil {
		return "", fmt.Errorf("making a lake: %w", err)
	}
	if err := copies(base, made, p, o.days); err != nil {
		return "", err
	}
	inventories := filepath.Join(dir, "iam")
	if err := writeInventories(base, inventories, p.generations); err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(inventories, "*.json"))
	if err != nil {
		return "", fmt.Errorf("making a lake: %w", err)
	}
	if err := loud(exec.Command(o.program("ingest"), append([]string{"iam", "--lake", made, "--snapshot-date", "2026-10-01"}, files...)...)); err != nil {
		return "", err
	}
	if err := os.RemoveAll(base); err != nil {
		return "", fmt.Errorf("making a lake: %w", err)
	}
	if err := os.Rename(made, lake); err != nil { // whole or not there
		return "", fmt.Errorf("making a lake: %w", err)
	}
	return lake, nil
}

// base makes the lake of a few days that are copied, unless it is there.
func (o options) base(dir string, p plan) error {
	if _, err := os.Stat(dir); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	corpus, made := dir+"-logs", dir+"-making"
	for _, folder := range []string{corpus, made} {
		if err := os.RemoveAll(folder); err != nil {
			return fmt.Errorf("making days to copy: %w", err)
		}
	}
	// A day more than is copied: the first and the last are not whole.
	for _, cmd := range []*exec.Cmd{
		exec.Command("go", "run", "./testdata/cloudtrail/generate", "-out", corpus, "-events", strconv.Itoa(p.daily*(o.days+1)), "-days", strconv.Itoa(o.days+1), "-roles", strconv.Itoa(o.roles), "-rare-changes"),
		exec.Command(o.program("ingest"), "logs", "--lake", made, corpus),
		exec.Command(o.program("ingest"), "compact", "--lake", made),
	} {
		if err := loud(cmd); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(corpus); err != nil {
		return fmt.Errorf("making days to copy: %w", err)
	}
	if err := os.Rename(made, dir); err != nil { // whole or not there
		return fmt.Errorf("making days to copy: %w", err)
	}
	return nil
}

// sizeOf is how many events a lake has, and how many bytes the files that count.
func sizeOf(dir string) (events, bytes int64, err error) {
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	table := parquet.EventsSchema.Table
	entries, err := lake.Entries(table, parquet.UsesSchema.Table, parquet.SessionDaysSchema.Table, parquet.CoverageSchema.Table)
	for _, e := range entries {
		bytes += e.Bytes
		if e.Table == table {
			events += e.Rows
		}
	}
	return events, bytes, err
}
