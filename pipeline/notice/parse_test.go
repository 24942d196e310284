package notice_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/pipeline/notice"
)

// TestContracts reads a notice of every kind: testdata/*.json hold the event and what is to be
// read from it, as "objects" (s3://bucket/key, and its version if there is one), "other", or "error".
func TestContracts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("found %d notices, %v", len(files), err)
	}
	kinds := map[string]int{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Event   json.RawMessage `json:"event"`
			Objects []string        `json:"objects"`
			Other   []string        `json:"other"`
			Error   string          `json:"error"`
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		n, err := notice.Parse(c.Event)
		var objects []string
		for _, o := range n.Objects {
			name := "s3://" + o.Bucket + "/" + o.Key
			if o.Version != "" {
				name += " version " + o.Version
			}
			objects = append(objects, name)
		}
		switch {
		case c.Error != "":
			kinds["error"]++
			if err == nil || !strings.Contains(err.Error(), c.Error) || len(n.Objects)+len(n.Other) > 0 {
				t.Errorf("%s: error %v, want %s; read %v", path, err, c.Error, n)
			}
		case err != nil:
			t.Errorf("%s: %v", path, err)
		default:
			kinds["objects"] += len(objects)
			kinds["other"] += len(n.Other)
		}
		if fmt.Sprint(objects, n.Other) != fmt.Sprint(c.Objects, c.Other) {
			t.Errorf("%s: objects %q, other %q; want %q and %q", path, objects, n.Other, c.Objects, c.Other)
		}
	}
	if kinds["error"] < 10 || kinds["objects"] < 10 || kinds["other"] < 5 {
		t.Errorf("too few of a kind: %v", kinds)
	}
}

// FuzzParse: whatever comes is read or refused, and what is read names objects.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		var c struct {
			Event json.RawMessage `json:"event"`
		}
		if err := json.Unmarshal(text, &c); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(c.Event))
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		n, err := notice.Parse(event)
		if err == nil && len(n.Objects)+len(n.Other) == 0 {
			t.Errorf("nothing was read from %q, and nothing said of it", event)
		}
		for _, o := range n.Objects {
			if o.Bucket == "" || o.Key == "" {
				t.Errorf("read %+v from %q", o, event)
			}
		}
	})
}
