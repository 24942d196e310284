package pipeline_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// fault is what the ledger must say of one thing that is wrong.
type fault struct {
	object string
	record int64
	offset int64
	reason string
	sum    [32]byte
}

// badRecords are some, and why they are set aside.
var badRecords = []struct{ text, reason string }{
	{`{"eventName":"x","eventSource":"s3.amazonaws.com"}`, "no eventTime"},
	{`{"eventTime":"yesterday","eventName":"x"}`, "eventTime is not a time"},
	{`"eventTime"`, "not an object"},
	{`7`, "not an object"},
	{`{"eventTime":"2026-07-10T11:42:05Z","eventName":` + nested(200) + `}`, "over the limit limits.depth (128)"},
}

// faultyFiles makes log files with bad records among good ones, and some that are bad as a
// whole, and what the quarantine must have of them.
func faultyFiles(rng *rand.Rand, faults int) (all listed, want map[fault]int, good int64) {
	want = map[fault]int{}
	for file := 0; len(want) < faults; file++ {
		name := fmt.Sprintf("%06d.json", file)
		var text bytes.Buffer
		text.WriteString(`{"Records":[`)
		var of []fault
		goodOnes := int64(0)
		for n := range 2 + rng.IntN(6) { // without a good one it would be no log file at all
			if n > 0 {
				text.WriteString("," + strings.Repeat("\n ", rng.IntN(3)))
			}
			if n == 0 || rng.IntN(3) == 0 {
				text.WriteString(record(file*10 + n))
				goodOnes++
				continue
			}
			bad := badRecords[rng.IntN(len(badRecords))]
			of = append(of, fault{name, int64(n), int64(text.Len()), bad.reason, sha256.Sum256([]byte(bad.text))})
			text.WriteString(bad.text)
		}
		text.WriteString(`]}`)
		stored := text.Bytes()
		switch rng.IntN(5) {
		case 0:
			stored = gzipped(stored)
		case 1: // none of its records counts
			reason := "the gzip stream ends too early"
			whole := gzipped(stored)
			switch stored = whole[:len(whole)-9]; rng.IntN(3) {
			case 0:
				stored, reason = append(bytes.Clone(whole), 'x'), "bytes follow the gzip member"
			case 1:
				stored, reason = append(bytes.Clone(whole), whole...), "a further gzip member follows the first one"
			}
			of, goodOnes = []fault{{name, parquet.WholeObject, 0, reason, sha256.Sum256(stored)}}, 0
		}
		for _, f := range of {
			want[f]++
		}
		good += goodOnes
		all = append(all, pipeline.Object{Name: name, Size: int64(len(stored)), Modified: 1,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(stored)), nil }})
	}
	return all, want, good
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// TestEveryFaultIsInQuarantine ingests 10,000 faults: each is in the quarantine of the
// ledger with its object, place, reason and the hash of its bytes, and nothing else is. A
// second run takes those that are bad as a whole again, and adds nothing.
func TestEveryFaultIsInQuarantine(t *testing.T) {
	const faults = 10_000
	all, want, good := faultyFiles(rand.New(rand.NewPCG(10, 10)), faults)
	dir := filepath.Join(t.TempDir(), "lake")
	wholes := int64(0)
	for f := range want {
		if f.record == parquet.WholeObject {
			wholes++
		}
	}
	for n := range 2 {
		lake, err := parquet.CreateLake(dir)
		if err != nil {
			t.Fatal(err)
		}
		options := pipeline.WithBounds(pipeline.Options{Workers: 3}, 2000, 0, 0, 0)
		s, err := pipeline.Ingest(context.Background(), lake, []pipeline.Source{all}, options)
		if err := errors.Join(err, lake.Close()); err != nil || !s.Balanced() {
			t.Fatalf("%v\n%s", err, s)
		}
		if n == 0 && (s.Records.Written != good || s.Records.Quarantined != int64(len(want))-wholes) || s.Objects.Quarantined != wholes || n > 0 && s.Objects.Already != int64(len(all))-wholes {
			t.Errorf("run %d, %d good records and %d faults, %d of them whole objects:\n%s", n, good, len(want), wholes, s)
		}
		got := map[fault]int{}
		for _, q := range quarantine(t, dir) {
			got[fault{q.Object, q.Record, q.Offset, q.Reason, q.SHA256}]++
		}
		if !maps.Equal(got, want) {
			for f, times := range want {
				if got[f] != times {
					t.Fatalf("run %d: %d entries, want %d; %+v stands there %d times", n, len(got), len(want), f, got[f])
				}
			}
			t.Errorf("run %d: %d entries, want %d", n, len(got), len(want))
		}
	}
	if wholes < 500 || good < 2000 || len(want) < faults {
		t.Errorf("%d faults, %d of them whole objects, %d good records", len(want), wholes, good)
	}
}
