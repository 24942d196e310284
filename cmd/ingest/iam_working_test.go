package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/parquet"
	"roletrail/pipeline"
)

// TestInventoryWorkLine: what is left is told where the total is known, and of what was
// measured for a while.
func TestInventoryWorkLine(t *testing.T) {
	now := time.Now()
	for _, tc := range []struct {
		name  string
		of    int64
		bytes bool
		done  int64
		spent time.Duration
		want  string
	}{
		{"nothing yet", 1000, false, 0, 5 * time.Second, "writing roles, 9s"},
		{"half", 1000, false, 500, 5 * time.Second, "writing roles, 9s, 500 of 1000, about 5s left, 100/s"},
		{"too soon", 1000, false, 500, time.Second / 2, "writing roles, 9s, 500 of 1000"},
		{"all", 1000, false, 1000, 5 * time.Second, "writing roles, 9s, 1000 of 1000, 200/s"},
		{"who knows how many", 0, false, 500, 5 * time.Second, "writing roles, 9s, 500, 100/s"},
		{"bytes", 40_000_000, true, 10_000_000, 5 * time.Second, "writing roles, 9s, 10 MB of 40 MB, about 15s left, 2 MB/s"},
	} {
		w := &inventoryWork{}
		w.do("writing roles", tc.of, tc.bytes)
		w.add(tc.done)
		w.since = now.Add(-tc.spent)
		if got := strings.Join(w.line(9*time.Second, now), ", "); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestInventoryWorkIsTold: reading a file and writing roles tell how far they are.
func TestInventoryWorkIsTold(t *testing.T) {
	path := filepath.Join("..", "..", "testdata", "cloudtrail", "iam", "111111111111.json")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	w := &inventoryWork{}
	inv, err := readInventories(t.Context(), &cli.Program{}, w, []string{path})
	if err != nil {
		t.Fatal(err)
	}
	if w.done != info.Size() || w.of != info.Size() || !w.bytes {
		t.Errorf("of a file of %d bytes is told %d of %d", info.Size(), w.done, w.of)
	}

	lake, err := parquet.CreateLake(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	if _, err := pipeline.IngestInventory(t.Context(), lake, inv, pipeline.InventoryOptions{At: time.Now(), Step: w.step}); err != nil {
		t.Fatal(err)
	}
	if roles := int64(len(inv.Roles)); w.doing != "writing roles" || w.done != roles-1 || w.of != roles {
		t.Errorf("of %d roles is told %q, %d of %d", roles, w.doing, w.done, w.of)
	}
}
