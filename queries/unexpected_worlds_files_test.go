package queries

import (
	"os"
	"path/filepath"
)

// writeTrust makes a lake folder of worlds.
func (w *workshop) writeTrust(dir string, worlds []*trustWorld) lakeFiles {
	w.t.Helper()
	var x trustWorld
	for _, one := range worlds {
		x.events, x.trust = append(x.events, one.events...), append(x.trust, one.trust...)
		x.roles, x.older = append(x.roles, one.roles...), append(x.older, one.older...)
		x.conditions, x.coverage = append(x.conditions, one.conditions...), append(x.coverage, one.coverage...)
	}
	w.fillEvents(dir, x.events)
	w.fill(filepath.Join(dir, "iam/roles/snapshot_date=2026-07-15"), "roles", x.roles)
	if len(x.older) > 0 {
		w.fill(filepath.Join(dir, "iam/roles/snapshot_date="+x.older[0].SnapshotDate), "roles", x.older)
	}
	w.fill(filepath.Join(dir, "iam/role_trust/snapshot_date=2026-07-15"), "role_trust", x.trust)
	w.fill(filepath.Join(dir, "iam/role_trust_conditions/snapshot_date=2026-07-15"), "role_trust_conditions", x.conditions)
	w.fill(filepath.Join(dir, "coverage"), "coverage", x.coverage)
	return foundFiles(w.t, dir)
}

// fillEvents writes events into the folders of their days, half of which are compact.
func (w *workshop) fillEvents(dir string, events []trustEvent) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "events"), 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.filled("events", events)
	w.exec("copy filled to '" + filepath.Join(dir, "events") + "' (format parquet, partition_by (event_date), filename_pattern 'part-0123456789abcdef0123456789abcde{i}')")
	w.writeRollups(dir, "hash(event_date) % 2 = 0")
}

// fill writes rows as one file of a table.
func (w *workshop) fill(dir, table string, rows any) {
	w.t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.filled(table, rows)
	exclude := "exclude (snapshot_date)"
	if table == "coverage" {
		exclude = ""
	}
	w.exec("copy (select * " + exclude + " from filled) to '" + filepath.Join(dir, "part-0123456789abcdef0123456789abcdef.parquet") + "' (format parquet)")
}
