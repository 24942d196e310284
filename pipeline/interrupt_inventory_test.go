package pipeline_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// endsAfter is a context that ends when it has been asked a number of times.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestInterruptedInventory stops the taking of an inventory, and the replay of the logs,
// at every place that looks whether it should. The lake then holds what it held before.
func TestInterruptedInventory(t *testing.T) {
	dir := organisationLogs.copied(t)
	takeFromLogs(t, dir)
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		what    string
		changes bool // the lake, if nobody stops it
		run     func(context.Context) error
	}{
		{"logs", false, func(ctx context.Context) error {
			_, err := pipeline.ReplayLogs(ctx, lake, nil)
			return err
		}},
		{"inventory", true, func(ctx context.Context) error {
			_, err := pipeline.IngestInventory(ctx, lake, organisationInventory(t), pipeline.InventoryOptions{At: at, Version: "test"})
			return err
		}},
	} {
		before, stops := dataFiles(t, dir), 0
		for asked := 0; ; asked = asked*3/2 + 1 { // rows of events, then roles
			err := c.run(&endsAfter{t.Context(), asked})
			if err == nil {
				break
			}
			stops++
			if !errors.Is(err, pipeline.ErrNotTaken) {
				t.Fatalf("%s: stopped at %d: %v", c.what, asked, err)
			}
			if left := dataFiles(t, dir); !slices.Equal(left, before) {
				t.Fatalf("%s: stopped at %d: the lake has %d other files, not %d", c.what, asked, len(left), len(before))
			}
		}
		if stops < 10 {
			t.Errorf("%s: stopped %d times only", c.what, stops)
		}
		if changed := !slices.Equal(dataFiles(t, dir), before); changed != c.changes {
			t.Errorf("%s: when nobody stopped it the lake was changed: %v", c.what, changed)
		}
	}
}

// hidesTemporaryFiles is a context that has ended. When it is asked for the first time it
// puts folders in the place of the temporary files of a lake, which cannot be removed
// like files.
type hidesTemporaryFiles struct {
	context.Context
	lake string

	once   sync.Once
	failed error
}

func (c *hidesTemporaryFiles) Err() error {
	c.once.Do(func() {
		var files []string
		files, c.failed = filepath.Glob(filepath.Join(c.lake, "iam", "*", "*", ".tmp-*"))
		for _, file := range files {
			c.failed = errors.Join(c.failed, os.Remove(file), os.MkdirAll(filepath.Join(file, "full"), 0o755))
		}
	})
	return context.Canceled
}

// TestInterruptedInventoryLeavesFiles: when what was begun cannot be removed, that is said
// beside the interruption.
func TestInterruptedInventoryLeavesFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	ctx := &hidesTemporaryFiles{Context: t.Context(), lake: dir}
	_, err = pipeline.IngestInventory(ctx, lake, generation(t, "a"), pipeline.InventoryOptions{At: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Version: "test"})
	if ctx.failed != nil || !errors.Is(err, pipeline.ErrNotTaken) || !strings.Contains(err.Error(), "removing what was begun: remove "+filepath.Join(dir, "iam", "roles")) {
		t.Errorf("error is %v; hiding the files: %v", err, ctx.failed)
	}
}
