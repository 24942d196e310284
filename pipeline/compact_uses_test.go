package pipeline_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// TestUsesAreThoseOfTheEvents compacts lakes and compares every row of the uses with what
// the events beside it say, brought together in another way.
func TestUsesAreThoseOfTheEvents(t *testing.T) {
	files := corpusFiles(t, organisation.Options{Events: 1500, Days: 2, EventsPerFile: 50, Accounts: 3, Roles: 12})
	events, rows, unnamed, denied, data := 0, 0, 0, 0, 0
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 21))
		dir := lakeOfRuns(t, files, rng)
		for _, records := range [][]string{{record(1), assumption(2), withoutRoleID(3)}, {withoutRoleID(4), dataEvent(5)}} {
			logs := t.TempDir()
			write(t, logs, "odd.json", trail(records...))
			ingest(t, dir, pipeline.Options{}, logs)
		}
		compact(t, dir, pipeline.WithCompactBounds(pipeline.CompactOptions{}, 200+rng.IntN(900), 50+rng.IntN(300), 0))
		uses := map[string]string{}
		for _, f := range filesOf(t, dir, "uses") {
			uses[f.Name] = f.Path
		}
		for _, f := range eventFiles(t, dir) {
			path, ok := uses[parquet.UsesPath(f.Name)]
			if !ok { // the only one of its day, and left as it was
				continue
			}
			of := readRows(t, f.Path)
			want := usesOf(of)
			got, _, err := parquet.ReadRows(path, parquet.UsesSchema)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("seed %d: %d uses, want %d", seed, len(got), len(want))
			}
			for n, row := range got {
				key := fmt.Sprint(row[:6])
				if row[0] == nil && row[1] != nil { // by name alone
					key += fmt.Sprint(row[6])
					unnamed++
				}
				if fmt.Sprint(row) != fmt.Sprint(want[key]) {
					t.Fatalf("seed %d, row %d:\n got %v\nwant %v", seed, n, row, want[key])
				}
				if row[9] != nil {
					denied++
				}
				if row[11] == true {
					data++
				}
			}
			events, rows = events+len(of), rows+len(got)
		}
	}
	if t.Logf("%d events, %d uses, %d by name alone, %d denied, %d of data", events, rows, unnamed, denied, data); rows*2 > events || unnamed == 0 || denied == 0 || data == 0 {
		t.Error("the events are not different enough")
	}
}

// withoutRoleID is the record of a call by a role of which it tells the ARN alone.
func withoutRoleID(id int) string {
	return strings.NewReplacer(`"principalId":"AROAEXAMPLEEXAMPLE111:s",`, "", `"principalId":"AROAEXAMPLEEXAMPLE111",`, "").Replace(record(id))
}

func dataEvent(id int) string {
	return strings.Replace(record(id), `"eventTime"`, `"managementEvent":false,"eventTime"`, 1)
}

// usesOf brings events together by what a use is, in maps and lists of cells.
func usesOf(events [][]any) map[string][]any {
	together := map[string][][]any{}
	for _, e := range events {
		who := []any{e[parquet.ColRoleID], e[parquet.ColRoleARN], e[parquet.ColRecipientAccountID], e[parquet.ColIAMAction], e[parquet.ColIAMActionsPossible], e[parquet.ColPassedRoleARN]}
		key := fmt.Sprint(who)
		if who[0] == nil && who[1] != nil {
			key += fmt.Sprint(e[parquet.ColEventTime])
		}
		together[key] = append(together[key], e)
	}
	uses := map[string][]any{}
	for _, key := range slices.Sorted(maps.Keys(together)) {
		of := together[key]
		slices.SortFunc(of, func(a, b []any) int {
			return a[parquet.ColEventTime].(time.Time).Compare(b[parquet.ColEventTime].(time.Time))
		})
		e := of[0]
		row := []any{e[parquet.ColRoleID], e[parquet.ColRoleARN], e[parquet.ColRecipientAccountID], e[parquet.ColIAMAction], e[parquet.ColIAMActionsPossible], e[parquet.ColPassedRoleARN],
			e[parquet.ColEventTime], of[len(of)-1][parquet.ColEventTime], nil, nil, int64(0), false, false}
		for _, e := range of {
			switch e[parquet.ColOutcome] {
			case "denied":
				row[9] = e[parquet.ColEventTime]
			default:
				row[8], row[10] = e[parquet.ColEventTime], row[10].(int64)+1
				row[12] = row[12].(bool) || e[parquet.ColManagementEvent] == nil
			}
			row[11] = row[11].(bool) || e[parquet.ColManagementEvent] == false
		}
		uses[key] = row
	}
	return uses
}

// TestCompactMakesWhatWasUsedAnew compacts a day again whose uses are missing, as in lakes
// of older builds.
func TestCompactMakesWhatWasUsedAnew(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 22))
	dir := lakeOfRuns(t, corpusFiles(t, organisation.Options{Events: 300, Days: 2, EventsPerFile: 50, Accounts: 2, Roles: 5}), rng)
	compact(t, dir, pipeline.CompactOptions{})
	uses := filesOf(t, dir, "uses")
	lake, err := parquet.WriteLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	run, err := lake.Ledger().Begin("test")
	if err == nil {
		err = lake.Commit(run, parquet.Batch{Removed: []string{uses[0].Name}})
	}
	if err == nil {
		err = lake.Discard([]string{uses[0].Name})
	}
	if err == nil {
		err = lake.Ledger().Finish(run)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	before := rowTexts(rowsOfLake(t, dir))
	if c := compact(t, dir, pipeline.CompactOptions{}); c.Days.Compacted != 1 {
		t.Errorf("one day lacks its uses:\n%s", c)
	}
	if now := filesOf(t, dir, "uses"); len(now) != len(uses) || len(now) != len(eventFiles(t, dir)) {
		t.Errorf("%d files of uses, want %d", len(now), len(uses))
	}
	if !slices.Equal(rowTexts(rowsOfLake(t, dir)), before) {
		t.Error("the rows differ")
	}
}
