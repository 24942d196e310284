package review

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/marcboeker/go-duckdb/v2" // reads the files

	"roletrail/queries"
)

// inDuckDB are the rows of a Parquet file as another implementation reads them, in their order,
// and the types of the columns.
func inDuckDB(t *testing.T, text, question string) (rows [][]any) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "answer.parquet")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := db.Query(question, path)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for found.Next() {
		row := make([]any, len(names))
		places := make([]any, len(names))
		for i := range row {
			places[i] = &row[i]
		}
		if err := found.Scan(places...); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestParquetRoundTrip: DuckDB reads every cell as it was, with the types of the lake, however
// hostile the texts.
func TestParquetRoundTrip(t *testing.T) {
	columns, rows := hostileColumns(), hostileRows()
	text := written(t, Parquet, columns, rows, Options{})
	types := inDuckDB(t, text, "select column_name, column_type from (describe from read_parquet(?))")
	if want := "[[text VARCHAR] [number BIGINT] [share DOUBLE] [yes BOOLEAN] [time TIMESTAMP] [day DATE] [list JSON] [struct JSON] [=evil|<col> VARCHAR]]"; fmt.Sprint(types) != want {
		t.Errorf("the types are %v, want %s", types, want)
	}
	got := inDuckDB(t, text, `select text, number, share, yes, time, day, list :: varchar, struct :: varchar, "=evil|<col>" from read_parquet(?)`)
	if len(got) != len(rows) {
		t.Fatalf("%d rows became %d", len(rows), len(got))
	}
	for i, row := range rows {
		for c, column := range columns {
			if have, want := fromParquet(t, column, got[i][c]), expected(t, column, row[c]); fmt.Sprint(have) != fmt.Sprint(want) {
				t.Fatalf("row %d, %s: %.200q, want %.200q", i, column.Name, have, want)
			}
		}
	}
}

// fromParquet is a cell of DuckDB as JSON has it.
func fromParquet(t *testing.T, column queries.Column, cell any) any {
	t.Helper()
	switch v := cell.(type) {
	case time.Time:
		if column.Type == "date" {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Format(time.RFC3339Nano)
	case string:
		if column.Type == "list" || column.Type == "struct" {
			return fromJSON(t, []byte(v))
		}
		return v
	}
	b, err := json.Marshal(cell)
	if err != nil {
		t.Fatal(err)
	}
	return fromJSON(t, b)
}

// TestParquetHead: what an answer rests on stands in the footer, and no column of numbers takes
// what is none.
func TestParquetHead(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, Parquet, sampleMeta(), lastUsed(), Options{}); err != nil {
		t.Fatal(err)
	}
	head := inDuckDB(t, out.String(), "select decode(value) from parquet_kv_metadata(?) where decode(key) = 'roletrail.meta'")
	want, err := metaJSON(sampleMeta())
	if err != nil || len(head) != 1 || head[0][0] != string(want) {
		t.Errorf("the footer says %v, %v; want %s", head, err, want)
	}
	for kind, cell := range map[string]any{"bigint": "1", "double": int64(1), "boolean": "true", "timestamp": "2026-01-01", "date": math.Pi} {
		rows := HeldRows([]queries.Column{{Name: "a", Type: kind}}, [][]any{{cell}})
		if err := Write(&bytes.Buffer{}, Parquet, nil, rows, Options{}); err == nil {
			t.Errorf("a %T was written as %s", cell, kind)
		}
	}
	none := written(t, Parquet, []queries.Column{{Name: "a", Type: "bigint"}, {Name: "a", Type: "varchar"}}, nil, Options{})
	if got := inDuckDB(t, none, "select column_name from (describe from read_parquet(?))"); fmt.Sprint(got) != "[[a] [a_2]]" {
		t.Errorf("an answer without rows has the columns %v", got)
	}
}

// TestParquetRowGroups: an answer of any length is written a row group at a time, by rows and
// by bytes.
func TestParquetRowGroups(t *testing.T) {
	columns := []queries.Column{{Name: "n", Type: "bigint"}, {Name: "text", Type: "varchar"}}
	long := strings.Repeat("x", 9<<20)
	rows := make([][]any, groupRows+10)
	for i := range rows {
		if rows[i] = []any{int64(i), nil}; i < 8 {
			rows[i][1] = long
		}
	}
	text := written(t, Parquet, columns, rows, Options{})
	got := inDuckDB(t, text, "select row_group_num_rows from parquet_metadata(?) where column_id = 0 order by row_group_id")
	if want := fmt.Sprintf("[[4] [4] [%d] [2]]", groupRows); fmt.Sprint(got) != want {
		t.Errorf("row groups of %v rows, want %s", got, want)
	}
	sums := inDuckDB(t, text, "select count(*), sum(n) :: bigint, sum(length(text)) :: bigint, count(distinct n) from read_parquet(?)")
	n := int64(len(rows))
	if want := fmt.Sprintf("[[%d %d %d %d]]", n, n*(n-1)/2, 8*len(long), n); fmt.Sprint(sums) != want {
		t.Errorf("the rows add up to %v, want %s", sums, want)
	}
}
