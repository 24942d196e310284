package pipeline

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"roletrail/parquet"
)

// FsckOptions say what is done about what is found.
type FsckOptions struct {
	// Repair mends what is wrong; else everything stays as it is.
	Repair bool
	// At is now; it names the folder of what is moved aside.
	At time.Time
	// Version is the program's, for the ledger.
	Version string
	// Found, if set, is told of each finding, before anything is done about it.
	Found func(parquet.Finding) error
	// Progress, if set, is told of every file that was looked at.
	Progress func(Progress)
	// Warn, if set, is told of files that count no longer and could not be removed.
	Warn func(error)

	keys int64 // bytes of memory of the keys of a day's events; 0: what a run may take
}

// Checked is what a check of a lake found and did.
type Checked struct {
	Files    int   `json:"files"`
	Rows     int64 `json:"rows"`
	Bytes    int64 `json:"bytes"`
	Findings int   `json:"findings"`
	// Lasting is how many of the findings can only be mended from elsewhere, of a lake on a store.
	Lasting int `json:"lasting"`
	// Mended is what was done; nil if nothing was asked for or nothing was wrong.
	Mended *parquet.Mended `json:"mended"`
	// Duplicates is how many events were dropped that their day had already.
	Duplicates int64 `json:"duplicates_dropped"`
}

// Fsck holds the files of a lake against its ledger and the events of each day against
// each other, and mends what is wrong if that is asked for. Of an interruption the error
// is [ErrInterrupted].
func Fsck(ctx context.Context, lake *parquet.Suspect, options FsckOptions) (c *Checked, err error) {
	defer func() { err = interruptedBy(ctx, err) }()
	examined, err := lake.Examine(ctx, func(files int) {
		if options.Progress != nil {
			options.Progress(Progress{Objects: 1, Total: int64(files)})
		}
	})
	if err != nil {
		return nil, err
	}
	twice, findings, err := duplicates(ctx, lake, examined.Counting("events"), options.keys)
	if err != nil {
		return nil, err
	}
	c = &Checked{Files: examined.Files, Rows: examined.Rows, Bytes: examined.Bytes, Findings: len(examined.Findings) + len(findings)}
	for _, f := range slices.Concat(examined.Findings, findings) {
		if options.Found == nil {
			break
		}
		if err := options.Found(f); err != nil {
			return c, err
		}
	}
	if !options.Repair || c.Findings == 0 {
		return c, nil
	}
	if c.Mended, err = lake.Mend(examined, options.Version, options.At); err != nil || len(twice) == 0 {
		return c, err
	}
	compacted, err := Compact(ctx, lake.Lake(), CompactOptions{Version: options.Version, Warn: options.Warn, anew: twice})
	c.Duplicates = compacted.Rows.Duplicate
	return c, err
}

// interruptedBy is ErrInterrupted in the place of an error by which a run ended because
// ctx did.
func interruptedBy(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return ErrInterrupted
	}
	return err
}

// duplicates finds the days that have an event more than once.
func duplicates(ctx context.Context, lake *parquet.Suspect, files []parquet.FileEntry, keys int64) (twice map[string]bool, findings []parquet.Finding, err error) {
	days := map[string][]parquet.FileEntry{}
	for _, f := range files {
		days[f.Partition] = append(days[f.Partition], f)
	}
	twice = map[string]bool{}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		finding, err := duplicatesOf(ctx, lake, days[day], keys)
		if err != nil {
			return nil, nil, err
		}
		if finding != nil {
			twice[day] = true
			findings = append(findings, *finding)
		}
	}
	return twice, findings, nil
}

// duplicatesOf finds that the files of one day have an event more than once.
func duplicatesOf(ctx context.Context, lake *parquet.Suspect, files []parquet.FileEntry, keys int64) (finding *parquet.Finding, err error) {
	events, err := newDayEvents(keys, lake.Scratch)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, events.close()) }()
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := events.count(filepath.Join(lake.Dir(), filepath.FromSlash(f.Path)), f.Rows); err != nil {
			return nil, err
		}
	}
	if events.more <= 0 {
		return nil, nil
	}
	return &parquet.Finding{Kind: parquet.EventsTwice, Path: filepath.ToSlash(filepath.Dir(files[0].Path)), Text: events.text()}, nil
}
