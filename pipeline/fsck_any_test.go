package pipeline_test

import (
	"database/sql"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// damages are ways to damage a lake, by the kind of what is found of each.
var damages = map[parquet.FindingKind]func(t *testing.T, dir string, rng *rand.Rand){
	parquet.LedgerLost: func(t *testing.T, dir string, _ *rand.Rand) { remove(t, filepath.Join(dir, "ledger.sqlite")) },
	parquet.LedgerDamaged: func(t *testing.T, dir string, rng *rand.Rand) {
		path := filepath.Join(dir, "ledger.sqlite")
		if _, err := os.Stat(path); err == nil {
			overwrite(t, path, func(text []byte) []byte { return text[:len(text)-1-rng.IntN(len(text)-1)] })
		}
	},
	parquet.FileMissing: func(t *testing.T, dir string, rng *rand.Rand) { remove(t, anyFile(t, dir, "events", rng)) },
	parquet.FileChanged: func(t *testing.T, dir string, rng *rand.Rand) {
		for range 3 {
			changeByte(t, anyFile(t, dir, "", rng), rng)
		}
	},
	parquet.FileUnreadable: func(t *testing.T, dir string, rng *rand.Rand) {
		write(t, filepath.Dir(anyFile(t, dir, "events", rng)), "part-"+strings.Repeat("0", 32)+".parquet", []byte("PAR1, or not"))
	},
	parquet.FileMisplaced: func(t *testing.T, dir string, rng *rand.Rand) {
		write(t, dir, "events/event_date=2001-01-01/part-"+strings.Repeat("1", 32)+".parquet", contentOf(t, anyFile(t, dir, "events", rng)))
	},
	parquet.FileUnknown: func(t *testing.T, dir string, rng *rand.Rand) { // and events that stand there twice
		path := anyFile(t, dir, "events", rng)
		write(t, filepath.Dir(path), "part-"+strings.Repeat("2", 32)+".parquet", contentOf(t, path))
	},
	parquet.FileLeftOver: func(t *testing.T, dir string, rng *rand.Rand) {
		write(t, filepath.Dir(anyFile(t, dir, "events", rng)), ".tmp-0123", []byte("begun"))
	},
	parquet.FileForeign: func(t *testing.T, dir string, rng *rand.Rand) {
		write(t, filepath.Dir(anyFile(t, dir, "events", rng)), "notes.txt", []byte("mine"))
	},
	parquet.FileIncomplete: func(t *testing.T, dir string, rng *rand.Rand) { remove(t, anyFile(t, dir, "iam", rng)) },
	parquet.RollupAlone: func(t *testing.T, dir string, rng *rand.Rand) {
		path := anyFile(t, dir, "uses", rng)
		write(t, filepath.Dir(path), "part-"+strings.Repeat("3", 32)+".parquet", contentOf(t, path))
	},
	parquet.EntryWrong: func(t *testing.T, dir string, _ *rand.Rand) {
		inLedger(t, dir, "update files set rows = rows + 1 where path = (select max(path) from files)")
	},
	parquet.EventsTwice: func(t *testing.T, dir string, rng *rand.Rand) {
		if _, err := os.Stat(filepath.Join(dir, "ledger.sqlite")); err == nil {
			if lake, err := parquet.OpenLake(dir); err == nil {
				_, err = lake.Files("events")
				if lake.Close(); err == nil {
					addTwice(t, dir, rng)
				}
			}
		}
	},
}

// inLedger changes a ledger by a statement, where it can still be read.
func inLedger(t *testing.T, dir, statement string) {
	t.Helper()
	path := filepath.Join(dir, "ledger.sqlite")
	if _, err := os.Stat(path); err != nil {
		return
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.Exec(statement)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}

func contentOf(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func overwrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	if err := os.WriteFile(path, change(contentOf(t, path)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// anyFile is a data file below a folder of a lake.
func anyFile(t *testing.T, dir, below string, rng *rand.Rand) string {
	t.Helper()
	files := slices.DeleteFunc(dataFiles(t, dir), func(path string) bool {
		rel, err := filepath.Rel(dir, path)
		return err != nil || !strings.HasPrefix(rel, below) || strings.HasPrefix(rel, "aside") || strings.HasPrefix(filepath.Base(path), ".tmp-")
	})
	if len(files) == 0 {
		t.Fatalf("no file below %s", below)
	}
	return files[rng.IntN(len(files))]
}

// smallLake is a lake with two days compact, one of several files, and an inventory; and its
// logs.
func smallLake(t *testing.T) (dir, logs string) {
	t.Helper()
	files := corpusFiles(t, organisation.Options{Events: 400, Days: 3, EventsPerFile: 20, Accounts: 3, Roles: 20})
	rng := rand.New(rand.NewPCG(14, 15))
	dir = lakeOfRuns(t, files, rng)
	compact(t, dir, pipeline.CompactOptions{Until: time.Date(2026, 7, 3, 0, 0, 0, 0, time.UTC)})
	takeInventory(t, dir)
	logs = t.TempDir()
	place(t, logs, files, rng, false)
	return dir, logs
}

// TestFsckOfEveryKind damages a lake in one way after the other: each is found as what it
// is, and mended.
func TestFsckOfEveryKind(t *testing.T) {
	whole, logs := smallLake(t)
	want := content(t, whole)
	for kind, damage := range damages {
		t.Run(string(kind), func(t *testing.T) {
			dir := copyOf(t, whole)
			damage(t, dir, rand.New(rand.NewPCG(1, 15)))
			if _, found := check(t, dir, false); found[kind] == 0 {
				t.Errorf("found %v", found)
			}
			mendsAndComesBack(t, dir, logs, want)
		})
	}
}

// TestFsckOfAnyDamage damages lakes in several ways at once. What can be read is not gone
// after mending, a second look finds nothing, and when the logs are ingested again the lake
// has every event once.
func TestFsckOfAnyDamage(t *testing.T) {
	whole, logs := smallLake(t)
	want := content(t, whole)
	kinds := slices.Sorted(maps.Keys(damages))
	rounds, seen := max(12, killsWanted(t, 12)/3), map[parquet.FindingKind]int{}
	for seed := range uint64(rounds) {
		rng := rand.New(rand.NewPCG(seed, 14))
		dir, done := copyOf(t, whole), []string{}
		for _, kind := range severalOf(kinds, rng) {
			damages[kind](t, dir, rng)
			done = append(done, string(kind))
		}
		_, found := check(t, dir, false)
		if len(found) == 0 {
			t.Fatalf("seed %d: nothing is found of %v", seed, done)
		}
		for kind := range found {
			seen[kind]++
		}
		if mendsAndComesBack(t, dir, logs, want); t.Failed() {
			t.Fatalf("seed %d: %v", seed, done)
		}
	}
	wanted := len(damages)
	if rounds < 30 {
		wanted -= 3 // some may not be drawn
	}
	if t.Logf("%d lakes: %v", rounds, seen); len(seen) < wanted {
		t.Errorf("only %d kinds of damage were found", len(seen))
	}
}

// severalOf draws some kinds of damage that a lake can have at once: events come in twice before anything
// keeps the lake from taking them, and no byte of a file changes where the ledger is gone too, because its
// checksum alone tells that a text was another one.
func severalOf(kinds []parquet.FindingKind, rng *rand.Rand) (drawn []parquet.FindingKind) {
	for range 1 + rng.IntN(4) {
		drawn = append(drawn, kinds[rng.IntN(len(kinds))])
	}
	if at := slices.Index(drawn, parquet.EventsTwice); at > 0 {
		drawn[0], drawn[at] = drawn[at], drawn[0]
	}
	if slices.Contains(drawn, parquet.LedgerLost) || slices.Contains(drawn, parquet.LedgerDamaged) {
		drawn = slices.DeleteFunc(drawn, func(kind parquet.FindingKind) bool { return kind == parquet.FileChanged })
	}
	return drawn
}

// mendsAndComesBack mends a lake, ingests its logs again, and requires the events that it had.
func mendsAndComesBack(t *testing.T, dir, logs string, want []string) {
	t.Helper()
	before := filesBelow(t, dir)
	checked, _ := check(t, dir, true)
	if checked.Mended == nil {
		t.Fatal("nothing was mended")
	}
	if checked.Duplicates == 0 { // else files were put together anew
		requireNothingGone(t, dir, before)
	}
	if _, found := check(t, dir, false); len(found) > 0 {
		t.Errorf("found after mending: %v", found)
	}
	left := content(t, dir)
	s := ingest(t, dir, pipeline.Options{}, logs)
	if got := content(t, dir); !slices.Equal(got, want) {
		t.Errorf("%d events after mending and %d more\n%s\nare not the %d that were", len(left), s.Records.Written, s, len(want))
	}
	if _, found := check(t, dir, false); len(found) > 0 {
		t.Errorf("found in the end: %v", found)
	}
}
