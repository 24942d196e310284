package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// listed is a source of objects in the order in which it has them.
type listed []pipeline.Object

func (l listed) List(_ context.Context, fn func(pipeline.Object) error) error {
	for _, o := range l {
		if err := fn(o); err != nil {
			return err
		}
	}
	return nil
}

// dayAfter is the 1st of July 2026 and so many days.
func dayAfter(days int) time.Time { return time.Date(2026, 7, 1+days, 0, 0, 0, 0, time.UTC) }

// recordAfter is record(id) on another day.
func recordAfter(days, id int) string {
	return strings.Replace(record(id), "2026-07-10", dayAfter(days).Format(time.DateOnly), 1)
}

// delivery is an object as CloudTrail names it, delivered so many days after the 1st of July.
func delivery(day int, name string, text []byte) pipeline.Object {
	delivered := dayAfter(day).Format("20060102")
	return pipeline.Object{
		Name: fmt.Sprintf("AWSLogs/111111111111/CloudTrail/eu-west-1/111111111111_CloudTrail_eu-west-1_%sT1142Z_%s.json", delivered, name),
		Size: int64(len(text)), Modified: int64(day),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(text))), nil },
	}
}

// guids are the ids that record and recordAfter give to the events of these numbers, sorted.
func guids(events map[int]bool) (ids []string) {
	for id := range events {
		ids = append(ids, fmt.Sprintf("00000000-0000-0000-0000-%012d", id))
	}
	slices.Sort(ids)
	return ids
}

// idsOf are the ids of all rows of events, sorted.
func idsOf(t *testing.T, dir string) (ids []string) {
	t.Helper()
	for _, f := range eventFiles(t, dir) {
		err := parquet.ReadText(f.Path, []string{"event_id"}, func(row [][]byte) error {
			ids = append(ids, string(row[0]))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(ids)
	return ids
}

// TestRedelivery delivers 10,000 log files up to five times each, shuffled over several runs of
// several workers: under the same name, under other names, and up to 30 days late. A tenth of
// the events stand in two files. Every event is in the lake exactly once.
func TestRedelivery(t *testing.T) {
	const perFile, days, runs = 5, 40, 6
	files := 1_500
	if killsWanted(t, 1) > 1 { // in make integration
		files = 10_000
	}
	rng := rand.New(rand.NewPCG(11, 4))
	issued := map[int]bool{}
	var all listed
	twice, late, again := 0, 0, 0
	for file := range files {
		day := file * days / files
		var records []string
		for n := range perFile {
			id := file*perFile + n
			if file > 0 && rng.IntN(10) == 0 { // an event of an earlier file of about that day
				id = max(0, id-perFile-rng.IntN(200))
				twice++
			}
			issued[id] = true
			records = append(records, recordAfter(id/perFile*days/files, id))
		}
		text := trail(records...)
		for copies := 1 + rng.IntN(5); copies > 0; copies-- {
			name, lateness := fmt.Sprint(file), 0
			switch rng.IntN(3) {
			case 0: // the same object once more
				again++
			case 1:
				name = fmt.Sprint(file, "again", copies)
			case 2:
				name, lateness = fmt.Sprint(file, "late", copies), rng.IntN(31)
				late++
			}
			all = append(all, delivery(day+lateness, name, text))
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })

	dir := filepath.Join(t.TempDir(), "lake")
	var written, duplicate, already, epochs int64
	for i, run := range slices.Collect(slices.Chunk(all, len(all)/runs+1)) {
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		options := pipeline.WithBounds(pipeline.Options{Workers: 3 + i%2}, int64(files)*4/5, 0, 0, 0)
		s, err := pipeline.Ingest(t.Context(), lake, []pipeline.Source{run}, options)
		if err := errors.Join(err, lake.Close()); err != nil || !s.Balanced() {
			t.Fatalf("%v\n%s", err, s)
		}
		written, duplicate, already = written+s.Records.Written, duplicate+s.Records.Duplicate, already+s.Objects.Already
		epochs += int64(pipeline.Epochs(s))
	}
	if got := idsOf(t, dir); !slices.Equal(got, guids(issued)) || written != int64(len(issued)) {
		t.Errorf("%d rows, %d written, want each of %d events once", len(got), written, len(issued))
	}
	t.Logf("%d deliveries of %d files: %d events in two files, %d files late, %d under the same name of which %d were known; %d duplicates, %d epochs",
		len(all), files, twice, late, again, already, duplicate, epochs)
	if duplicate < int64(files) || already < int64(files)/20 || late < files/2 || epochs < 2*runs {
		t.Error("too little came again to say anything")
	}
}

// TestArrivalDoesNotMatter lets log files arrive in many orders, some of them up to 30 days
// late, in runs and epochs of any size: the lake is always the same.
func TestArrivalDoesNotMatter(t *testing.T) {
	permutations := killsWanted(t, 6)
	rng := rand.New(rand.NewPCG(30, 6))
	var all listed
	for file := range 24 {
		var records []string
		for n := range 4 {
			id := file*3 + n // the last one is the next file's first
			records = append(records, recordAfter(id%6, id))
		}
		all = append(all, delivery(6+rng.IntN(31), fmt.Sprint(file), trail(records...)))
	}
	var want []string
	splits := 0
	for n := range permutations {
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		dir := filepath.Join(t.TempDir(), "lake")
		for rest := all; len(rest) > 0; splits++ {
			size := min(1+rng.IntN(len(all)), len(rest))
			lake, err := parquet.CreateLake(dir)
			if err != nil {
				t.Fatal(err)
			}
			options := pipeline.WithBounds(pipeline.Options{Workers: 1 + rng.IntN(3)}, 1+rng.Int64N(40), 0, 1+rng.IntN(4), 1+rng.IntN(20))
			_, err = pipeline.Ingest(t.Context(), lake, []pipeline.Source{rest[:size]}, options)
			if err := errors.Join(err, lake.Close()); err != nil {
				t.Fatal(err)
			}
			rest = rest[size:]
		}
		got := content(t, dir)
		if want == nil {
			want = got
		}
		if len(got) != 73 || !slices.Equal(got, want) {
			t.Fatalf("order %d: %d events, want %d, or others", n, len(got), len(want))
		}
	}
	if t.Logf("%d orders, %d runs", permutations, splits); splits < 2*permutations {
		t.Errorf("only %d runs", splits)
	}
}
