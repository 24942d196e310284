package pipeline_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// fsck checks the lake, and says what is found: its kind and the table that it is in.
func (c *compacting) fsck(repair bool) (found []string, checked *pipeline.Checked) {
	c.t.Helper()
	checked, err := pipeline.FsckRemote(c.t.Context(), c.store, pipeline.RemoteFsckOptions{
		FsckOptions: pipeline.FsckOptions{Repair: repair, At: c.now, Version: "test", Found: func(f parquet.Finding) error {
			table, _, _ := strings.Cut(f.Path, "/")
			found = append(found, fmt.Sprintf("%s %s", f.Kind, table))
			return nil
		}},
		Keep: pipeline.KeepReplaced,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	slices.Sort(found)
	return found, checked
}

// newChecked is a lake of two days that are compact, of log files beside them, and an inventory.
func newChecked(t *testing.T) *compacting {
	c := newCompacting(t)
	for n := range 4 {
		c.log(fmt.Sprint(n), map[int][]int{10: {n}, 11: {n}})
	}
	c.deliver("0", "1")
	c.mustCompact()
	if err := c.takeInventory(filepath.Join(t.TempDir(), "inventory"), generation(t, "a")); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(2 * pipeline.KeepReplaced)
	c.mustCompact() // which removes what was replaced
	c.deliver("2", "3")
	return c
}

// another is a lake with the same objects.
func (c *compacting) another(t *testing.T) *compacting {
	t.Helper()
	other := newCompacting(t)
	other.now, other.events, other.taken = c.now, c.events, maps.Clone(c.taken)
	for _, name := range []string{"lake", "trails"} {
		for key, content := range c.server.Objects(name, "") {
			other.server.Put(name, key, content)
		}
	}
	return other
}

// first is the name of the first object of a folder, of a compaction or of a log file.
func (c *compacting) first(folder string, compact bool) string {
	c.t.Helper()
	for _, key := range c.objects(folder) {
		if strings.HasSuffix(key, "fffe.parquet") == compact {
			return "a/" + folder + "/" + key
		}
	}
	c.t.Fatalf("there is nothing in %s", folder)
	return ""
}

// TestFsckOfALakeOnS3 damages a lake in every way, and looks what is found of it, what a repair
// leaves, and whether reports can be made then; log files are ingested again where that is asked for.
func TestFsckOfALakeOnS3(t *testing.T) {
	whole := newChecked(t)
	old := func(c *compacting) { c.now = c.now.Add(2 * pipeline.KeepReplaced) }
	for _, scene := range []struct {
		what   string
		damage func(c *compacting)
		found  []string
		left   []string // after a repair
		reads  bool     // reports are made then
	}{
		{"nothing", func(*compacting) {}, nil, nil, true},
		{"a stranger", func(c *compacting) { c.server.Put("lake", "a/events/event_date=2026-07-10/x.parquet", []byte("x")) }, []string{"foreign events"}, nil, true},
		{"events of a log file are gone", func(c *compacting) { c.server.Remove("lake", c.first("events", false)) }, []string{"missing coverage"}, nil, true},
		{"events of a log file are damaged", func(c *compacting) { c.server.Put("lake", c.first("events", false), []byte("PAR1")) }, []string{"unreadable events"}, nil, true},
		{"coverage of a log file is gone", func(c *compacting) { c.server.Remove("lake", c.first("coverage", false)); old(c) }, []string{"left_over events", "left_over events"}, nil, true},
		{"coverage of a log file is not there yet", func(c *compacting) {
			c.server.Remove("lake", c.first("coverage", false))
			c.now = putDay.Add(time.Hour)
		}, nil, nil, true},
		{"a compaction left a file", func(c *compacting) {
			c.server.Put("lake", "a/uses/event_date=2026-07-10/part-0123456789012345678901234567fffe.parquet", []byte("x"))
			old(c)
		}, []string{"left_over uses"}, nil, true},
		{"a log file came again", func(c *compacting) { c.deliver("0"); old(c) }, []string{"left_over coverage", "left_over events", "left_over events"}, nil, true},
		{"a rollup is gone", func(c *compacting) { c.server.Remove("lake", c.first("uses", true)) }, []string{"missing uses"}, nil, true},
		{"a rollup is damaged", func(c *compacting) { c.spoil(c.first("session_days", true)) }, []string{"changed session_days"}, nil, true},
		{"compact events are gone", func(c *compacting) { c.server.Remove("lake", c.first("events", true)) }, []string{"missing events"}, []string{"missing events"}, false},
		{"compact coverage is changed", func(c *compacting) { c.spoil(c.first("coverage", true)) }, []string{"changed coverage"}, []string{"changed coverage"}, false},
		{"a file of log_files is cut", func(c *compacting) { c.server.Put("lake", c.first("log_files", true), []byte("x")) }, []string{"changed log_files"}, []string{"changed log_files"}, false},
		{"a file of an inventory is gone", func(c *compacting) { c.server.Remove("lake", "a/iam/"+c.objects("iam")[0]) }, []string{"missing iam"}, nil, true},
		{"a commit is damaged", func(c *compacting) { c.server.Put("lake", "a/commits/"+slices.Max(c.objects("commits")), []byte("{")) }, []string{"ledger_damaged commits"}, []string{"ledger_damaged commits"}, false},
		{"events stand in a day twice", (*compacting).double, []string{"duplicates events"}, nil, true},
	} {
		t.Run(scene.what, func(t *testing.T) {
			c := whole.another(t)
			scene.damage(c)
			before := c.server.Objects("lake", "a/")
			if found, checked := c.fsck(false); !slices.Equal(found, scene.found) || checked.Mended != nil || len(found) > 0 && checked.Findings != len(found) {
				t.Errorf("found %q, want %q", found, scene.found)
			}
			if fmt.Sprint(before) != fmt.Sprint(c.server.Objects("lake", "a/")) {
				t.Error("it changed something")
			}
			_, checked := c.fsck(true)
			if checked.Lasting != len(scene.left) || (checked.Mended == nil) != (len(scene.found) == 0) {
				t.Errorf("%+v", checked)
			}
			if left, _ := c.fsck(false); !slices.Equal(left, scene.left) {
				t.Errorf("left %q, want %q", left, scene.left)
			}
			kept := c.server.Objects("lake", "a/")
			for name, content := range before { // what can be read of log files is not lost
				if _, there := kept[name]; strings.HasPrefix(name, "events/") && !there && !strings.HasPrefix(scene.found[0], "left_over coverage") && !slices.ContainsFunc(slices.Collect(maps.Keys(kept)), func(other string) bool {
					return strings.HasPrefix(other, "aside/") && strings.HasSuffix(other, name) && string(kept[other]) == string(content)
				}) {
					t.Errorf("%s is lost", name)
				}
			}
			if scene.reads && (len(scene.found) == 0 || os.Getenv(killsEnv) != "" || strings.Contains(scene.what, "twice")) {
				c.ingest()
				c.read("mended", filepath.Join(t.TempDir(), "cache"))
			}
			if strings.HasPrefix(scene.what, "a rollup") { // the next compaction makes it anew
				c.mustCompact()
				for _, key := range c.objects("events") {
					for _, table := range []string{"uses", "session_days"} {
						if day, _ := filepath.Split(key); strings.HasSuffix(key, "fffe.parquet") && c.server.Objects("lake", "a/"+table+"/"+day) == nil {
							t.Errorf("there is no %s/%s", table, key)
						}
					}
				}
				if left, _ := c.fsck(false); len(left) > 0 {
					t.Errorf("left %q", left)
				}
			}
		})
	}
}

// spoil changes a byte in the middle of an object.
func (c *compacting) spoil(key string) {
	c.t.Helper()
	content := slices.Clone(c.server.Objects("lake", key)[""])
	if len(content) == 0 {
		c.t.Fatal("there is no " + key)
	}
	content[len(content)/2] ^= 1
	c.server.Put("lake", key, content)
}

// double lets a copy of a compact file of events count beside it, as no command does.
func (c *compacting) double() {
	c.t.Helper()
	key := strings.TrimPrefix(c.first("events", true), "a/")
	copied := strings.TrimSuffix(key, key[len(key)-len("01234567890123456789012345678901.parquet"):]) + "0123456789012345678901234567fffe.parquet"
	c.server.Put("lake", "a/"+copied, c.server.Objects("lake", "a/"+key)[""])
	var newest struct{ Added []map[string]any }
	commits := c.server.Objects("lake", "a/commits/")
	for _, name := range slices.Sorted(maps.Keys(commits)) {
		if err := json.Unmarshal(commits[name], &newest); err != nil {
			c.t.Fatal(err)
		}
		for _, f := range newest.Added {
			if f["path"] != key {
				continue
			}
			f["path"] = copied
			text, err := json.Marshal(map[string]any{"format": 2, "added": []any{f}})
			if err != nil {
				c.t.Fatal(err)
			}
			c.server.Put("lake", fmt.Sprintf("a/commits/%08d.json", len(commits)+1), text)
			return
		}
	}
	c.t.Fatal("no commit adds " + key)
}
