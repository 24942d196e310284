package pipeline_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// TestSameEventInTwoTrails ingests 100,000 events of which each tenth stands in two files: of one trail,
// or of two that log the same account, in one run or in two. Each is one row.
func TestSameEventInTwoTrails(t *testing.T) {
	const events, perFile, days = 100_000, 100, 20
	rng := rand.New(rand.NewPCG(7, 7))
	issued, twice := map[int]bool{}, 0
	trails := []string{"AWSLogs/111111111111", "organisation/AWSLogs/o-example/111111111111"}
	contents := make([][]string, 2*events/perFile) // records of files: those of a trail, then those of the other
	for id := range events {
		issued[id] = true
		text, file := recordAfter(id*days/events, id), 2*(id/perFile)+rng.IntN(2)
		contents[file] = append(contents[file], text)
		if id%10 == 0 { // most files that it comes in again are of about that day
			other := min(max(0, file+1-rng.IntN(4)), len(contents)-1)
			if other == file {
				other ^= 1
			}
			contents[other] = append(contents[other], text)
			twice++
		}
	}
	var all listed
	for file, records := range contents {
		text := string(trail(records...))
		all = append(all, pipeline.Object{
			Name: fmt.Sprintf("s3://trails/%s/CloudTrail/eu-west-1/%05d.json", trails[file%2], file),
			Size: int64(len(text)), Modified: int64(file),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
		})
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })

	dir := filepath.Join(t.TempDir(), "lake")
	var written, duplicate int64
	for _, run := range []listed{all[:len(all)/2], all[len(all)/2:]} {
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		s, err := pipeline.Ingest(t.Context(), lake, []pipeline.Source{run}, pipeline.Options{Workers: 2})
		if err := errors.Join(err, lake.Close()); err != nil || !s.Balanced() || s.Records.Duplicate < events/50 {
			t.Fatalf("%v\n%s", err, s)
		}
		written, duplicate = written+s.Records.Written, duplicate+s.Records.Duplicate
	}
	if written != events || duplicate != events/10 || twice != events/10 {
		t.Errorf("%d written and %d duplicate, want %d and %d", written, duplicate, events, twice)
	}
	if got := idsOf(t, dir); !slices.Equal(got, guids(issued)) {
		t.Errorf("the lake has %d rows, want each of %d events once", len(got), events)
	}
}
