package pipeline_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// TestFsckOfWholeLakes does to lakes what commands do, in any order: nothing is found in any of them, however
// often it is looked for, and nothing is changed.
func TestFsckOfWholeLakes(t *testing.T) {
	lakes, did := max(6, killsWanted(t, 6)/3), map[string]int{} // a hundred of 300
	for seed := range uint64(lakes) {
		rng := rand.New(rand.NewPCG(seed, 15))
		files := corpusFiles(t, organisation.Options{Events: 50 + rng.IntN(200), Days: 1 + rng.IntN(4), EventsPerFile: 5 + rng.IntN(30), Accounts: 1 + rng.IntN(3), Roles: 20})
		dir := lakeOfRuns(t, files, rng)
		for range 2 + rng.IntN(4) {
			switch step := [...]string{"compact", "inventory", "trails", "again", "quarantine"}[rng.IntN(5)]; step {
			case "compact":
				compact(t, dir, pipeline.CompactOptions{Until: time.Date(2026, 7, 1+rng.IntN(5), 0, 0, 0, 0, time.UTC)})
				did[step]++
			case "inventory":
				takeInventoryAt(t, dir, time.Date(2026, 10, 1+rng.IntN(2), rng.IntN(24), 0, 0, 0, time.UTC), nil)
				did[step]++
			case "trails":
				takeTrails(t, dir)
				did[step]++
			case "again":
				logs := t.TempDir()
				place(t, logs, files[rng.IntN(len(files)):], rng, true)
				if s := ingest(t, dir, pipeline.Options{}, logs); s.Records.Duplicate > 0 {
					did[step]++
				}
			case "quarantine":
				logs, text := t.TempDir(), slices.Clone(files[rng.IntN(len(files))])
				write(t, logs, "cut.json.gz", text[:1+rng.IntN(len(text)-1)])
				if s := ingest(t, dir, pipeline.Options{}, logs); s.Objects.Quarantined > 0 {
					did[step]++
				}
			}
		}
		before := filesBelow(t, dir)
		if _, found := check(t, dir, rng.IntN(2) == 0); len(found) > 0 {
			t.Errorf("seed %d: found %v", seed, found)
		}
		if after := filesBelow(t, dir); !reflect.DeepEqual(after, before) {
			t.Errorf("seed %d: of %d files some were changed", seed, len(before))
		}
	}
	if t.Logf("%d lakes, %v", lakes, did); len(did) < 5 {
		t.Errorf("only some commands were run: %v", did)
	}
}
