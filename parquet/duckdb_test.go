//go:build cgo

package parquet_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	_ "github.com/marcboeker/go-duckdb/v2"

	"roletrail/parquet"
)

func openDuckDB(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestDuckDBReadsBack compares every cell of random files with what DuckDB reads.
func TestDuckDBReadsBack(t *testing.T) {
	db := openDuckDB(t)
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var groups [][][]any
		var want [][]any
		for range 1 + rng.IntN(3) {
			group := parquet.RandomRows(rng, parquet.TestSchema, 1+rng.IntN(2500))
			groups, want = append(groups, group), append(want, group...)
		}
		meta := map[string]string{"sources": "a\nb", "version": "1"}
		path := parquet.WriteRows(t, parquet.TestSchema, meta, groups...)
		compareWithDuckDB(t, db, path, seed, want)
		compareStatistics(t, db, path, seed, groups)
		compareMetadata(t, db, path, meta)
	}
}

func compareWithDuckDB(t *testing.T, db *sql.DB, path string, seed uint64, want [][]any) {
	t.Helper()
	got := query(t, db, "SELECT * FROM read_parquet(?)", path)
	if len(got) != len(want) {
		t.Fatalf("seed %d: DuckDB reads %d rows, want %d", seed, len(got), len(want))
	}
	for r := range want {
		for c, column := range parquet.TestSchema.Columns {
			if cell := duckCell(got[r][c]); !reflect.DeepEqual(cell, want[r][c]) {
				t.Fatalf("seed %d: row %d, column %s is %.99q, want %.99q", seed, r, column.Name, fmt.Sprint(cell), fmt.Sprint(want[r][c]))
			}
		}
	}
}

// duckCell makes DuckDB's Go value one of ReadRows.
func duckCell(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case time.Time:
		return v.UTC()
	case []any:
		list := make([]string, len(v))
		for i := range v {
			list[i] = v[i].(string)
		}
		return list
	}
	return v
}

func query(t *testing.T, db *sql.DB, text string, args ...any) [][]any {
	t.Helper()
	out, err := ask(db, text, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func ask(db *sql.DB, text string, args ...any) (out [][]any, err error) {
	rows, err := db.Query(text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// compareStatistics compares the footer's statistics with the true minimum,
// maximum and NULL count of every column chunk.
func compareStatistics(t *testing.T, db *sql.DB, path string, seed uint64, groups [][][]any) {
	t.Helper()
	rows := query(t, db, `SELECT row_group_id, column_id, row_group_num_rows, stats_min_value, stats_max_value, stats_null_count, stats_distinct_count, compression
		FROM parquet_metadata(?) ORDER BY row_group_id, column_id`, path)
	columns := parquet.TestSchema.Columns
	if len(rows) != len(groups)*len(columns) {
		t.Fatalf("seed %d: %d column chunks, want %d", seed, len(rows), len(groups)*len(columns))
	}
	for i, row := range rows {
		group, column := groups[i/len(columns)], columns[i%len(columns)]
		want := trueStatistics(column, i%len(columns), group)
		got := statistics{row[3], row[4], row[5]}
		if got != want {
			t.Errorf("seed %d: statistics of column %s, row group %d are %.200v, want %.200v", seed, column.Name, i/len(columns), got, want)
		}
		if row[2] != int64(len(group)) || row[7] != "ZSTD" {
			t.Errorf("seed %d: row group %d: %v rows, compression %v", seed, i/len(columns), row[2], row[7])
		}
		if row[6] != nil {
			t.Errorf("seed %d: column %s has a distinct count of %v, which nobody counted", seed, column.Name, row[6])
		}
	}
}

type statistics struct{ lowest, highest, nulls any }

func trueStatistics(c parquet.Column, index int, rows [][]any) statistics {
	nulls := int64(0)
	var lowest, highest any
	see := func(v any) {
		if v == nil {
			nulls++
			return
		}
		if lowest == nil || less(v, lowest) {
			lowest = v
		}
		if highest == nil || less(highest, v) {
			highest = v
		}
	}
	for _, row := range rows {
		list, isList := row[index].([]string)
		for _, element := range list {
			see(element)
		}
		if isList && len(list) == 0 {
			nulls++
		} else if !isList {
			see(row[index])
		}
	}
	if c.Raw {
		return statistics{nulls: nulls}
	}
	return statistics{statText(c, lowest, highest), statText(c, highest, lowest), nulls}
}

// statText is DuckDB's text of a statistic; other is the value at the other end.
func statText(c parquet.Column, v, other any) any {
	text, isText := v.(string)
	switch {
	case v == nil:
		return nil
	case isText && len(text) > parquet.MaxStatBytes:
		return nil
	case isText && c.Kind != parquet.Text && len(other.(string)) > parquet.MaxStatBytes:
		return nil // dictionary columns have both or none
	case isText:
		return text
	}
	switch v := v.(type) {
	case time.Time:
		if c.Kind == parquet.Date {
			return v.Format("2006-01-02")
		}
		return strings.TrimSuffix(v.Format("2006-01-02 15:04:05.999999"), ".000000")
	}
	return fmt.Sprint(v)
}

func less(a, b any) bool {
	switch a := a.(type) {
	case string:
		return a < b.(string)
	case int64:
		return a < b.(int64)
	case time.Time:
		return a.Before(b.(time.Time))
	}
	return !a.(bool) && b.(bool)
}

func compareMetadata(t *testing.T, db *sql.DB, path string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, row := range query(t, db, "SELECT key, value FROM parquet_kv_metadata(?)", path) {
		got[string(row[0].([]byte))] = string(row[1].([]byte))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("metadata is %q, want %q", got, want)
	}
}

// TestDuckDBTypes holds the types that queries rely on.
func TestDuckDBTypes(t *testing.T) {
	db := openDuckDB(t)
	for _, c := range []struct {
		schema *parquet.Schema
		want   map[string]string
	}{
		{parquet.EventsSchema, map[string]string{
			"event_id": "VARCHAR", "event_time": "TIMESTAMP", "read_only": "BOOLEAN", "session_created_at": "TIMESTAMP",
			"request_parameters": "VARCHAR", "other": "VARCHAR", "iam_actions_possible": "VARCHAR", "change_role_arns": "VARCHAR[]",
			"record_index": "INTEGER", "derivation": "INTEGER", "source_object": "VARCHAR",
		}},
		{parquet.CoverageSchema, map[string]string{"event_date": "DATE", "records": "BIGINT", "first_event": "TIMESTAMP", "account_id": "VARCHAR"}},
		{parquet.RolesSchema, map[string]string{"arn": "VARCHAR", "max_session": "INTEGER", "created_at": "TIMESTAMP", "trust_policy": "VARCHAR"}},
	} {
		path := parquet.WriteRows(t, c.schema, nil, parquet.RandomRows(rand.New(rand.NewPCG(1, 1)), c.schema, 10))
		rows := query(t, db, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('"+path+"'))")
		if len(rows) != len(c.schema.Columns) {
			t.Fatalf("%s: %d columns, want %d", c.schema.Table, len(rows), len(c.schema.Columns))
		}
		found := 0
		for i, row := range rows {
			if row[0] != c.schema.Columns[i].Name {
				t.Errorf("%s: column %d is %v, want %s", c.schema.Table, i, row[0], c.schema.Columns[i].Name)
			}
			if want, ok := c.want[row[0].(string)]; ok {
				found++
				if row[1] != want {
					t.Errorf("%s: type of %v is %v, want %s", c.schema.Table, row[0], row[1], want)
				}
			}
		}
		if found != len(c.want) {
			t.Errorf("%s: %d columns checked, want %d", c.schema.Table, found, len(c.want))
		}
	}
}
