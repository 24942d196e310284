package rolechange

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"roletrail/cloudtrail"
)

// example is an event and what is to be found in it.
type example struct {
	Source, Name      string
	Request, Response json.RawMessage
	Change, Severity  string
	Roles             []string
	Policy, Subject   string
	// NoChangeLike is the line of the table that an event comes near without being a
	// change.
	NoChangeLike string `json:"no_change_like"`
}

// record makes the record of a call that succeeded in account 111111111111.
func (e *example) record() *cloudtrail.Record {
	rec := &cloudtrail.Record{}
	rec.Text[cloudtrail.EventSource], rec.Text[cloudtrail.EventName] = []byte(e.Source), []byte(e.Name)
	rec.Text[cloudtrail.RecipientAccountID], rec.Text[cloudtrail.AWSRegion] = []byte("111111111111"), []byte("us-east-1")
	for field, text := range map[cloudtrail.JSON]json.RawMessage{cloudtrail.RequestParameters: e.Request, cloudtrail.ResponseElements: e.Response} {
		if len(text) > 0 && string(text) != "null" {
			rec.JSON[field] = text
		}
	}
	return rec
}

// read reads a record as ingest does.
func read(rec *cloudtrail.Record, outcome cloudtrail.Outcome) (*Event, Change, bool) {
	event := Find(rec.Text[cloudtrail.EventSource], rec.Text[cloudtrail.EventName])
	if event == nil {
		return nil, Change{}, false
	}
	var p cloudtrail.PassedRoleParser
	c, ok := new(Reader).Read(event, rec, outcome, p.Parse(rec))
	return event, c, ok
}

// TestExamples reads an event for every line of the table that is a change, and one
// that comes near and is none.
func TestExamples(t *testing.T) {
	text, err := os.ReadFile("testdata/examples.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	found, passed := map[string]bool{}, map[string]bool{}
	for line := range bytes.Lines(text) {
		var e example
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		rec := e.record()
		event, got, ok := read(rec, cloudtrail.Success)
		if e.NoChangeLike != "" {
			source, name, _ := strings.Cut(e.NoChangeLike, " ")
			passed[source+" "+string(cloudtrail.WithoutVersion([]byte(name)))] = true
			if ok {
				t.Errorf("%s: is a change, %+v", line, got)
			}
			continue
		}
		if !ok {
			t.Errorf("%s: is no change", line)
			continue
		}
		found[event.Source+" "+event.Name] = true
		summary := strings.TrimSuffix(event.Name+" "+e.Subject, " ")
		if event.Change != e.Change || got.Severity.String() != e.Severity || !slices.Equal(got.Roles, e.Roles) || got.Policy != e.Policy || got.Summary != summary {
			t.Errorf("%s:\ngot %s %+v", line, event.Change, got)
		}
		// Another source with the same name is somebody else's.
		rec.Text[cloudtrail.EventSource] = []byte(e.Source + ".example.com")
		if _, _, ok := read(rec, cloudtrail.Success); ok {
			t.Errorf("%s: is a change of another source too", line)
		}
	}
	events, err := parseEvents(eventsText)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if key := e.Source + " " + e.Name; !found[key] || !passed[key] {
			t.Errorf("%s has no example that is a change (%v), or none that is not (%v)", key, found[key], passed[key])
		}
	}
}

// TestKindsAreUsed holds the closed set to the table.
func TestKindsAreUsed(t *testing.T) {
	events, err := parseEvents(eventsText)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range Changes() {
		if !slices.ContainsFunc(events, func(e *Event) bool { return e.Change == kind }) {
			t.Errorf("no event is a %s", kind)
		}
	}
}

// TestTableMistakes are refused, each with its line.
func TestTableMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"iam X role_created":                   "line 1",
		"iam X made_up low":                    `"made_up"`,
		"iam X role_created grave":             `"grave"`,
		"iam X role_created low what=roleName": `"what=roleName"`,
		"iam X role_created low role":          `"role"`,
		"# head\niam X role_created low\niam X role_deleted low role=name": "line 3 of events.txt: iam.amazonaws.com X stands there twice",
	} {
		if _, err := parseEvents(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestFindAllocatesNothing, since it is asked of every event.
func TestFindAllocatesNothing(t *testing.T) {
	source, name, other := []byte("iam.amazonaws.com"), []byte("AttachRolePolicy"), []byte("DescribeInstances")
	if n := testing.AllocsPerRun(100, func() { Find(source, name); Find(source, other); Named(other) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
