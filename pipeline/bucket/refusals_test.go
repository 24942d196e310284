package bucket_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
)

// TestThrottled: S3 that asks for less gets the same requests again, later, as many as there are; a run
// takes longer and reads everything.
func TestThrottled(t *testing.T) {
	server, store := openStore(t, "s3://lake/a")
	const logFiles = 70 // more than are fetched ahead
	for n := range logFiles {
		server.Put("trails", fmt.Sprintf("logs/%d.json", n), []byte(logFile(n)))
	}
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	var counting sync.Mutex
	asked := map[s3test.Call]int{}
	server.Refuse(func(c s3test.Call) int {
		counting.Lock()
		defer counting.Unlock()
		if asked[c]++; asked[c] <= 2 {
			return http.StatusServiceUnavailable
		}
		return 0
	})
	s := ingestFrom(t, t.TempDir()+"/lake", &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"})
	if s.Objects.Ingested != logFiles || s.Objects.Quarantined != 0 || s.Records.Written != logFiles {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	if err := put(t.Context(), store, "x", "content"); err != nil || string(server.Objects("lake", "a/")["x"]) != "content" {
		t.Errorf("%v, the lake has %v", err, server.Objects("lake", ""))
	}
	for c, n := range asked {
		if n != 3 {
			t.Errorf("%v was asked %d times", c, n)
		}
	}
	if len(asked) != 1+logFiles+1 {
		t.Errorf("asked for %d things", len(asked))
	}
}

// TestWrongClock: with a clock that is hours slow all is read and written, by the time that S3 tells; where
// it does not tell it, every error says what is wrong.
func TestWrongClock(t *testing.T) {
	server, _ := openStore(t, "s3://lake/a")
	server.Put("trails", "logs/a.json", []byte(logFile(1)))
	server.SetClock(3*time.Hour, true)
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	source := &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"}
	if o, err := source.Object(t.Context(), "logs/a.json", ""); err != nil || contentOf(t, o) != logFile(1) {
		t.Errorf("the first request, whose refusal has no text: %v", err)
	}
	if s := ingestFrom(t, t.TempDir()+"/lake", source); s.Objects.Ingested != 1 || s.Objects.Total != 1 {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	store, err := bucket.OpenStore(t.Context(), "s3://lake/a")
	if err != nil {
		t.Fatal(err)
	}
	if err := put(t.Context(), store, "x", "content"); err != nil || string(server.Objects("lake", "a/")["x"]) != "content" {
		t.Errorf("%v, the lake has %v", err, server.Objects("lake", ""))
	}
	if err := store.Delete(t.Context(), []string{"x"}); err != nil || len(server.Objects("lake", "")) != 0 {
		t.Errorf("%v, the lake has %v", err, server.Objects("lake", ""))
	}

	server.SetClock(-3*time.Hour, false)
	_, _, readErr := store.Read(t.Context(), "x", 10)
	for what, err := range map[string]error{
		"listing": source.List(t.Context(), nil), "reading": readErr,
		"writing": put(t.Context(), store, "y", "content"), "removing": store.Delete(t.Context(), []string{"x"}),
	} {
		if err == nil || !strings.Contains(err.Error(), "set the clock of this machine") || strings.Contains(err.Error(), "give this identity") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestThrottledForLong: what S3 does not answer any more is named, with the next step, and hinders no other.
func TestThrottledForLong(t *testing.T) {
	b := organisationBucket()
	const busy = "logs/AWSLogs/notes/a%2fb.json"
	b.statuses = map[string]int{busy: http.StatusServiceUnavailable}
	lake, source := t.TempDir()+"/lake", &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/"}
	s := ingestFrom(t, lake, source)
	if s.Objects.Ingested != 80 || len(s.Quarantine) != 1 || s.Quarantine[0].Object != "s3://trails/"+pipeline.ObjectName(busy) || !strings.Contains(s.Quarantine[0].Detail, "run again later") {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	b.statuses = nil
	if s := ingestFrom(t, lake, source); s.Objects.Ingested != 1 {
		t.Errorf("the second time: %s", s)
	}
}
