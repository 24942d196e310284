package parquet

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestChangedObject changes one column of one object after the other, and of its series: fsck finds each.
func TestChangedObject(t *testing.T) {
	whole := t.TempDir()
	l, run := testLake(t, whole)
	b := Batch{Objects: []Object{
		{Name: "ingested", Size: 1, Status: Ingested, Records: 3, Written: 1, Duplicate: 1, Quarantined: 1},
		{Name: "quarantined", Size: 1, Status: Quarantined, Reason: "gzip: invalid header"},
	}}
	for name, isOfSeries := range namesOfObjects {
		if isOfSeries {
			b.Objects = append(b.Objects, Object{Name: name, Status: Ingested})
		}
	}
	must(0, l.Commit(run, b))
	must(0, l.Ledger().Finish(run))
	must(0, l.Close())
	if found := foundInLedger(t, whole); len(found) > 0 {
		t.Fatalf("fsck finds %v", found)
	}
	changed := 0
	for table, columns := range map[string]string{
		"series":         "id before middle after",
		"source_objects": "series_id minute rest size modified_ns records written duplicate quarantined run_id status reason at checksum",
	} {
		for column := range strings.FieldsSeq(columns) {
			for _, where := range []string{"rest = 'ingested'", "rest = 'quarantined'", "true"} {
				if table == "series" && where != "true" {
					continue
				}
				dir := t.TempDir()
				must(0, os.CopyFS(dir, os.DirFS(whole)))
				path := filepath.Join(dir, ledgerName)
				l, _, err := connect(path, ledgerDSN(path, true, false))
				must(0, err)
				l.db.SetMaxOpenConns(1)
				must(l.db.Exec("pragma ignore_check_constraints = 1; pragma foreign_keys = 0"))
				text := "update %[1]s set %[2]s = case typeof(%[2]s) when 'integer' then %[2]s + 1000 else coalesce(%[2]s, '') || '0' end where %[3]s"
				result := must(l.db.Exec(fmt.Sprintf(text, table, column, where)))
				if n := must(result.RowsAffected()); n == 0 {
					t.Fatalf("%s.%s where %s: nothing is changed", table, column, where)
				}
				must(0, l.close())
				changed++
				if found := foundInLedger(t, dir); len(found) != 1 || found[0].Kind != LedgerDamaged {
					t.Errorf("%s.%s where %s: fsck finds %v", table, column, where, found)
				}
			}
		}
	}
	if changed < 40 {
		t.Errorf("only %d changes were made", changed)
	}
}
