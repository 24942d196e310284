package organisation

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// tree makes the organisation once for all tests.
var tree = sync.OnceValues(Tree)

func mustTree(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func inflate(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !z.ModTime.IsZero() || z.Name != "" {
		t.Errorf("%s: gzip header bears time %v and name %q, so bytes would not be stable", name, z.ModTime, z.Name)
	}
	return out
}

func TestTwoRunsGiveTheSameBytes(t *testing.T) {
	first := mustTree(t)
	second, err := Tree()
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for name, content := range first {
		if !bytes.Equal(content, second[name]) {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

// TestCommittedFilesAreCurrent compares what is committed with what the
// generator writes now. Compressed files are compared inflated.
func TestCommittedFilesAreCurrent(t *testing.T) {
	want := mustTree(t)
	found := 0
	for _, folder := range []string{"AWSLogs", "bad", "iam", "trails", "scp", "roletrail.yaml", "expected"} {
		root := filepath.Join("..", folder)
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			name := strings.TrimPrefix(filepath.ToSlash(path), "../")
			compareCommitted(t, name, path, want[name])
			found++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found != len(want) {
		t.Errorf("%d files are committed, the generator writes %d; run: go run ./testdata/cloudtrail/generate", found, len(want))
	}
}

func compareCommitted(t *testing.T, name, path string, want []byte) {
	t.Helper()
	if want == nil && !strings.HasSuffix(name, "empty.json") {
		t.Errorf("%s is committed, but the generator does not write it: remove it", name)
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(name, "AWSLogs/") {
		got, want = inflate(t, name, got), inflate(t, name, want)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the generator writes now; run: go run ./testdata/cloudtrail/generate", name)
	}
}

func TestSize(t *testing.T) {
	total, objects := 0, 0
	for name, content := range mustTree(t) {
		total += len(content)
		if strings.HasPrefix(name, "AWSLogs/") {
			objects++
		}
	}
	if total > 4<<20 {
		t.Errorf("the organisation takes %d bytes, more than 4 MiB", total)
	}
	if objects > 1500 {
		t.Errorf("%d objects, more than 1500", objects)
	}
	if n := len(events(t)); n < 19_000 || n > 22_000 {
		t.Errorf("%d events, want about 20,000", n)
	}
}

var logKeyPattern = regexp.MustCompile(`^AWSLogs/(o-exampleorg/)?(\d{12})/(CloudTrail(?:-Insight|-NetworkActivity|-Aggregated)?)/([a-z]{2}-[a-z]+-\d)/(\d{4})/(\d\d)/(\d\d)/(\d{12})_([A-Za-z-]+)_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$`)

func TestKeyLayout(t *testing.T) {
	for name := range mustTree(t) {
		if !strings.HasPrefix(name, "AWSLogs/") || strings.Contains(name, "CloudTrail-Digest") {
			continue
		}
		m := logKeyPattern.FindStringSubmatch(name)
		if m == nil {
			t.Errorf("%s is no S3 key of CloudTrail", name)
			continue
		}
		for _, pair := range [][2]int{{2, 8}, {3, 9}, {4, 10}, {5, 11}, {6, 12}, {7, 13}} {
			if m[pair[0]] != m[pair[1]] {
				t.Errorf("%s: folder %q, file name %q", name, m[pair[0]], m[pair[1]])
			}
		}
	}
}

func TestAllJSONIsValid(t *testing.T) {
	for name, content := range mustTree(t) {
		if strings.HasPrefix(name, "bad/") {
			continue
		}
		if strings.HasSuffix(name, ".gz") {
			content = inflate(t, name, content)
		}
		if strings.HasSuffix(name, ".yaml") {
			continue
		}
		if !validJSON(content) {
			t.Errorf("%s is not valid JSON", name)
		}
	}
}

// validJSON tells whether content is one document after another, as the outputs of
// several commands are.
func validJSON(content []byte) bool {
	documents := 0
	for d := json.NewDecoder(bytes.NewReader(content)); ; documents++ {
		var one any
		if err := d.Decode(&one); err != nil {
			return errors.Is(err, io.EOF) && documents > 0
		}
	}
}

func TestWriteTree(t *testing.T) {
	dir := t.TempDir()
	if err := writeTree(dir, mustTree(t)); err != nil {
		t.Fatal(err)
	}
	for name, want := range mustTree(t) {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s: wrote other bytes than Tree made (%v)", name, err)
		}
	}
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeTree(blocked, mustTree(t)); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("writing below a file: got error %v", err)
	}
}

// TestBadFiles holds that the bad files are bad in the way they claim.
func TestBadFiles(t *testing.T) {
	files, err := badFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, broken := f.content, false
		if strings.HasSuffix(f.Name, ".gz") {
			content, broken = inflateBad(f.content)
		}
		var container struct{ Records []json.RawMessage }
		valid := json.Unmarshal(content, &container) == nil
		if f.Object == "ingested" && (broken || !valid) {
			t.Errorf("%s is called ingested but is no readable container", f.Name)
		}
		sum := f.Written + f.Quarantined
		if f.Name == "same-twice.json" {
			sum++
		}
		if f.Object == "ingested" && sum != len(container.Records) {
			t.Errorf("%s: %d records, but %d accounted for", f.Name, len(container.Records), sum)
		}
		if f.Object == "quarantined" && !broken && valid && len(content) < 1<<20 && len(container.Records) > 0 {
			t.Errorf("%s is called quarantined but reads well", f.Name)
		}
	}
}

// inflateBad reads one member and tells whether anything is wrong with the
// file, bytes behind the member included.
func inflateBad(content []byte) (out []byte, broken bool) {
	in := bytes.NewReader(content)
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, true
	}
	z.Multistream(false)
	out, err = io.ReadAll(z)
	return out, err != nil || in.Len() > 0
}
