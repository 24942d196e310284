package pipeline

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"roletrail/cloudtrail"
	"roletrail/iam/action"
	"roletrail/testdata/cloudtrail/organisation"
)

// TestRecallIsWhatWasParsed: an identity that the store recalls is the one that its record
// has, with what is absent apart from what is empty.
func TestRecallIsWhatWasParsed(t *testing.T) {
	dir := t.TempDir()
	if err := organisation.Write(dir, organisation.Options{Events: 3000, EventsPerFile: 500, Accounts: 3, Roles: 100, Days: 2, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	texts := [][]byte{[]byte(`{"Records":[` +
		`{"eventID":"1","eventTime":"2026-07-01T00:00:00Z","eventSource":"sts.amazonaws.com","userIdentity":{}},` +
		`{"eventID":"2","eventTime":"2026-07-01T00:00:00Z","eventSource":"sts.amazonaws.com","userIdentity":{"type":"","userName":null,"x":[1]}},` +
		`{"eventID":"3","eventTime":"2026-07-01T00:00:00Z","eventSource":"sts.amazonaws.com"}]}`)}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
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
	b := defaultBounds()
	r := newRows(&b, action.NewMapper(action.Embedded()))
	decoder := cloudtrail.NewDecoder(cloudtrail.Limits{})
	identities := 0
	for _, text := range texts {
		doc, err := decoder.Decode(text, cloudtrail.Management)
		if err != nil {
			t.Fatal(err)
		}
		for i := range doc.Records {
			rec := &doc.Records[i]
			r.add(rec, "object")
			var want, got cloudtrail.Identity
			if rec.UserIdentity != nil {
				new(cloudtrail.IdentityParser).Parse(rec.UserIdentity, &want)
			}
			if r.recall(r.rows[len(r.rows)-1].identity, &got); !reflect.DeepEqual(got, want) {
				t.Fatalf("recalled %+v of %s", got, rec.UserIdentity)
			}
		}
		identities = max(identities, len(r.identities))
	}
	if identities < 100 {
		t.Errorf("%d identities, too few to tell anything", identities)
	}
}
