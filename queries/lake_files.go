package queries

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
)

//go:embed *.sql *.yml views/*.sql duckdb/*.sql
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
		"events", "loose_events", "uses", "coverage",
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

// pairUses leaves out files of uses that go with no events file, and makes the events
// files that none goes with the table loose_events.
func (f *lakeFiles) pairUses() {
	table := func(name string) *lakeTable {
		return &f.tables[slices.IndexFunc(f.tables, func(t lakeTable) bool { return t.name == name })]
	}
	dayAndName := func(file string) string {
		folder, name := filepath.Split(file)
		return filepath.Join(filepath.Base(folder), name)
	}
	of := map[string]string{}
	for _, p := range table("uses").paths {
		of[dayAndName(p)] = p
	}
	uses, loose := table("uses"), table("loose_events")
	uses.paths, loose.paths = nil, nil
	for _, p := range table("events").paths {
		if u, ok := of[dayAndName(p)]; ok {
			uses.paths = append(uses.paths, u)
		} else {
			loose.paths = append(loose.paths, p)
		}
	}
}

// script is one embedded statement and the file it came from.
type script struct{ name, text string }

// tableScript makes what lies in the lake known to an empty DuckDB, in order.
func (e *duckEngine) tableScript() ([]script, error) {
	names := []string{"duckdb/session.sql", "duckdb/macros.sql"}
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
