package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"roletrail/cmd/internal/cli"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// TestCacheIsBounded: of a lake on S3 no more is fetched than --cache-size allows, and who asks for more is told so;
// what fits is fetched once.
func TestCacheIsBounded(t *testing.T) {
	server := s3test.New(t)
	for _, setting := range server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	server.Put("trails", "a.json", []byte(`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111111111111"}]}`))
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	store, err := bucket.OpenStore(t.Context(), "s3://lake/roletrail")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.IngestRemote(t.Context(), store, []pipeline.Source{&bucket.Source{Client: client, Bucket: "trails"}}, pipeline.Options{Version: "test"}); err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(t.TempDir(), "cache")
	ask := func(size string) (code int, said string, fetched int) {
		before := len(server.Calls())
		var out, errs bytes.Buffer
		p := &cli.Program{Args: []string{"coverage", "--lake", "s3://lake/roletrail", "--cache", cache, "--cache-size", size}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: t.TempDir(), Now: now.UTC}
		code = run(p, openDuckDB(nil))
		for _, c := range server.Calls()[before:] {
			if c.Action == "s3:GetObject" {
				fetched++
			}
		}
		return code, errs.String(), fetched
	}
	if code, said, fetched := ask("1KiB"); code != cli.ExitFailed || !strings.Contains(said, "no more than 1024 may be here; allow more with --cache-size") || fetched != 0 {
		t.Errorf("with too little room: code %d, %d objects fetched\n%s", code, fetched, said)
	}
	for _, want := range []int{2, 0} { // the events and the coverage of the log file
		if code, said, fetched := ask("1GiB"); code != cli.ExitDone || fetched != want {
			t.Errorf("with room: code %d, %d objects fetched, want %d\n%s", code, fetched, want, said)
		}
	}
}
