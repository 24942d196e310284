//go:build cgo

package parquet_test

import (
	"math/rand/v2"
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

// TestDuckDBNoticesChangedPages: DuckDB reads no other rows either from a page of which a bit
// was changed.
func TestDuckDBNoticesChangedPages(t *testing.T) {
	db := openDuckDB(t)
	path := parquet.WriteRows(t, parquet.TestSchema, nil, parquet.RandomRows(rand.New(rand.NewPCG(6, 6)), parquet.TestSchema, 2000))
	want := query(t, db, "SELECT * FROM read_parquet(?)", path)
	noticed := 0
	for range parquet.ChangedBits(t, path, 200) {
		got, err := ask(db, "SELECT * FROM read_parquet(?)", path)
		if err != nil {
			noticed++
		} else if !reflect.DeepEqual(got, want) {
			t.Fatal("DuckDB reads other rows from a page that was changed")
		}
	}
	if noticed < 190 {
		t.Errorf("DuckDB noticed %d of 200 changes", noticed)
	}
}
