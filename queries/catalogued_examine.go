package queries

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"roletrail/cloudtrail"
	"roletrail/parquet"
)

// examine asks the server for its version, and whether its tables and views, and the lake
// below them, are what the questions of this program take them for. The statements are in
// Trino's SQL, which Athena's is too.
func (e *catalogued) examine(ctx context.Context, kind string) error {
	if err := e.examineTables(ctx, kind); err != nil {
		return err
	}
	if err := e.askRelease(ctx); err != nil {
		return err
	}
	var corrected int64
	if err := e.each(ctx, "trino/corrected.sql", func(row []any) { corrected, _ = row[0].(int64) }); err != nil {
		return err
	}
	if corrected > 0 {
		return fmt.Errorf("view lake.events has %d events that later ones correct; run deploy/sql/corrected.sql", corrected)
	}
	return e.examineRules(ctx)
}

// releaser is a server that has told its version with its first answer.
type releaser interface{ release() string }

// askRelease adds the server's version to the engine's name.
func (e *catalogued) askRelease(ctx context.Context) error {
	if told, ok := e.asker.(releaser); ok {
		e.version = strings.TrimSpace(e.version + " " + told.release())
		return nil
	}
	return e.each(ctx, "trino/version.sql", func(row []any) {
		if version, ok := row[0].(string); ok {
			e.version += " " + version
		}
	})
}

// examineTables compares the tables of the catalogue with those of this version. One that
// lacks a column, or has one more, was made for another version of the lake.
func (e *catalogued) examineTables(ctx context.Context, kind string) error {
	has := map[string][]string{}
	err := e.each(ctx, "trino/columns.sql", func(row []any) {
		table, _ := row[0].(string)
		column, _ := row[1].(string)
		has[table] = append(has[table], column)
	})
	if err != nil {
		return err
	}
	for _, s := range parquet.Schemas() {
		name := path.Base(s.Table)
		if len(has[name]) == 0 {
			return fmt.Errorf("there is no table files.%s; run deploy/sql/%s.sql and views.sql of this version", name, kind)
		}
		for _, c := range s.Columns {
			if !slices.Contains(has[name], c.Name) {
				return fmt.Errorf("table files.%s has no column %s: it was made for an older lake; drop it, and run deploy/sql/%s.sql and views.sql of this version", name, c.Name, kind)
			}
		}
		for _, column := range has[name] {
			if s.Index(column) < 0 && column != parquet.PartitionKey(s) {
				return fmt.Errorf("table files.%s has a column %.40q, which this program does not know: it was made for a newer lake; use the newer program", name, column)
			}
		}
	}
	return nil
}

// examineRules refuses a lake with events that newer rules have derived.
func (e *catalogued) examineRules(ctx context.Context) error {
	var newest int64
	if err := e.each(ctx, "meta_versions.sql", func(row []any) { newest, _ = row[0].(int64) }); err != nil {
		return err
	}
	if newest > cloudtrail.Derivation {
		return fmt.Errorf("the lake has events of rules %d, and this program knows %d: it is newer; use the program that made it", newest, cloudtrail.Derivation)
	}
	return nil
}

// each runs an embedded statement and hands over its rows.
func (e *catalogued) each(ctx context.Context, file string, add func(row []any)) (err error) {
	text, err := texts.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading the embedded %s: %w", file, err)
	}
	rows, err := e.query(ctx, strings.TrimSpace(string(text)), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		add(rows.Row())
	}
	return rows.Err()
}
