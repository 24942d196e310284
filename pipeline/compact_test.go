package pipeline_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

func compact(t *testing.T, dir string, o pipeline.CompactOptions) *pipeline.Compaction {
	t.Helper()
	lake, err := parquet.WriteLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	c, err := pipeline.Compact(t.Context(), lake, o)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Balanced() {
		t.Fatalf("the balance does not hold:\n%s", c)
	}
	return c
}

// TestCompactKeepsEveryRow compacts lakes of many runs in which events stand twice: every
// row is there afterwards, byte for byte and once, in order, and a second time changes
// nothing.
func TestCompactKeepsEveryRow(t *testing.T) {
	files := corpusFiles(t, organisation.Options{Events: 900, Days: 3, EventsPerFile: 20, Accounts: 3, Roles: 20})
	files = append(files, trail(withoutGUID("one"), withoutGUID("two"), record(1), assumption(2)))
	duplicates, several, parts := int64(0), 0, 0
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 8))
		dir := lakeOfRuns(t, files, rng)
		before := rowsOfLake(t, dir)
		again := addTwice(t, dir, rng)
		// The first lake has one file of each day, however its runs went.
		fileRows := min(int(seed), 1) * (100 + rng.IntN(900))
		options := pipeline.WithCompactBounds(pipeline.CompactOptions{}, fileRows, 50+rng.IntN(300), int64(seed%2)*(100<<10))
		c := compact(t, dir, options)
		if c.Rows.Duplicate != again || c.Rows.After != int64(len(before)) || c.Days.Compacted < 3 { // of four, of which one may have one file
			t.Errorf("seed %d: %d rows stood twice of %d:\n%s", seed, again, len(before), c)
		}
		after := rowsOfLake(t, dir)
		if got, want := rowTexts(after), rowTexts(before); !slices.Equal(got, want) {
			t.Fatalf("seed %d: the rows differ: %d, want %d", seed, len(got), len(want))
		}
		requireOrder(t, dir)
		named := fileNames(t, dir)
		if c := compact(t, dir, options); c.Days.Compacted != 0 || c.Rows.After != int64(len(before)) || !slices.Equal(fileNames(t, dir), named) {
			t.Errorf("seed %d: a second time is not without effect:\n%s", seed, c)
		}
		duplicates += c.Rows.Duplicate
		if c.Files.After > int64(c.Days.Total) {
			several++
		}
		parts += int(c.Files.After)
	}
	if t.Logf("%d duplicates, %d files, %d of 6 lakes had several of a day", duplicates, parts, several); duplicates == 0 || several < 2 || several == 6 {
		t.Error("the lakes were not different enough")
	}
}

func withoutGUID(id string) string {
	return strings.Replace(record(3), "00000000-0000-0000-0000-000000000003", id, 1)
}

// lakeOfRuns ingests files in several runs, small epochs and small row groups.
func lakeOfRuns(t *testing.T, files [][]byte, rng *rand.Rand) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lake")
	files = slices.Clone(files)
	rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	for run := range slices.Chunk(files, 1+len(files)/(1+rng.IntN(4))) {
		logs := t.TempDir()
		place(t, logs, run, rng, false)
		ingest(t, dir, pipeline.WithBounds(pipeline.Options{Workers: 1 + rng.IntN(3)}, 100+rng.Int64N(500), 0, 1+rng.IntN(8), 20+rng.IntN(200)), logs)
	}
	return dir
}

// addTwice puts some events of the lake into it once more, as no ingest does.
func addTwice(t *testing.T, dir string, rng *rand.Rand) (added int64) {
	t.Helper()
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	run, err := lake.Ledger().Begin("test")
	if err != nil {
		t.Fatal(err)
	}
	var batch parquet.Batch
	for _, f := range eventFiles(t, dir) {
		if rng.IntN(2) == 0 {
			continue
		}
		day, err := time.Parse(time.DateOnly, f.Partition)
		if err != nil {
			t.Fatal(err)
		}
		b := parquet.NewBuilder(parquet.EventsSchema)
		for _, row := range readRows(t, f.Path) {
			if rng.IntN(3) > 0 {
				continue
			}
			if err := b.Append(row...); err != nil {
				t.Fatal(err)
			}
		}
		if b.Rows() == 0 {
			continue
		}
		path := parquet.EventsPath(day, [16]byte{byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32())})
		entry := addFile(t, lake, run, path, parquet.EventsSchema, b)
		batch.Files = append(batch.Files, entry)
		added += entry.Rows
	}
	if err := cmp.Or(lake.Commit(run, batch), lake.Ledger().Finish(run)); err != nil {
		t.Fatal(err)
	}
	return added
}

func eventFiles(t *testing.T, dir string) []parquet.DataFile { return filesOf(t, dir, "events") }

func filesOf(t *testing.T, dir, table string) []parquet.DataFile {
	t.Helper()
	lake, err := parquet.OpenLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	files, err := lake.Files(table)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func fileNames(t *testing.T, dir string) (names []string) {
	for _, f := range eventFiles(t, dir) {
		names = append(names, f.Name)
	}
	return names
}

func readRows(t *testing.T, path string) [][]any {
	t.Helper()
	rows, _, err := parquet.ReadRows(path, parquet.EventsSchema)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// rowsOfLake are all rows, with all columns.
func rowsOfLake(t *testing.T, dir string) (rows [][]any) {
	t.Helper()
	for _, f := range eventFiles(t, dir) {
		rows = append(rows, readRows(t, f.Path)...)
	}
	return rows
}

// rowTexts tell rows apart by every byte, and NULL from an empty text; sorted.
func rowTexts(rows [][]any) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = fmt.Sprintf("%#v", row)
	}
	slices.Sort(out)
	return out
}

// requireOrder checks that every file has the order of the lake, and its footer the
// objects of its rows.
func requireOrder(t *testing.T, dir string) {
	t.Helper()
	for _, f := range eventFiles(t, dir) {
		objects := map[string]bool{}
		var before []string
		for i, row := range readRows(t, f.Path) {
			objects[row[parquet.ColSourceObject].(string)] = true
			at := placeOfRow(row)
			if slices.Compare(before, at) > 0 {
				t.Fatalf("%s: row %d, %q, stands behind %q", f.Name, i, at, before)
			}
			before = at
		}
		meta, err := parquet.Metadata(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		listed := strings.Split(strings.TrimSuffix(meta["roletrail.source_objects"], "\n"), "\n")
		if len(listed) != len(objects) || fmt.Sprint(len(objects)) != meta["roletrail.source_object_count"] || meta["roletrail.derivation"] == "" {
			t.Errorf("%s: its rows have %d objects, its footer %d: %v", f.Name, len(objects), len(listed), meta)
		}
	}
}

// placeOfRow is what the order of the lake goes by: assumptions first, by the role
// assumed, then role changes and the others by the acting role, then time.
func placeOfRow(row []any) []string {
	kind, column := "2", parquet.ColRoleARN
	switch {
	case row[parquet.ColCallerKind] != nil:
		kind, column = "0", parquet.ColAssumedRoleARN
	case row[parquet.ColChange] != nil:
		kind = "1"
	}
	role, has := row[column].(string)
	if has {
		role = "r" + role
	}
	return []string{kind, role, row[parquet.ColEventTime].(time.Time).Format("2006-01-02T15:04:05.000000")}
}

// TestCompactedDayDoesNotDependOnItsRuns: the same events from the same objects make the
// same files, byte for byte, however they came into the lake.
func TestCompactedDayDoesNotDependOnItsRuns(t *testing.T) {
	logs := t.TempDir()
	place(t, logs, corpusFiles(t, organisation.Options{Events: 1200, Days: 3, EventsPerFile: 20, Accounts: 3, Roles: 20}), nil, false)
	paths, err := filepath.Glob(filepath.Join(logs, "*"))
	if err != nil || len(paths) < 20 {
		t.Fatal(paths, err)
	}
	var want []string
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 9))
		rng.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
		dir := filepath.Join(t.TempDir(), "lake")
		for run := range slices.Chunk(paths, 5+rng.IntN(len(paths))) {
			ingest(t, dir, pipeline.WithBounds(pipeline.Options{Workers: 1 + rng.IntN(3)}, 100, 0, 4, 20+rng.IntN(200)), run...)
		}
		got := compactedFiles(t, dir)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: the files differ", seed)
		}
	}
}

// TestWorkersDoNotMatter: a run over log files of which every second one has the events of the one
// before makes the same files with any number of workers: of an event that several hold, the first one
// counts.
func TestWorkersDoNotMatter(t *testing.T) {
	logs := t.TempDir()
	for i, text := range corpusFiles(t, organisation.Options{Events: 800, Days: 3, EventsPerFile: 20, Accounts: 3, Roles: 20}) {
		for _, copied := range []string{"a", "b"} {
			write(t, logs, fmt.Sprintf("%03d%s", i, copied), text)
		}
	}
	var want []string
	for round := range min(50, killsWanted(t, 2)) {
		for _, workers := range []int{1, 2, 8, 16} {
			dir := filepath.Join(t.TempDir(), "lake")
			s := ingest(t, dir, pipeline.WithBounds(pipeline.Options{Workers: workers}, 600, 0, 0, 0), logs)
			if s.Records.Written != 800 || s.Records.Duplicate != 800 {
				t.Errorf("%d workers:\n%s", workers, s)
			}
			for _, row := range rowsOfLake(t, dir) {
				if object := row[parquet.ColSourceObject].(string); !strings.HasSuffix(object, "a") {
					t.Fatalf("round %d, %d workers: an event is taken from %s, the second one that holds it", round, workers, object)
				}
			}
			got := compactedFiles(t, dir)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Fatalf("round %d, %d workers: the files differ", round, workers)
			}
		}
	}
}

// compactedFiles compacts a lake, and returns the days of its files of events with what is in them.
func compactedFiles(t *testing.T, dir string) (files []string) {
	t.Helper()
	compact(t, dir, pipeline.CompactOptions{})
	for _, f := range eventFiles(t, dir) {
		text, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f.Partition+string(text))
	}
	return files
}

// TestCompactLeavesLargeFiles: what comes late is put together, and beside a compact file
// that is large enough, which stays. An event of that file does not come in again.
func TestCompactLeavesLargeFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	options := pipeline.WithCompactBounds(pipeline.CompactOptions{}, 100, 0, 0)
	add := func(first, n int) {
		logs := t.TempDir()
		for i := first; i < first+n; i++ {
			write(t, logs, fmt.Sprint(i), trail(record(i)))
		}
		ingest(t, dir, pipeline.Options{}, logs)
	}
	add(0, 40)
	add(40, 40)
	compact(t, dir, options)
	large := fileNames(t, dir)
	add(80, 3)
	add(83, 3)
	rng, twice := rand.New(rand.NewPCG(7, 3)), int64(0)
	for twice < 5 {
		twice += addTwice(t, dir, rng)
	}
	c := compact(t, dir, options)
	names := fileNames(t, dir)
	if len(large) != 1 || len(names) != 2 || !slices.Contains(names, large[0]) || c.Rows.Duplicate != twice || c.Rows.After != 86 {
		t.Errorf("%d events twice, files %q after %q:\n%s", twice, names, large, c)
	}
}

// TestCompactLeavesAFileInOrder: a day with one file that ingest wrote in the order of the
// lake is left alone, until another one comes.
func TestCompactLeavesAFileInOrder(t *testing.T) {
	logs, dir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	place(t, logs, corpusFiles(t, organisation.Options{Events: 4000, Days: 2, EventsPerFile: 20, Accounts: 3, Roles: 20}), nil, false)
	ingest(t, dir, pipeline.Options{Workers: 1}, logs)
	requireOrder(t, dir)
	names, groups := fileNames(t, dir), 0
	for _, f := range eventFiles(t, dir) {
		groups += len(groupsOf(t, f.Path, "caller_kind"))
	}
	if c := compact(t, dir, pipeline.CompactOptions{}); len(names) != 2 || groups <= 2 || c.Days.Already != 2 || c.Days.Compacted != 0 || !slices.Equal(fileNames(t, dir), names) {
		t.Errorf("files %q of %d row groups:\n%s", names, groups, c)
	}
	more := t.TempDir()
	write(t, more, "late", trail(strings.Replace(record(1), "2026-07-10", "2026-07-01", 1)))
	ingest(t, dir, pipeline.Options{}, more)
	if c := compact(t, dir, pipeline.CompactOptions{}); c.Days.Compacted != 1 || c.Days.Already != 1 {
		t.Error(c)
	}
	requireOrder(t, dir)

	flushed := filepath.Join(t.TempDir(), "lake") // several times
	ingest(t, flushed, pipeline.WithBounds(pipeline.Options{Workers: 1}, 0, 0, 0, 500), logs)
	if c := compact(t, flushed, pipeline.CompactOptions{}); c.Files.Before != 2 || c.Days.Compacted != 2 {
		t.Error(c)
	}
	requireOrder(t, flushed)
}

// TestCompactRefusesOlderFiles: a column that an older build did not write stays away,
// since reports tell by that what they cannot say.
func TestCompactRefusesOlderFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	lake, err := parquet.CreateLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	run, err := lake.Ledger().Begin("test")
	if err != nil {
		t.Fatal(err)
	}
	day, older := time.Date(2026, 7, 10, 0, 0, 0, 0, time.UTC), parquet.EventsSchema.Only("event_id", "event_time")
	b := parquet.NewBuilder(older)
	if err := b.Append("one", day); err != nil {
		t.Fatal(err)
	}
	entry := addFile(t, lake, run, parquet.EventsPath(day, [16]byte{1}), older, b)
	if err := cmp.Or(lake.Commit(run, parquet.Batch{Files: []parquet.FileEntry{entry}}), lake.Ledger().Finish(run)); err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Compact(t.Context(), lake, pipeline.CompactOptions{}); err == nil || !strings.Contains(err.Error(), "has no column event_version: an older roletrail made it") {
		t.Error(err)
	}
}

// addFile writes the rows of a builder as a file that counts when its entry is committed.
func addFile(t *testing.T, lake *parquet.Lake, run int64, path string, s *parquet.Schema, b *parquet.Builder) parquet.FileEntry {
	t.Helper()
	file, err := lake.Create(path, run)
	if err != nil {
		t.Fatal(err)
	}
	w, err := parquet.NewWriter(file, s)
	if err != nil {
		t.Fatal(err)
	}
	rows := int64(b.Rows())
	if err := cmp.Or(b.Flush(w), w.Close(map[string]string{"roletrail.derivation": "3"})); err != nil {
		t.Fatal(err)
	}
	written, err := file.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return written.Entry(path, rows)
}

// TestCompactOfSomeDays: days outside of the bounds stay.
func TestCompactOfSomeDays(t *testing.T) {
	logs, dir := t.TempDir(), filepath.Join(t.TempDir(), "lake")
	for id := 10; id < 20; id++ { // two runs of five days
		day := 10 + id%5
		if id == 15 {
			ingest(t, dir, pipeline.Options{}, logs)
		}
		write(t, logs, fmt.Sprint(id), trail(strings.Replace(strings.Replace(record(id), "2026-07-10", fmt.Sprintf("2026-07-%d", day), 1), "eu-west-1", fmt.Sprint(day), 1)))
	}
	ingest(t, dir, pipeline.Options{}, logs)
	c := compact(t, dir, pipeline.CompactOptions{Since: time.Date(2026, 7, 11, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 7, 13, 0, 0, 0, 0, time.UTC)})
	if c.Days.Total != 2 || c.Days.Compacted != 2 || c.Rows.After != 4 {
		t.Error(c)
	}
	if c := compact(t, dir, pipeline.CompactOptions{}); c.Days.Total != 5 || c.Days.Already != 2 {
		t.Error(c)
	}
}

// TestCompactedRowGroupsArePruned: of a compacted day the statistics leave a reader who
// asks for one role with few row groups; before, all had it.
func TestCompactedRowGroupsArePruned(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	dir := lakeOfRuns(t, corpusFiles(t, organisation.Options{Events: 3000, Days: 1, EventsPerFile: 30, Accounts: 3, Roles: 20}), rng)
	before, all := groupsWithRoles(t, dir)
	compact(t, dir, pipeline.WithCompactBounds(pipeline.CompactOptions{}, 0, 300, 0))
	after, groups := groupsWithRoles(t, dir)
	t.Logf("a role may be in %.1f of %d row groups before, in %.1f of %d after", before, all, after, groups)
	if before < 3*after || after > 3 || groups < 6 { // those of the changes have all roles
		t.Error("the row groups are not pruned")
	}
}

// groupsWithRoles is in how many row groups a role may be by their statistics, on the
// average of all roles, and how many there are.
func groupsWithRoles(t *testing.T, dir string) (perRole float64, groups int) {
	t.Helper()
	roles := map[string]bool{}
	for _, row := range rowsOfLake(t, dir) {
		if role, ok := row[parquet.ColRoleARN].(string); ok {
			roles[role] = true
		}
	}
	hits := 0
	for _, f := range eventFiles(t, dir) {
		for _, b := range boundsOf(t, f.Path, "role_arn") {
			groups++
			for role := range roles {
				if b.has && b.least <= role && role <= b.most {
					hits++
				}
			}
		}
	}
	return float64(hits) / float64(len(roles)), groups
}
