package bucket_test

import (
	"slices"
	"strings"
	"testing"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// TestOddKeys: objects whose keys are those that S3 allows and nobody expects are listed and read like all
// others, each under its own name; and what is empty, or is no log file, is counted and hinders none.
func TestOddKeys(t *testing.T) {
	server, _ := openStore(t, "s3://lake/a")
	keys := []string{"a\x01b.json", "a\x00b.json", "../up.json", "a/../b.json", "a%2fb.json", "a%00.json", "a+b c.json", "<&>\"'.json", "\u202ex.json", "day/é.json", "a+ %2b/\x01é/x.json"}
	keys = append(keys, strings.Repeat("k", 1024-len("logs/.json"))+".json")
	for n, key := range keys {
		server.Put("trails", "logs/"+key, []byte(logFile(n)))
	}
	server.Put("trails", "logs/empty.json", nil)
	server.Put("trails", "logs/digest.json", []byte(`{"awsAccountId":"111111111111","digestStartTime":"2026-07-10T10:00:00Z","digestEndTime":"2026-07-10T11:00:00Z","logFiles":[]}`))
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	source, lake := &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"}, t.TempDir()+"/lake"
	s := ingestFrom(t, lake, source)
	if o := s.Objects; o.Total != int64(len(keys))+2 || o.Ingested != int64(len(keys)) || o.Skipped != 1 || o.Quarantined != 1 || s.Quarantine[0].Object != "s3://trails/logs/empty.json" || s.Families["CloudTrail-Digest"].Objects != 1 {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	if s := ingestFrom(t, lake, source); s.Objects.Ingested != 0 || s.Objects.Already < int64(len(keys)) {
		t.Errorf("the second time: %s", s)
	}
	names := listS3(t, source)
	if len(slices.Compact(names)) != len(keys)+2 {
		t.Errorf("%d names of %d objects", len(slices.Compact(names)), len(keys)+2)
	}
	for _, key := range keys {
		if !slices.Contains(names, "s3://trails/logs/"+pipeline.ObjectName(key)) {
			t.Errorf("%q is not listed by its name", key)
		}
	}
}
