package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// baseLake is a compact lake of three days.
func baseLake(t *testing.T) string {
	t.Helper()
	logs, dir := t.TempDir(), filepath.Join(t.TempDir(), "base")
	if err := organisation.Write(logs, organisation.Options{Events: 1200, Days: 3, Accounts: 3, Roles: 40, EventsPerFile: 10}); err != nil {
		t.Fatal(err)
	}
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	if _, err := pipeline.Ingest(t.Context(), lake, []pipeline.Source{pipeline.Files{Path: logs}}, pipeline.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Compact(t.Context(), lake, pipeline.CompactOptions{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestCopies: the copies are a whole lake, in which each event is once, on its day, also for
// compaction, which looks for those that are twice.
func TestCopies(t *testing.T) {
	base, made := baseLake(t), filepath.Join(t.TempDir(), "made")
	if err := copies(base, made, plan{generations: 2, days: 5}, 2); err != nil {
		t.Fatal(err)
	}
	suspect, err := parquet.SuspectLake(made)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := pipeline.Fsck(t.Context(), suspect, pipeline.FsckOptions{})
	if err != nil || checked.Findings > 0 || checked.Files == 0 {
		t.Errorf("fsck: %+v, %v", checked, err)
	}
	if err := suspect.Close(); err != nil {
		t.Error(err)
	}
	lake, err := parquet.WriteLake(made)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files("events")
	if err != nil {
		t.Fatal(err)
	}
	days, ids, roles, count := map[string]int{}, map[any]bool{}, map[any]bool{}, int64(0)
	for _, f := range files {
		rows, _, err := parquet.ReadRows(f.Path, parquet.EventsSchema)
		if err != nil {
			t.Fatal(err)
		}
		days[f.Partition]++
		for _, row := range rows {
			count++
			ids[row[parquet.EventsSchema.Index("event_id")]] = true
			roles[row[parquet.EventsSchema.Index("role_id")]] = true
			at := row[parquet.EventsSchema.Index("event_time")].(time.Time)
			if at.Format(time.DateOnly) != f.Partition {
				t.Fatalf("an event of %s lies in %s", at, f.Partition)
			}
		}
	}
	if len(days) != 5 || count < 2*5*200 || int64(len(ids)) != count || len(roles) < 20 {
		t.Errorf("%d days, %d events, %d ids, %d roles", len(days), count, len(ids), len(roles))
	}
	if events, bytes, err := sizeOf(made); err != nil || events != count || bytes == 0 {
		t.Errorf("the lake has %d events in %d bytes, %v", events, bytes, err)
	}
	if c, err := pipeline.Compact(t.Context(), lake, pipeline.CompactOptions{}); err != nil || c.Rows.Duplicate != 0 || c.Rows.After != count {
		t.Errorf("compaction: %v, %v", c, err)
	}
}

// TestInventories: each generation has its roles, which may do what they did.
func TestInventories(t *testing.T) {
	base, dir := baseLake(t), filepath.Join(t.TempDir(), "iam")
	if err := writeInventories(base, dir, 2); err != nil {
		t.Fatal(err)
	}
	arns := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) != 6 {
		t.Fatalf("the inventories are %v, %v", files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var inventory struct {
			RoleDetailList []struct{ Arn, RoleName, Path string }
		}
		if err := json.Unmarshal(text, &inventory); err != nil {
			t.Fatal(err)
		}
		for _, role := range inventory.RoleDetailList {
			if want := "arn:aws:iam::" + filepath.Base(name)[:12] + ":role" + role.Path + role.RoleName; role.Arn != want {
				t.Errorf("role %s lies in %s, its name is %s", role.Arn, name, want)
			}
			arns[role.Arn] = true
		}
	}
	if len(arns) < 20 {
		t.Errorf("%d roles", len(arns))
	}
}

func TestPlan(t *testing.T) {
	for events, want := range map[int64]plan{
		200_000_000: {730_000, 3, quarterDays}, 2_000_000: {21_740, 1, quarterDays}, 92: {1, 1, quarterDays}, 67_160_000: {730_000, 1, quarterDays},
	} {
		o, err := parse(nil)
		o.events = events
		if got := o.plan(); err != nil || got != want || int64(got.daily*got.generations*got.days) < events {
			t.Errorf("%d events: %+v, %v", events, got, err)
		}
	}
}
