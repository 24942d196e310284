package pipeline_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"roletrail/pipeline"
	"roletrail/queries"
)

// TestAnswersAfterCompaction asks a lake of many runs before and after it is compacted.
func TestAnswersAfterCompaction(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	var logs []string
	err := filepath.WalkDir(filepath.Join(organisationDir, "AWSLogs"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			logs = append(logs, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for run := range slices.Chunk(logs, 1+len(logs)/4) {
		ingest(t, dir, pipeline.Options{}, run...)
	}
	takeInventory(t, dir)
	ask := func() map[string][][]any {
		engine, answers := openEngine(t, dir), map[string][][]any{}
		for _, query := range []string{"last_used", "unused", "coverage"} {
			answers[query] = rowsOf(t, engine, query)
		}
		return answers
	}
	before := ask()
	c := compact(t, dir, pipeline.CompactOptions{})
	if c.Files.Before < 2*c.Files.After || c.Rows.Duplicate != 0 {
		t.Errorf("not much was compacted:\n%s", c)
	}
	for query, after := range ask() {
		if len(after) == 0 || !reflect.DeepEqual(after, before[query]) {
			t.Errorf("%s answers %d rows after %d, or not the same", query, len(after), len(before[query]))
		}
	}
}

// rowsOf are the rows of an answer as they come, which are some ten thousand.
func rowsOf(t *testing.T, engine queries.Engine, query string) (all [][]any) {
	t.Helper()
	rows, err := engine.Run(t.Context(), query, quarter)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		all = append(all, slices.Clone(rows.Row()))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
