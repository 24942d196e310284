package queries

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
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
	w.exec("update filled set event_date = strftime(event_time, '%Y-%m-%d')")
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

// filled makes a table named filled of rows.
func (w *workshop) filled(table string, rows any) {
	w.t.Helper()
	text, err := json.Marshal(rows)
	if err != nil {
		w.t.Fatal(err)
	}
	if empty, err := texts.ReadFile("duckdb/empty_" + table + ".sql"); err != nil {
		w.t.Fatal(err)
	} else {
		w.exec(strings.Replace(string(empty), "create view lake.", "create or replace temp view empty_", 1))
	}
	var columns []string
	for _, n := range jsonNames(reflect.New(reflect.TypeOf(rows).Elem()).Elem().Interface()) {
		switch n {
		case "snapshot_date":
		case "role_id": // an inventory may leave it out
			columns = append(columns, "nullif(json ->> 'role_id', '') as role_id")
		case "actions":
			columns = append(columns, "from_json(json -> 'actions', '[\"VARCHAR\"]') as actions")
		default:
			columns = append(columns, "json ->> '"+n+"' as "+n)
		}
	}
	w.exec("create or replace temp table raw as select unnest(cast(? as json[])) as json", string(text))
	w.exec("create or replace temp table filled as select * from empty_" + table)
	w.exec("insert into filled by name select " + strings.Join(columns, ", ") + " from raw")
}
