package cloudtrail

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const realData = "../../shared/realdata"

// eachRealFile calls fn with the inflated text of every file of real data.
func eachRealFile(t testing.TB, fn func(path string, text []byte)) {
	t.Helper()
	if _, err := os.Stat(realData); err != nil {
		if _, fuzzing := t.(*testing.F); fuzzing {
			return // the other seeds remain
		}
		t.Skip("no real records beside the project")
	}
	err := filepath.WalkDir(realData, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(text, []byte("\x1f\x8b")) {
			zr, err := gzip.NewReader(bytes.NewReader(text))
			if err != nil {
				return err
			}
			if text, err = io.ReadAll(zr); err != nil {
				return err
			}
		}
		fn(path, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRealRecords decodes every real file on all paths and rebuilds every record.
func TestRealRecords(t *testing.T) {
	records, refused := 0, 0
	eachRealFile(t, func(path string, text []byte) {
		doc, err := decodeAll(t, text)
		if err != nil {
			refused++
			return
		}
		for i := range doc.Records {
			rec := &doc.Records[i]
			var want any
			if err := json.Unmarshal(rec.Raw, &want); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			mustRebuild(t, rec, want)
			records++
		}
	})
	t.Logf("%d records rebuilt, %d files refused", records, refused)
	if records < 3900 {
		t.Errorf("only %d records were checked", records)
	}
}
