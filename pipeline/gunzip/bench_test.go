package gunzip_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"

	"roletrail/pipeline/gunzip"
	"roletrail/testdata/cloudtrail/organisation"
)

// benchBytes is how much of a corpus the benchmark reads, as it is stored.
const benchBytes = 16 << 20

// newCorpus makes log files as testdata/cloudtrail/generate does.
func newCorpus(t testing.TB, events int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := organisation.Write(dir, organisation.Options{Events: events, Days: 14, Gzip: true}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// gzipFiles reads files below dir until they have limit bytes.
func gzipFiles(t testing.TB, dir string, limit int) (files [][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".gz" {
			return err
		}
		stored, err := os.ReadFile(path)
		files = append(files, stored)
		if limit -= len(stored); limit <= 0 {
			return fs.SkipAll
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// BenchmarkInflate is MB/s of content, for this package and for the library, of the
// log files in the folder that ROLETRAIL_CORPUS names, else of generated ones.
func BenchmarkInflate(b *testing.B) {
	dir := os.Getenv("ROLETRAIL_CORPUS")
	if dir == "" {
		dir = newCorpus(b, 100_000)
	}
	files := gzipFiles(b, dir, benchBytes)
	total, largest := 0, 0
	for _, stored := range files {
		size := int(binary.LittleEndian.Uint32(stored[len(stored)-4:]))
		total, largest = total+size, max(largest, size)
	}
	text := make([]byte, largest+gunzip.Spare)

	b.Run("own", func(b *testing.B) {
		b.SetBytes(int64(total))
		b.ReportAllocs()
		var own gunzip.Inflater
		for b.Loop() {
			for _, stored := range files {
				if _, ok := own.Inflate(text, stored); !ok {
					b.Fatal("refused")
				}
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		b.SetBytes(int64(total))
		b.ReportAllocs()
		var in bytes.Reader
		var library gzip.Reader
		for b.Loop() {
			for _, stored := range files {
				in.Reset(stored)
				if err := library.Reset(&in); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(&library, text); err != io.ErrUnexpectedEOF {
					b.Fatal(err)
				}
			}
		}
	})
}
