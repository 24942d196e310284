package pipeline_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"roletrail/pipeline"
)

const organisationDir = "../testdata/cloudtrail"

// madeLake is a lake that is made when a test first asks for it. Each test gets a copy: to
// copy it takes a hundredth of the time that making it takes.
type madeLake struct {
	fill func(t *testing.T, dir string)
	once sync.Once
	dir  string // empty if it could not be made
}

// Of the organisation's logs alone, and of its logs with its inventory.
var (
	organisationLogs = &madeLake{fill: func(t *testing.T, dir string) {
		ingest(t, dir, pipeline.Options{}, filepath.Join(organisationDir, "AWSLogs"))
	}}
	organisationWhole = &madeLake{fill: func(t *testing.T, dir string) {
		if err := os.CopyFS(dir, os.DirFS(organisationLogs.made(t))); err != nil {
			t.Fatal(err)
		}
		takeInventory(t, dir)
	}}
)

func (l *madeLake) made(t *testing.T) string {
	t.Helper()
	l.once.Do(func() {
		dir, err := os.MkdirTemp("", "roletrail-lake-")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if l.dir == "" {
				os.RemoveAll(dir)
			}
		})
		l.fill(t, filepath.Join(dir, "lake"))
		l.dir = filepath.Join(dir, "lake")
	})
	if l.dir == "" {
		t.Fatal("the lake that tests share could not be made")
	}
	return l.dir
}

// copied is a copy of its own for a test.
func (l *madeLake) copied(t *testing.T) string {
	t.Helper()
	return copyOf(t, l.made(t))
}

func (l *madeLake) remove() {
	if l.dir != "" {
		os.RemoveAll(filepath.Dir(l.dir))
	}
}

// readAnswer reads the rows of one of the test organisation's expected answers.
func readAnswer[T any](t *testing.T, name string) []T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(organisationDir, "expected", name))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ Rows []T }
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Rows) == 0 {
		t.Fatalf("%s has no rows", name)
	}
	return answer.Rows
}

// TestOrganisation holds the balance of the test organisation to what its
// generator put into it.
func TestOrganisation(t *testing.T) {
	type family struct {
		Family                               string
		Objects, Records, Written, Duplicate int64
	}
	s := ingest(t, filepath.Join(t.TempDir(), "lake"), pipeline.Options{}, filepath.Join(organisationDir, "AWSLogs"))
	if s.Objects.Quarantined+s.Records.Quarantined != 0 {
		t.Errorf("something was quarantined:\n%s\n%+v", s, s.Quarantine)
	}
	for _, want := range readAnswer[family](t, "ingest.json") {
		got := s.Families[want.Family]
		if got.Objects != want.Objects || got.Records != want.Records {
			t.Errorf("%s: %+v, want %+v", want.Family, got, want)
		}
		if want.Family == "CloudTrail" && (s.Records.Written != want.Written || s.Records.Duplicate != want.Duplicate) {
			t.Errorf("%+v, want %+v", s.Records, want)
		}
	}
}

// TestBadFiles holds what becomes of each harmful file.
func TestBadFiles(t *testing.T) {
	type bad struct {
		Name, Object, Why    string
		Written, Quarantined int64
	}
	for _, want := range readAnswer[bad](t, "bad.json") {
		t.Run(want.Name, func(t *testing.T) {
			s := ingest(t, filepath.Join(t.TempDir(), "lake"), pipeline.Options{}, filepath.Join(organisationDir, "bad", want.Name))
			status := map[int64]string{s.Objects.Ingested: "ingested", s.Objects.Skipped: "skipped", s.Objects.Quarantined: "quarantined"}[1]
			if status != want.Object || s.Records.Written != want.Written || s.Records.Quarantined != want.Quarantined {
				t.Errorf("want %s, %d written, %d quarantined, since %s; got:\n%s\n%+v",
					want.Object, want.Written, want.Quarantined, want.Why, s, s.Quarantine)
			}
		})
	}
}
