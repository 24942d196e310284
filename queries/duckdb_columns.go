package queries

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// lacking explains a binder error by the files of a table that an older build made:
// none of them has a column that the message names. It is nil for any other error.
func (e *duckEngine) lacking(err error) error {
	msg := err.Error()
	if !strings.Contains(msg, "Binder Error: ") {
		return nil
	}
	for _, t := range e.files.tables {
		if len(t.paths) == 0 || t.part {
			continue
		}
		for _, name := range wantedColumns(t) {
			if !strings.Contains(msg, `"`+name+`"`) {
				continue
			}
			if has, readErr := e.hasColumn(t, name); readErr != nil || has {
				continue
			}
			return fmt.Errorf("reading table %s: its files have no column %s, because an older roletrail made them; %s: %w", t.name, name, renewal(t.name), err)
		}
	}
	return nil
}

// column is a line of the view that stands in for a table without files.
var column = regexp.MustCompile(`(?m) as (\w+),?$`)

// wantedColumns are those that a table of this build has, without that of its folders.
func wantedColumns(t lakeTable) (names []string) {
	text, err := texts.ReadFile(t.empty)
	if err != nil {
		return nil
	}
	for _, found := range column.FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains([]string{"snapshot_date", "event_date"}, found[1]) {
			names = append(names, found[1])
		}
	}
	return names
}

// hasColumn tells whether any file of a table has a column.
func (e *duckEngine) hasColumn(t lakeTable, name string) (has bool, err error) {
	text, err := texts.ReadFile("duckdb/columns.sql")
	if err != nil {
		return false, err
	}
	rows, err := e.query(context.Background(), string(text), []driver.Value{t.paths})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		has = has || rows.Row()[0] == name
	}
	return has, rows.Err()
}

// zonedTimes refuses a file of an older build, which wrote times with a zone. An
// inventory of another day would not mend it, as it does a missing column.
func (e *duckEngine) zonedTimes(file string) error {
	t := slices.IndexFunc(e.files.tables, func(t lakeTable) bool { return slices.Contains(t.paths, file) })
	if t < 0 {
		return fmt.Errorf("comparing the files of the lake: DuckDB read %q, which is none of them", file)
	}
	return fmt.Errorf("reading table %s: an older roletrail made %q, with another type of times; run ingest logs, ingest iam and ingest trail again, into a new lake", e.files.tables[t].name, file)
}

// renewal is how the files of a table are made anew.
func renewal(table string) string {
	switch folder, _, _ := strings.Cut(table, "/"); folder {
	case "iam":
		return "run ingest iam again"
	case "trails":
		return "run ingest trail again"
	case "uses", "session_days":
		return "run ingest compact again"
	case "catalogue":
		return "run ingest catalogue again"
	}
	return "run ingest logs again, into a new lake"
}
