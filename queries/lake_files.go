package queries

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"roletrail/parquet"
)

//go:embed *.sql *.yml views/*.sql duckdb/*.sql trino/*.sql examples/*.sql
var texts embed.FS

// lakeFiles is what an engine is given to read.
type lakeFiles struct {
	dir    string
	tables []lakeTable
}

// lakeTable is one table of the lake and its files.
type lakeTable struct {
	name  string // "events", "iam/roles", …
	part  bool   // its files are some of another table's
	view  string // file with the view over the files
	empty string // file with the view that stands in when there are none
	bind  string // statement that takes the list of paths
	paths []string
}

// lakeTables lists the tables in the order in which their views are made.
func lakeTables() []lakeTable {
	names := []string{
		"events", "loose_events", "uses", "session_days", "coverage",
		"iam/roles", "iam/role_permissions", "iam/role_trust", "iam/role_trust_conditions", "iam/policies",
		"trails",
		"catalogue/actions", "catalogue/operations",
	}
	tables := make([]lakeTable, len(names))
	for i, name := range names {
		short := path.Base(name)
		tables[i] = lakeTable{
			name:  name,
			part:  name == "loose_events",
			view:  "duckdb/lake_" + short + ".sql",
			empty: "duckdb/empty_" + short + ".sql",
			bind:  "duckdb/bind_" + short + ".sql",
		}
	}
	return tables
}

// pairRollups makes the events files that lack a file of a rollup the table loose_events,
// and leaves out the files of rollups that go with those or with none.
func (f *lakeFiles) pairRollups() {
	table := func(name string) *lakeTable {
		return &f.tables[slices.IndexFunc(f.tables, func(t lakeTable) bool { return t.name == name })]
	}
	var rollups []*lakeTable
	var of []map[string]string // by day and name
	for _, schema := range parquet.Rollups() {
		t := table(schema.Table)
		known := make(map[string]string, len(t.paths))
		for _, p := range t.paths {
			known[dayAndName(p)] = p
		}
		t.paths = nil
		rollups, of = append(rollups, t), append(of, known)
	}
	loose := table("loose_events")
	loose.paths = nil
	for _, p := range table("events").paths {
		beside := make([]string, 0, len(rollups))
		for _, known := range of {
			if path, ok := known[dayAndName(p)]; ok {
				beside = append(beside, path)
			}
		}
		if len(beside) < len(rollups) {
			loose.paths = append(loose.paths, p)
			continue
		}
		for i, path := range beside {
			rollups[i].paths = append(rollups[i].paths, path)
		}
	}
}

// dayAndName are the last two parts of a path.
func dayAndName(file string) string {
	folder, name := filepath.Split(file)
	return filepath.Join(filepath.Base(folder), name)
}

// script is one embedded statement and the file it came from.
type script struct{ name, text string }

// tableScript makes what lies in the lake known to an empty DuckDB, in order.
func (e *duckEngine) tableScript() ([]script, error) {
	var names []string
	for _, t := range e.files.tables {
		if len(t.paths) > 0 {
			names = append(names, t.view)
		} else {
			names = append(names, t.empty)
		}
	}
	return scripts(append(names, "duckdb/corrections.sql"))
}

// viewScript is what is left to have a locked DuckDB with all views but the late ones.
func viewScript() ([]script, error) {
	var names []string
	for _, v := range allViews() {
		if !slices.Contains(lateViews(), v) {
			names = append(names, "views/"+v+".sql")
		}
	}
	return scripts(append(names, "duckdb/lock.sql"))
}

// scripts are embedded statements by the names of their files.
func scripts(names []string) ([]script, error) {
	out := make([]script, 0, len(names))
	for _, n := range names {
		text, err := fs.ReadFile(texts, n)
		if err != nil {
			return nil, fmt.Errorf("reading the embedded %s: %w", n, err)
		}
		out = append(out, script{name: n, text: string(text)})
	}
	return out, nil
}

// loadBinds replaces the names of the bind statements by their text.
func (f *lakeFiles) loadBinds() error {
	for i := range f.tables {
		text, err := fs.ReadFile(texts, f.tables[i].bind)
		if err != nil {
			return fmt.Errorf("reading the embedded %s: %w", f.tables[i].bind, err)
		}
		f.tables[i].bind = string(text)
	}
	return nil
}
