package queries

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	texttemplate "text/template"

	"roletrail/parquet"
)

// ddlFolder is where engines that know the lake by a catalogue of their own find its
// tables and views.
const ddlFolder = "../deploy/sql"

// ddl is what the templates of testdata/ddl are filled with.
type ddl struct {
	Tables []ddlTable
	Files  []ddlFiles
	// Corrections are views of what tells which events later ones correct.
	Corrections []string
	Views       []string
}

// ddlTable is a table over the files of a folder of the lake.
type ddlTable struct {
	Name, Folder string
	Partition    string // key of its folders; empty: it has none
	Columns      []ddlColumn
}

type ddlColumn struct{ Name, Trino, Hive string }

// ddlFiles is a view that gives the files of a table the name that the views know.
type ddlFiles struct {
	View, From string
	Empty      bool
}

// hiveTypes and trinoTypes are those of the columns of the lake.
var (
	trinoTypes = map[parquet.Kind]string{
		parquet.Dict: "varchar", parquet.Text: "varchar", parquet.Timestamp: "timestamp(6)", parquet.Bool: "boolean",
		parquet.Int32: "integer", parquet.Int64: "bigint", parquet.Date: "date", parquet.TextList: "array(varchar)",
	}
	hiveTypes = map[parquet.Kind]string{
		parquet.Dict: "string", parquet.Text: "string", parquet.Timestamp: "timestamp", parquet.Bool: "boolean",
		parquet.Int32: "int", parquet.Int64: "bigint", parquet.Date: "date", parquet.TextList: "array<string>",
	}
)

// TestDDL holds the statements of deploy/sql against the schema of the lake and the views.
func TestDDL(t *testing.T) {
	content := ddl{Tables: ddlTables(t), Files: ddlViewsOfFiles(t), Corrections: ddlCorrections(t), Views: ddlViews(t)}
	for _, name := range []string{"trino", "athena", "hive", "views", "corrected"} {
		filled, err := texttemplate.ParseFiles("testdata/ddl/" + name + ".tmpl")
		if err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		if err := filled.Execute(&want, content); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join(ddlFolder, name+".sql")
		if *update {
			if err := os.WriteFile(golden, []byte(want.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(golden); err != nil || string(got) != want.String() {
			t.Errorf("%s is not what the lake's schema makes of it (go test ./queries -run TestDDL -update): %v", golden, err)
		}
	}
}

func ddlTables(t *testing.T) (tables []ddlTable) {
	t.Helper()
	for _, s := range parquet.Schemas() {
		table := ddlTable{Name: path.Base(s.Table), Folder: s.Table, Partition: parquet.PartitionKey(s)}
		for _, c := range s.Columns {
			column := ddlColumn{c.Name, trinoTypes[c.Kind], hiveTypes[c.Kind]}
			if column.Trino == "" || column.Hive == "" {
				t.Fatalf("column %s of %s has kind %d, which has no type here", c.Name, s.Table, c.Kind)
			}
			table.Columns = append(table.Columns, column)
		}
		tables = append(tables, table)
	}
	return tables
}

// ddlViewsOfFiles takes the names from the views of DuckDB over the files.
func ddlViewsOfFiles(t *testing.T) (files []ddlFiles) {
	t.Helper()
	created := regexp.MustCompile(`(?m)^create view lake\.(\w+) as$`)
	rollups := parquet.Rollups()
	for _, table := range lakeTables() {
		found := created.FindStringSubmatch(embedded(t, table.view))
		if found == nil {
			t.Fatalf("%s makes no view", table.view)
		}
		f := ddlFiles{View: found[1], From: "files." + path.Base(table.name)}
		if table.part {
			f.From = "lake.events"
		}
		f.Empty = slices.ContainsFunc(rollups, func(s *parquet.Schema) bool { return s.Table == table.name })
		files = append(files, f)
	}
	return files
}

func ddlViews(t *testing.T) (views []string) {
	t.Helper()
	for _, name := range allViews() {
		text := embedded(t, "views/"+name+".sql")
		replaced := strings.Replace(text, "create view ", "create or replace view ", 1)
		if replaced == text {
			t.Fatalf("views/%s.sql makes no view", name)
		}
		views = append(views, strings.TrimSpace(replaced))
	}
	return views
}

// ddlCorrections are the tables that DuckDB makes when it opens a lake, as views.
func ddlCorrections(t *testing.T) (views []string) {
	t.Helper()
	for _, name := range []string{"corrections", "replaced"} {
		text := embedded(t, "duckdb/"+name+".sql")
		replaced := strings.Replace(text, "create table lake."+name+" as", "create or replace view lake."+name+" as", 1)
		if replaced == text {
			t.Fatalf("duckdb/%s.sql makes no table", name)
		}
		views = append(views, strings.TrimSpace(strings.Replace(replaced, "from lake.events", "from files.events", 1)))
	}
	return views
}

func embedded(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(texts, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
