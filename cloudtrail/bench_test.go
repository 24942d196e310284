package cloudtrail

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"roletrail/testdata/cloudtrail/organisation"
)

// corpus makes log files that resemble production and returns their texts.
func corpus(t testing.TB, events, perFile int) [][]byte {
	t.Helper()
	dir := t.TempDir()
	options := organisation.Options{Events: events, EventsPerFile: perFile, Accounts: 3, Roles: 700, Days: 4, Seed: 1}
	if err := organisation.Write(dir, options); err != nil {
		t.Fatal(err)
	}
	var texts [][]byte
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		texts = append(texts, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// BenchmarkDecode measures decoding alone, in bytes and events per second.
func BenchmarkDecode(b *testing.B) {
	texts := corpus(b, 20_000, 200)
	var size, events int
	for _, text := range texts {
		size += len(text)
	}
	d := NewDecoder(Limits{})
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		events = 0
		for _, text := range texts {
			doc, err := d.Decode(text, Management)
			if err != nil {
				b.Fatal(err)
			}
			events += doc.Count
		}
	}
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// TestDecodeAllocatesNothingPerRecord holds that a decoder which has seen some files
// allocates for a file, and not for its records.
func TestDecodeAllocatesNothingPerRecord(t *testing.T) {
	d := NewDecoder(Limits{})
	for _, text := range corpus(t, 2_000, 500) {
		allocs := testing.AllocsPerRun(5, func() {
			if _, err := d.Decode(text, Management); err != nil {
				t.Fatal(err)
			}
		})
		if allocs > 3 {
			t.Errorf("%g allocations for a file of %d bytes", allocs, len(text))
		}
	}
}
