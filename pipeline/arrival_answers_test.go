package pipeline_test

import (
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// TestAnswersInAnyOrder lets log files that overlap arrive in any order, in runs of any size and beside compactions,
// and asks every question: all answers are the same.
func TestAnswersInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 30))
	files := corpusFiles(t, organisation.Options{Events: 600, Days: 4, EventsPerFile: 12, Accounts: 3, Roles: 30})
	files = append(files, files[len(files)*3/4:]...) // delivered twice
	var want map[string][][]any
	orders, compacted := max(2, killsWanted(t, 2)/10), 0
	questions := []string{"changes", "coverage", "last_used", "unexpected"}
	if orders > 2 {
		questions = append(questions, "unused_summary", "unused") // which take some seconds
	}
	for order := range orders {
		rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		dir := filepath.Join(t.TempDir(), "lake")
		for run := range slices.Chunk(files, 1+rng.IntN(len(files))) {
			logs := t.TempDir()
			place(t, logs, run, rng, false)
			ingest(t, dir, pipeline.WithBounds(pipeline.Options{Workers: 1 + rng.IntN(3)}, 20+rng.Int64N(200), 0, 1+rng.IntN(4), 1+rng.IntN(40)), logs)
			if order > 0 && rng.IntN(3) == 0 {
				compact(t, dir, pipeline.CompactOptions{Until: time.Date(2026, 7, 2+rng.IntN(4), 0, 0, 0, 0, time.UTC)})
				compacted++
			}
		}
		takeInventory(t, dir)
		engine, got := openEngine(t, dir), map[string][][]any{}
		for _, query := range questions {
			got[query] = rowsOf(t, engine, query)
		}
		if want == nil {
			want = got
		}
		for query, rows := range got {
			if !reflect.DeepEqual(rows, want[query]) {
				t.Errorf("order %d: %s answers %d rows, not %d, or others", order, query, len(rows), len(want[query]))
			}
		}
	}
	sizes := map[string]int{}
	for query, rows := range want {
		sizes[query] = len(rows)
	}
	if t.Logf("%d orders, %d compactions, %v rows", orders, compacted, sizes); compacted == 0 || slices.Min(slices.Collect(maps.Values(sizes))) == 0 {
		t.Error("too little was done, or a question had no answer")
	}
}
