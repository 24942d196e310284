package pipeline_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roletrail/parquet"
)

// unguarded are the columns of the ledger in which a changed byte may go unnoticed, with what comes of it at
// worst. None says which files count, how many rows they have, or what must be in them.
var unguarded = map[string]string{
	"files.run_id":            "nothing: it is not read",
	"quarantine.object":       "another text in a list",
	"quarantine.byte_offset":  "another number in a list",
	"quarantine.record_index": "the same",
	"quarantine.reason":       "another text in a list",
	"quarantine.detail":       "the same",
	"quarantine.sha256":       "the same",
	"quarantine.run_id":       "nothing: it is not read",
	"quarantine.at":           "another time in a list",
	"runs.started_at":         "another time in a list",
	"runs.finished_at":        "the same",
	"runs.version":            "another text in a list",
}

// TestFsckOfEveryByteOfALedger changes single bytes of a ledger: each is found, or nothing reads it, or it is in a
// column from which no answer comes. The first that is not found is asked, and answers as before.
func TestFsckOfEveryByteOfALedger(t *testing.T) {
	dir, _, want := lakeToDamage(t)
	ledger := filepath.Join(dir, "ledger.sqlite")
	whole, err := ledgerRows(ledger)
	if err != nil || len(whole) < 9 || len(whole["source_objects"]) < 20 || len(whole["files"]) < 20 {
		t.Fatal(len(whole), err)
	}
	rng, noticed, unread, asked, elsewhere := rand.New(rand.NewPCG(14, 14)), 0, 0, 0, map[string]int{}
	for range max(30, killsWanted(t, 1)) {
		undo := changeByte(t, ledger, rng)
		lake, err := parquet.SuspectLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		examined, err := lake.Examine(t.Context(), nil)
		if err := lake.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || len(examined.Findings) > 0 {
			noticed++
			undo()
			continue
		}
		rows, err := ledgerRows(ledger)
		if err != nil {
			t.Errorf("nothing was found, and the ledger cannot be read: %v", err)
		}
		other := otherColumns(whole, rows)
		if len(other) == 0 {
			unread++
		}
		for _, column := range other {
			if elsewhere[column]++; unguarded[column] == "" {
				t.Errorf("a changed %s is not found", column)
			}
		}
		if asked == 0 {
			asked++
			requireAnswers(t, dir, want)
		}
		undo()
	}
	t.Logf("%d were found, %d are read by nothing, the others are of %v", noticed, unread, elsewhere)
	if noticed < 3 || unread < 3 || asked == 0 {
		t.Error("too few of a kind to say anything")
	}
}

// ledgerRows are all rows of all tables of a ledger, the columns of each as texts with their names before.
func ledgerRows(path string) (tables map[string][][]string, err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&immutable=1")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	names, err := queryTexts(db, "select name from sqlite_schema where type = 'table'")
	if err != nil {
		return nil, err
	}
	tables = map[string][][]string{}
	for _, name := range names {
		table := strings.TrimPrefix(name[0], "name=")
		if tables[table], err = queryTexts(db, fmt.Sprintf("select * from %q", table)); err != nil {
			return nil, err
		}
	}
	return tables, nil
}

func queryTexts(db *sql.DB, text string) (all [][]string, err error) {
	rows, err := db.Query(text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		var row []string
		for i, v := range values {
			if raw, ok := v.([]byte); ok {
				v = fmt.Sprintf("%x", bytes.Clone(raw))
			}
			row = append(row, fmt.Sprintf("%s=%v", columns[i], v))
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// otherColumns are the columns of tables whose values are not the same, sorted; "TABLE.*" where there are other rows.
func otherColumns(a, b map[string][][]string) []string {
	other := map[string]bool{}
	for table := range a {
		if len(a[table]) != len(b[table]) {
			other[table+".*"] = true
			continue
		}
		for i, row := range a[table] {
			for j := range row {
				if row[j] != b[table][i][j] {
					name, _, _ := strings.Cut(row[j], "=")
					other[table+"."+name] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(other))
}
