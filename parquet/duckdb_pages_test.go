//go:build cgo

package parquet_test

import (
	"reflect"
	"testing"

	"roletrail/parquet"
)

// TestDuckDBReadsPages: DuckDB reads the same from random tables as from those that
// arrow's column writers wrote.
func TestDuckDBReadsPages(t *testing.T) {
	db := openDuckDB(t)
	rows := 0
	for seed := range uint64(parquet.RandomTables) {
		ours, theirs := parquet.WriteBoth(t, seed)
		got, want := query(t, db, "SELECT * FROM read_parquet(?)", ours), query(t, db, "SELECT * FROM read_parquet(?)", theirs)
		if len(got) != len(want) {
			t.Fatalf("seed %d: DuckDB reads %d rows, want %d", seed, len(got), len(want))
		}
		for i := range got {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("seed %d: row %d is %.200q, want %.200q", seed, i, got[i], want[i])
			}
		}
		rows += len(got)
	}
	if rows < 30_000 {
		t.Errorf("only %d rows were compared", rows)
	}
}
