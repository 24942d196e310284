package organisation

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// readCorpus reads all files below a folder.
func readCorpus(t *testing.T, dir string) (files map[string][]byte) {
	t.Helper()
	files = map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(dir)+"/")] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCorpusHasExactlyTheEvents(t *testing.T) {
	const want = 12_345
	dir := t.TempDir()
	if err := Write(dir, Options{Events: want, Roles: 500, Accounts: 7, Gzip: true}); err != nil {
		t.Fatal(err)
	}
	ids, names, roles := map[string]bool{}, map[string]bool{}, map[string]bool{}
	records, assumed, refused, size := 0, 0, 0, 0
	for name, content := range readCorpus(t, dir) {
		if !logKeyPattern.MatchString(name) {
			t.Errorf("%s is no S3 key of CloudTrail", name)
		}
		content = inflate(t, name, content)
		size += len(content)
		var container struct{ Records []event }
		if err := json.Unmarshal(content, &container); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range container.Records {
			e := &container.Records[i]
			records++
			ids[e.EventID], names[e.action()], roles[e.UserIdentity.SessionContext.SessionIssuer.ARN] = true, true, true
			if e.EventName == "AssumeRole" {
				assumed++
			}
			if e.outcome() == denied {
				refused++
			}
			if _, err := time.Parse(time.RFC3339, e.EventTime); err != nil || e.RecipientAccountID != strings.Split(name, "/")[2] {
				t.Fatalf("%s holds event %s of time %q and account %s", name, e.EventID, e.EventTime, e.RecipientAccountID)
			}
		}
	}
	if records != want || len(ids) != want {
		t.Errorf("%d records, %d distinct events, want %d of both", records, len(ids), want)
	}
	if len(names) < 300 || len(roles) < 250 {
		t.Errorf("only %d operations and %d roles", len(names), len(roles))
	}
	if share := assumed * 100 / records; share < 7 || share > 14 {
		t.Errorf("%d %% of the events are AssumeRole, want about 10", share)
	}
	if refused < want/100 || size/want < 1300 || size/want > 1700 {
		t.Errorf("%d denied, %d bytes an event: want more than 1 %% and about 1500", refused, size/want)
	}
}

func TestCorpusIsDeterministic(t *testing.T) {
	o := Options{Events: 3_000, Roles: 100, Accounts: 3, EventsPerFile: 50, Seed: 7}
	var runs [3]map[string][]byte
	for i := range runs {
		dir := t.TempDir()
		if i == 2 {
			o.Seed = 8
		}
		if err := Write(dir, o); err != nil {
			t.Fatal(err)
		}
		runs[i] = readCorpus(t, dir)
	}
	if len(runs[0]) < 20 || len(runs[0]) != len(runs[1]) {
		t.Fatalf("%d files, then %d", len(runs[0]), len(runs[1]))
	}
	for name, content := range runs[0] {
		if !bytes.Equal(content, runs[1][name]) {
			t.Errorf("%s differs between two runs", name)
		}
		if _, same := runs[2][name]; same {
			t.Errorf("%s is in the corpus of another seed too", name)
		}
	}
}

// TestCorpusMemoryIsBounded: memory depends on the size of files, not on their
// number.
func TestCorpusMemoryIsBounded(t *testing.T) {
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		var m runtime.MemStats
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	const events = 60_000 // 90 MB of JSON
	err := Write(t.TempDir(), Options{Events: events, EventsPerFile: 20, Roles: 1000, Gzip: true})
	close(stop)
	if err != nil {
		t.Fatal(err)
	}
	if most := <-peak; most > before.HeapAlloc+48<<20 {
		t.Errorf("the heap grew from %d to %d bytes for %d events in small files", before.HeapAlloc, most, events)
	}
}

func TestCorpusRefusesNonsense(t *testing.T) {
	for _, c := range []struct {
		options Options
		want    string
	}{
		{Options{Events: -1}, "must be positive"},
		{Options{Accounts: 9, Roles: 3}, "3 roles for 9 accounts"},
	} {
		if err := Write(t.TempDir(), c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.options, err, c.want)
		}
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(blocked, Options{Events: 2_000}); err == nil || !strings.Contains(err.Error(), "making folder") {
		t.Errorf("writing below a file: error %v", err)
	}
}

func TestCorpusHasFourHundredOperations(t *testing.T) {
	if n := len(parseOperations()); n != 400 {
		t.Errorf("%d operations, want 400", n)
	}
}
