package pipeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/iam/inventory"
	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket/s3test"
)

var changeDay = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// change changes the lake on S3 by way of a cache.
func (m *mirrored) change(cache string, do func(*parquet.Lake) error) error {
	return pipeline.ChangeRemote(m.t.Context(), m.store, cache, pipeline.ChangeOptions{
		Mirror: pipeline.MirrorOptions{Limit: m.limit, Version: "test"}, NewLake: true, At: changeDay,
	}, do)
}

// takeInventory takes an inventory of that day into the lake on S3.
func (m *mirrored) takeInventory(cache string, inv *inventory.Inventory) error {
	return m.change(cache, func(lake *parquet.Lake) error {
		_, err := pipeline.IngestInventory(m.t.Context(), lake, inv, pipeline.InventoryOptions{At: changeDay, Version: "test"})
		return err
	})
}

// letters are those of the inventory that a report sees, with a cache of its own or that of before.
func (m *mirrored) letters(what, want string) {
	m.t.Helper()
	fresh := filepath.Join(m.t.TempDir(), "fresh")
	for _, dir := range []string{fresh, m.dir} {
		err := pipeline.Mirror(m.t.Context(), m.store, dir, pipeline.MirrorOptions{Limit: m.limit, Version: "test"})
		if err != nil {
			m.t.Fatalf("%s: %v", what, err)
		}
		if got, err := lettersOfFiles(m.t.Context(), dir); got != want || err != nil {
			m.t.Errorf("%s: read %q, want %q, %v", what, got, want, err)
		}
	}
}

// TestInventoriesOfALakeOnS3 take each other's place on a day, all accounts at once, for reports
// that have a cache already and for new ones.
func TestInventoriesOfALakeOnS3(t *testing.T) {
	m := newMirrored(t)
	cache := filepath.Join(t.TempDir(), "writer")
	for i, letter := range []string{"a", "b", "a"} {
		if err := m.takeInventory(cache, generation(t, letter)); err != nil {
			t.Fatal(err)
		}
		m.letters(fmt.Sprint(i), letter+" 75")
	}
	m.put("a.json", 10, 1, 2)
	m.ingest()
	m.letters("with log files", "a 75")
	m.want("log files beside", 2, 0) // m.letters fetched them
	commits := m.server.Objects("lake", "a/commits/")
	if err := m.change(cache, func(*parquet.Lake) error { return nil }); err != nil || len(m.server.Objects("lake", "a/commits/")) != len(commits) {
		t.Errorf("a change of nothing made a commit, %v", err)
	}
	if len(commits) != 4 { // the first one says that nothing was there
		t.Errorf("commits: %q", slices.Sorted(maps.Keys(commits)))
	}
}

// TestChangesBesideEachOther commits a change while another one is made, which is then made anew
// upon it: both count.
func TestChangesBesideEachOther(t *testing.T) {
	m := newMirrored(t)
	caches := t.TempDir()
	calls := 0
	err := m.change(filepath.Join(caches, "one"), func(lake *parquet.Lake) error {
		if calls++; calls == 1 {
			if err := m.takeInventory(filepath.Join(caches, "other"), generation(t, "a")); err != nil {
				t.Error(err)
			}
		}
		return pipeline.IngestTrails(lake, trailsOf("b"), pipeline.TrailOptions{At: changeDay, Version: "test"})
	})
	if err != nil || calls != 2 {
		t.Fatalf("%d calls, %v", calls, err)
	}
	m.letters("of the other", "a 75")
	lake, err := parquet.OpenLake(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	if files, err := lake.Files("trails"); err != nil || len(files) != trailAccounts {
		t.Errorf("trails: %v, %v", files, err)
	}
	calls = 0
	err = m.change(filepath.Join(caches, "one"), func(lake *parquet.Lake) error {
		calls++
		if err := m.takeInventory(filepath.Join(caches, "other"), generation(t, []string{"a", "b"}[calls%2])); err != nil {
			t.Error(err)
		}
		return pipeline.IngestTrails(lake, trailsOf(fmt.Sprint("c", calls)), pipeline.TrailOptions{At: changeDay, Version: "test"})
	})
	if err == nil || !strings.Contains(err.Error(), "others changed the lake again and again") || calls != 10 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// TestChangeThatDoesNotComeToItsEnd fails at objects that it stores, to the last, which is the commit. What was there before
// counts until it succeeds.
func TestChangeThatDoesNotComeToItsEnd(t *testing.T) {
	m := newMirrored(t)
	cache := filepath.Join(t.TempDir(), "writer")
	if err := m.takeInventory(cache, generation(t, "a")); err != nil {
		t.Fatal(err)
	}
	failures := 0
	for last := 0; ; last += 3 {
		stored := 0
		m.server.Refuse(func(c s3test.Call) int {
			if c.Action == "s3:PutObject" {
				if stored++; stored > last {
					return http.StatusForbidden
				}
			}
			return 0
		})
		err := m.takeInventory(cache, generation(t, "b"))
		m.server.Refuse(nil)
		if err == nil {
			break
		}
		failures++
		if !strings.Contains(err.Error(), "give this identity s3:PutObject") {
			t.Fatal(err)
		}
		m.letters(fmt.Sprintf("after %d objects", last), "a 75")
	}
	m.letters("at last", "b 75")
	if failures != 6 { // of files of five tables of three accounts, and of the commit
		t.Errorf("failed %d times", failures)
	}
}

// TestInterruptedChange stops it before something counts.
func TestInterruptedChange(t *testing.T) {
	m := newMirrored(t)
	cache := filepath.Join(t.TempDir(), "writer")
	if err := m.takeInventory(cache, generation(t, "a")); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	err := pipeline.ChangeRemote(ctx, m.store, cache, pipeline.ChangeOptions{Mirror: pipeline.MirrorOptions{Limit: m.limit}, NewLake: true}, func(lake *parquet.Lake) error {
		defer stop()
		_, err := pipeline.IngestInventory(t.Context(), lake, generation(t, "b"), pipeline.InventoryOptions{At: changeDay, Version: "test"})
		return err
	})
	if !errors.Is(err, pipeline.ErrNotTaken) {
		t.Errorf("the error is %v", err)
	}
	m.letters("after it", "a 75")
}

// TestFilesThatWereCopiedThere count until an inventory of their day comes, whose first commit
// takes them over.
func TestFilesThatWereCopiedThere(t *testing.T) {
	m := newMirrored(t)
	local := filepath.Join(t.TempDir(), "lake")
	lake, err := parquet.CreateLake(local)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pipeline.IngestInventory(t.Context(), lake, generation(t, "a"), pipeline.InventoryOptions{At: changeDay, Version: "test"})
	if err := errors.Join(err, lake.Close()); err != nil {
		t.Fatal(err)
	}
	files := os.DirFS(local)
	for _, pattern := range []string{"iam/*/*/*.parquet", "catalogue/*/*.parquet"} {
		paths, err := fs.Glob(files, pattern)
		if err != nil || len(paths) == 0 {
			t.Fatal(paths, err)
		}
		for _, path := range paths {
			content, err := fs.ReadFile(files, path)
			if err != nil {
				t.Fatal(err)
			}
			m.server.Put("lake", "a/"+path, content)
		}
	}
	m.letters("copied", "a 75")
	cache := filepath.Join(t.TempDir(), "writer")
	if err := m.change(cache, func(lake *parquet.Lake) error {
		return pipeline.IngestTrails(lake, trailsOf("b"), pipeline.TrailOptions{At: changeDay, Version: "test"})
	}); err != nil {
		t.Fatal(err)
	}
	m.letters("with trails", "a 75")
	if err := m.takeInventory(cache, generation(t, "b")); err != nil {
		t.Fatal(err)
	}
	m.letters("replaced", "b 75")
}

// TestBadCommits names what is wrong with a commit that somebody else wrote, or that is gone.
func TestBadCommits(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	file := func(path, object, sum string) string {
		text, err := json.Marshal(map[string]any{"path": path, "object": object, "rows": 1, "bytes": 1, "sha256": sum})
		if err != nil {
			t.Fatal(err)
		}
		return `{"format":1,"added":[` + string(text) + `]}`
	}
	const roles = "iam/roles/snapshot_date=2026-10-01/roles-111111111111-00000000000000000000000000000000.parquet"
	for what, c := range map[string]struct{ name, text, want string }{
		"no JSON":        {"00000001.json", `{"format":1`, "it is damaged"},
		"newer":          {"00000001.json", `{"format":3}`, "its format is 3, and this program knows 1 and 2"},
		"later one":      {"00000002.json", `{"format":1}`, `"commits/00000001.json" is missing although a later one is there`},
		"another name":   {"1.json", `{"format":1}`, "is no object that ingest made"},
		"leads out":      {"00000001.json", file("../x", "", sum), "which is no file of an inventory"},
		"events":         {"00000001.json", file("events/event_date=2026-10-01/part-00000000000000000000000000000000.parquet", "", sum), "which is no file of an inventory"},
		"elsewhere":      {"00000001.json", file(roles, "iam/x", sum), `which is said to lie at "iam/x"`},
		"elsewhere too":  {"00000001.json", file("catalogue/actions.parquet", "catalogue/../x", sum), "which is said to lie at"},
		"no hash":        {"00000001.json", file(roles, "", "x"), `the hash "x"`},
		"not there":      {"00000001.json", file(roles, "", sum), "is missing, or is not what was stored, although a commit names it"},
		"removes":        {"00000001.json", `{"format":1,"removed":["iam/x"]}`, `it removes "iam/x", which was not there`},
		"other contents": {"00000001.json", file("catalogue/actions.parquet", "", sum), "its contents have the SHA-256"},
	} {
		t.Run(what, func(t *testing.T) {
			m := newMirrored(t)
			m.put("a.json", 10, 1)
			m.ingest()
			m.server.Put("lake", "a/commits/"+c.name, []byte(c.text))
			m.server.Put("lake", "a/catalogue/actions.parquet", []byte("x"))
			if err := m.mirror(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
