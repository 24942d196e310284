package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"roletrail/pipeline"
	"roletrail/testdata/cloudtrail/organisation"
)

// TestOrderSplitsAndRepeatsDoNotMatter holds the promise that a lake depends on
// what was ingested and on nothing else: not on the order of files, on how they
// were split into runs and those into epochs, on workers, on repeats, nor on the
// container.
func TestOrderSplitsAndRepeatsDoNotMatter(t *testing.T) {
	files := corpusFiles(t, organisation.Options{Events: 1200, Days: 3, EventsPerFile: 20, Accounts: 3, Roles: 20})
	all := t.TempDir()
	place(t, all, files, rand.New(rand.NewPCG(1, 1)), false)
	first := filepath.Join(t.TempDir(), "lake")
	if s := ingest(t, first, pipeline.Options{Workers: 1}, all); s.Records.Written != 1200 {
		t.Fatalf("wrote %d records", s.Records.Written)
	}
	want := content(t, first)

	duplicates, epochs := int64(0), 0
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 7))
		lake := filepath.Join(t.TempDir(), "lake")
		rng.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		for start := 0; start < len(files); {
			n := min(1+rng.IntN(len(files)/2), len(files)-start)
			run := slices.Clone(files[start : start+n])
			for range rng.IntN(4) { // some files come again, under other names
				run = append(run, files[rng.IntN(start+n)])
			}
			dir := t.TempDir()
			place(t, dir, run, rng, true)
			options := pipeline.Options{Workers: 1 + rng.IntN(4)}
			if seed%2 == 1 { // epochs of a few files, of which each day gets several
				options = pipeline.WithBounds(options, 1+rng.Int64N(200), 0, 1+rng.IntN(8), 1+rng.IntN(60))
			}
			s := ingest(t, lake, options, dir)
			duplicates += s.Records.Duplicate
			epochs += pipeline.Epochs(s) - 1
			start += n
		}
		if got := content(t, lake); !slices.Equal(got, want) {
			t.Fatalf("seed %d: the lake differs: %d rows, want %d", seed, len(got), len(want))
		}
	}
	if duplicates == 0 {
		t.Error("no file came twice: the test did not test repeats")
	}
	if t.Logf("%d further epochs", epochs); epochs < 30 {
		t.Errorf("only %d further epochs", epochs)
	}
}

// corpusFiles returns the inflated files of a corpus.
func corpusFiles(t testing.TB, o organisation.Options) [][]byte {
	t.Helper()
	dir := t.TempDir()
	if err := organisation.Write(dir, o); err != nil {
		t.Fatal(err)
	}
	var files [][]byte
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files = append(files, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// place writes files under numbers as names, in any container if any is set.
func place(t testing.TB, dir string, files [][]byte, rng *rand.Rand, any bool) {
	t.Helper()
	for i, text := range files {
		if any {
			text = rewrap(t, text, rng.IntN(5))
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// rewrap puts a trail file's records into another container.
func rewrap(t testing.TB, text []byte, container int) []byte {
	t.Helper()
	var trail struct{ Records []json.RawMessage }
	if err := json.Unmarshal(text, &trail); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	switch container {
	case 0:
		return text
	case 1:
		return gzipped(text)
	case 2: // NDJSON
		for _, r := range trail.Records {
			out.Write(append(r, '\n'))
		}
	case 3: // EventBridge
		for _, r := range trail.Records {
			fmt.Fprintf(&out, `{"detail-type":"AWS API Call via CloudTrail","detail":%s}`, r)
		}
	case 4: // CloudWatch Logs
		out.WriteString(`{"messageType":"DATA_MESSAGE","logEvents":[`)
		for i, r := range trail.Records {
			message, err := json.Marshal(string(r))
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 {
				out.WriteByte(',')
			}
			fmt.Fprintf(&out, `{"id":"%d","message":%s}`, i, message)
		}
		out.WriteString(`]}`)
	}
	return out.Bytes()
}

func gzipped(text []byte) []byte {
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	if _, err := io.Copy(zw, bytes.NewReader(text)); err != nil {
		panic(err)
	}
	zw.Close()
	return out.Bytes()
}
