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

// TestRollupsAreThoseOfTheEvents compacts lakes and compares every row of the rollups with
// what the events beside it say, brought together in another way.
func TestRollupsAreThoseOfTheEvents(t *testing.T) {
	files := corpusFiles(t, organisation.Options{Events: 1500, Days: 2, EventsPerFile: 50, Accounts: 3, Roles: 12})
	seen := map[string]int{}
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 21))
		dir := lakeOfRuns(t, files, rng)
		for _, records := range [][]string{{record(1), assumption(2), withoutRoleID(3)}, {withoutRoleID(4), dataEvent(5), dated(6), deniedCall(7), failedCall(8), byIDAlone(9)}} {
			logs := t.TempDir()
			write(t, logs, "odd.json", trail(records...))
			ingest(t, dir, pipeline.Options{}, logs)
		}
		compact(t, dir, pipeline.WithCompactBounds(pipeline.CompactOptions{}, 200+rng.IntN(900), 50+rng.IntN(300), 0))
		compareRollups(t, dir, parquet.UsesSchema, usesOf, func(row []any) string { return cellsOf(row[:6], row[6]) }, seen)
		compareRollups(t, dir, parquet.SessionDaysSchema, sessionDaysOf, func(row []any) string { return cellsOf(row[:7], row[7]) }, seen)
	}
	t.Log(seen)
	for _, least := range []struct {
		table string
		rows  int
	}{{"uses", 2}, {"session_days", 2}} {
		if seen[least.table+" rows"]*least.rows > seen[least.table+" events"] {
			t.Errorf("%s: %d rows of %d events: they are not different enough", least.table, seen[least.table+" rows"], seen[least.table+" events"])
		}
	}
	for _, cell := range []string{
		"uses by name alone", "uses last_denied", "uses has_data_events",
		"session_days by name alone", "session_days first_done", "session_days last_denied", "session_days failed", "session_days account_id",
		"session_days without session_created_at", "session_days without first_done", "session_days source_identity",
	} {
		if seen[cell] == 0 {
			t.Errorf("no row tells of %s", cell)
		}
	}
}

// compareRollups compares the files of a rollup with what an oracle makes of the events
// beside them, and counts what it saw.
func compareRollups(t *testing.T, dir string, schema *parquet.Schema, oracle func(events [][]any) map[string][]any, key func(row []any) string, seen map[string]int) {
	t.Helper()
	beside := map[string]string{}
	for _, f := range filesOf(t, dir, schema.Table) {
		beside[f.Name] = f.Path
	}
	for _, f := range eventFiles(t, dir) {
		path, ok := beside[parquet.RollupPath(schema, f.Name)]
		if !ok { // the only one of its day, and left as it was
			continue
		}
		of := readRows(t, f.Path)
		want := oracle(of)
		got, _, err := parquet.ReadRows(path, schema)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows, want %d", schema.Table, len(got), len(want))
		}
		for n, row := range got {
			if fmt.Sprint(row) != fmt.Sprint(want[key(row)]) {
				t.Fatalf("%s, row %d:\n got %v\nwant %v", schema.Table, n, row, want[key(row)])
			}
			if row[0] == nil && row[1] != nil {
				seen[schema.Table+" by name alone"]++
			}
			for i, c := range schema.Columns {
				switch row[i] {
				case nil:
					seen[schema.Table+" without "+c.Name]++
				case int64(0), false:
				default:
					seen[schema.Table+" "+c.Name]++
				}
			}
		}
		seen[schema.Table+" events"] += len(of)
		seen[schema.Table+" rows"] += len(got)
	}
}

// keyOf is what the rows of a rollup tell apart; by name alone also the time.
func cellsOf(cells []any, at any) string {
	key := fmt.Sprint(cells)
	if cells[0] == nil && cells[1] != nil {
		key += fmt.Sprint(at)
	}
	return key
}

// withoutRoleID is the record of a call by a role of which it tells the ARN alone.
func withoutRoleID(id int) string {
	return strings.NewReplacer(`"principalId":"AROAEXAMPLEEXAMPLE111:s",`, "", `"principalId":"AROAEXAMPLEEXAMPLE111",`, "").Replace(record(id))
}

// dated is the record of a call that tells when its session was made, and who stands behind it.
func dated(id int) string {
	return strings.Replace(record(id), `"sessionContext":{`, `"sessionContext":{"sourceIdentity":"someone","attributes":{"creationDate":"2026-07-10T11:00:00Z","mfaAuthenticated":"false"},`, 1)
}

// byIDAlone is the record of a call by a role of which it tells the id alone.
func byIDAlone(id int) string {
	return strings.Replace(record(id), `,"arn":"arn:aws:iam::111111111111:role/team/r"`, "", 1)
}

func deniedCall(id int) string {
	return strings.Replace(record(id), `"eventTime"`, `"errorCode":"AccessDenied","eventTime"`, 1)
}

func failedCall(id int) string {
	return strings.Replace(record(id), `"eventTime"`, `"errorCode":"NoSuchKey","eventTime"`, 1)
}

func dataEvent(id int) string {
	return strings.Replace(record(id), `"eventTime"`, `"managementEvent":false,"eventTime"`, 1)
}

// usesOf brings events together by what a use is, in maps and lists of cells.
func usesOf(events [][]any) map[string][]any {
	together := map[string][][]any{}
	for _, e := range events {
		who := []any{e[parquet.ColRoleID], e[parquet.ColRoleARN], e[parquet.ColRecipientAccountID], e[parquet.ColIAMAction], e[parquet.ColIAMActionsPossible], e[parquet.ColPassedRoleARN]}
		key := cellsOf(who, e[parquet.ColEventTime])
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

// sessionDaysOf brings events together by role session, in maps and lists of cells.
func sessionDaysOf(events [][]any) map[string][]any {
	days := map[string][]any{}
	slices.SortFunc(events, func(a, b []any) int {
		return a[parquet.ColEventTime].(time.Time).Compare(b[parquet.ColEventTime].(time.Time))
	})
	for _, e := range events {
		if e[parquet.ColRoleID] == nil && e[parquet.ColRoleARN] == nil {
			continue
		}
		var account any
		if e[parquet.ColRoleARN] == nil {
			if account = e[parquet.ColIdentityAccountID]; account == nil {
				account = e[parquet.ColRecipientAccountID]
			}
		}
		at := e[parquet.ColEventTime]
		who := []any{e[parquet.ColRoleID], e[parquet.ColRoleARN], account, e[parquet.ColRoleSessionName], e[parquet.ColIdentityAccessKeyID], e[parquet.ColSourceIdentity], e[parquet.ColSessionCreatedAt]}
		key := cellsOf(who, at)
		row, ok := days[key]
		if !ok {
			row = append(who, at, at, nil, nil, nil, int64(0), int64(0), int64(0), int64(0))
		}
		row[8], row[12] = at, row[12].(int64)+1
		if e[parquet.ColOutcome] == "denied" {
			row[11], row[14] = at, row[14].(int64)+1
		} else {
			if row[9] == nil {
				row[9] = at
			}
			row[10], row[13] = at, row[13].(int64)+1
		}
		if e[parquet.ColOutcome] == "failed" {
			row[15] = row[15].(int64) + 1
		}
		days[key] = row
	}
	return days
}

// TestCompactMakesRollupsAnew compacts a day again of which a rollup is missing, as in lakes
// of older builds.
func TestCompactMakesRollupsAnew(t *testing.T) {
	for _, schema := range parquet.Rollups() {
		t.Run(schema.Table, func(t *testing.T) { testRollupAnew(t, schema.Table) })
	}
}

func testRollupAnew(t *testing.T, table string) {
	rng := rand.New(rand.NewPCG(1, 22))
	dir := lakeOfRuns(t, corpusFiles(t, organisation.Options{Events: 300, Days: 2, EventsPerFile: 50, Accounts: 2, Roles: 5}), rng)
	compact(t, dir, pipeline.CompactOptions{})
	rollups := filesOf(t, dir, table)
	lake, err := parquet.WriteLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	run, err := lake.Ledger().Begin("test")
	if err == nil {
		err = lake.Commit(run, parquet.Batch{Removed: []string{rollups[0].Name}})
	}
	if err == nil {
		err = lake.Discard([]string{rollups[0].Name})
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
		t.Errorf("one day lacks its rollup:\n%s", c)
	}
	for _, schema := range parquet.Rollups() {
		if now := filesOf(t, dir, schema.Table); len(now) != len(rollups) || len(now) != len(eventFiles(t, dir)) {
			t.Errorf("%d files of %s, want %d", len(now), schema.Table, len(rollups))
		}
	}
	if !slices.Equal(rowTexts(rowsOfLake(t, dir)), before) {
		t.Error("the rows differ")
	}
}
