package bucket_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
	"roletrail/pipeline/silence"
)

// breakOnce lets the first answers of every object break, each after another number of bytes, from the
// first to the last but one.
func breakOnce(size int, how ...s3test.Breaking) func(s3test.Call) s3test.Break {
	var mu sync.Mutex
	answers, objects := map[string]int{}, 0
	return func(c s3test.Call) s3test.Break {
		mu.Lock()
		defer mu.Unlock()
		if answers[c.Resource] == 0 {
			objects++
		}
		if answers[c.Resource]++; answers[c.Resource] > len(how) {
			return s3test.Break{}
		}
		return s3test.Break{How: how[answers[c.Resource]-1], After: objects * 7 % size}
	}
}

// beImpatient lets servers be silent for no longer than a second, until the test ends.
func beImpatient(t *testing.T) {
	whole := silence.Most
	t.Cleanup(func() { silence.Most = whole })
	silence.Most = time.Second
}

// TestConnectionsBreak: of connections that are cut, and of those on which nothing comes any more, what is
// missing is asked for again, and every object is read whole.
func TestConnectionsBreak(t *testing.T) {
	beImpatient(t)
	server, _ := openStore(t, "s3://lake/a")
	const logFiles = 90
	for n := range logFiles {
		server.Put("trails", fmt.Sprintf("logs/%d.json", n), []byte(logFile(n)))
	}
	server.BreakAnswers(breakOnce(len(logFile(0)), s3test.Cut, s3test.Silent, s3test.Cut))
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() + "/lake"
	s := ingestFrom(t, dir, &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"})
	if s.Objects.Ingested != logFiles || s.Objects.Quarantined != 0 || len(rows(t, dir)) != logFiles {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	asked := 0
	for _, c := range server.Calls() {
		if c.Action == "s3:GetObject" {
			asked++
		}
	}
	if asked < 4*logFiles {
		t.Errorf("asked %d times for %d objects, of which each broke three times", asked, logFiles)
	}
}

// TestServerThatSaysNothing is asked again, whatever it was asked for.
func TestServerThatSaysNothing(t *testing.T) {
	beImpatient(t)
	server, store := openStore(t, "s3://lake/a")
	server.Put("trails", "logs/a.json", []byte(logFile(1)))
	var mu sync.Mutex
	ignored := map[s3test.Call]bool{}
	server.Ignore(func(c s3test.Call) bool {
		mu.Lock()
		defer mu.Unlock()
		first := !ignored[c]
		ignored[c] = true
		return first
	})
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	if got := ingestFrom(t, t.TempDir()+"/lake", &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"}); got.Objects.Ingested != 1 {
		t.Errorf("%s\n%+v", got, got.Quarantine)
	}
	if err := put(t.Context(), store, "x", "content"); err != nil || string(server.Objects("lake", "a/")["x"]) != "content" {
		t.Errorf("%v, the lake has %v", err, server.Objects("lake", ""))
	}
	if len(ignored) != 3 {
		t.Errorf("the first time nothing was said about %v", ignored)
	}
}

// short is a bucket whose first answer of each object ends too soon, as if that were all of it.
type short struct {
	*store
	asked map[string]bool
}

func (b *short) GetObject(ctx context.Context, in *s3.GetObjectInput, o ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	out, err := b.store.GetObject(ctx, in, o...)
	if key := aws.ToString(in.Key); err == nil && !b.asked[key] {
		b.asked[key] = true
		out.Body = io.NopCloser(io.LimitReader(out.Body, 200))
	}
	return out, err
}

// TestAnswerThatEndsTooSoon is none: what the list says is missing is asked for.
func TestAnswerThatEndsTooSoon(t *testing.T) {
	b := &short{organisationBucket(), map[string]bool{}}
	var read []string
	source := &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/AWSLogs/o-1/111111111111/CloudTrail/eu-west-1/2026/06/"}
	err := source.List(t.Context(), func(o pipeline.Object) error { read = append(read, contentOf(t, o)); return nil })
	if err != nil || len(read) != 4 || b.ranges != 4 {
		t.Errorf("%d objects, %d requests for the rest of one, %v", len(read), b.ranges, err)
	}
	for _, text := range read {
		if !strings.HasSuffix(text, "]}") {
			t.Errorf("read %q", text)
		}
	}
}

// TestReplacedAfterABreak: when an object is replaced while it is read, nothing is made of the parts of the
// two; it is named, and the new one is read the next time.
func TestReplacedAfterABreak(t *testing.T) {
	server, _ := openStore(t, "s3://lake/a")
	server.Put("trails", "logs/a.json", []byte(logFile(1)))
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	server.BreakAnswers(func(c s3test.Call) s3test.Break {
		if c.Action != "s3:GetObject" {
			return s3test.Break{}
		}
		server.BreakAnswers(nil)
		server.Put("trails", "logs/a.json", []byte(logFile(2)))
		return s3test.Break{How: s3test.Cut, After: 200}
	})
	dir, source := t.TempDir()+"/lake", &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"}
	s := ingestFrom(t, dir, source)
	if s.Objects.Quarantined != 1 || len(s.Quarantine) != 1 || !strings.Contains(s.Quarantine[0].Detail, "it was replaced since it was listed; run again") {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	if s := ingestFrom(t, dir, source); s.Objects.Ingested != 1 {
		t.Errorf("the second time: %s", s)
	}
	if got := rows(t, dir); len(got) != 1 || !strings.Contains(got[0], fmt.Sprintf("%012d", 2)) {
		t.Errorf("the lake has %v", got)
	}
}

// TestLakeReplacedAfterABreak: of an object of a lake, of which nobody says beforehand what it is, no parts of
// two are put together either.
func TestLakeReplacedAfterABreak(t *testing.T) {
	server, store := openStore(t, "s3://lake/a")
	server.Put("lake", "a/x", []byte("some of the first"))
	server.BreakAnswers(func(s3test.Call) s3test.Break {
		server.BreakAnswers(nil)
		server.Put("lake", "a/x", []byte("and the second one"))
		return s3test.Break{How: s3test.Cut, After: 5}
	})
	body, err := store.Object(t.Context(), "x", 17).Open()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(body)
	if err := errors.Join(err, body.Close()); err == nil || !strings.Contains(err.Error(), "it was replaced") {
		t.Errorf("read %q, %v", text, err)
	}
}

// TestAnotherPartThanAskedFor is not taken for the rest of an object.
func TestAnotherPartThanAskedFor(t *testing.T) {
	b := organisationBucket()
	b.breaks, b.shift = 200, 1
	s := ingestFrom(t, t.TempDir()+"/lake", &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/AWSLogs/o-1/111111111111/CloudTrail/eu-west-1/2026/06/"})
	if s.Objects.Quarantined != 4 || s.Records.Total != 0 || !strings.Contains(s.Quarantine[0].Detail, "asked for what follows byte 200, S3 sent another part") {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
}

// TestArchivedObject is named, with the next step, and hinders no other.
func TestArchivedObject(t *testing.T) {
	b := organisationBucket()
	const archived = "logs/AWSLogs/notes/a%2fb.json"
	b.keys = map[string]string{archived: "InvalidObjectState"}
	s := ingestFrom(t, t.TempDir()+"/lake", &bucket.Source{Client: b, Bucket: "trails", Prefix: "logs/"})
	if s.Objects.Ingested != 80 || len(s.Quarantine) != 1 || s.Quarantine[0].Object != "s3://trails/"+pipeline.ObjectName(archived) || !strings.Contains(s.Quarantine[0].Detail, "restore it") {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
}

// TestRequesterPays: a bucket that lets who asks pay is listed and read by who agrees to that, also from
// where a connection broke, and by nobody else.
func TestRequesterPays(t *testing.T) {
	server, _ := openStore(t, "s3://lake/a")
	server.Put("trails", "logs/a.json", []byte(logFile(1)))
	server.LetPay("trails")
	server.BreakAnswers(breakOnce(len(logFile(1)), s3test.Cut))
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	source := &bucket.Source{Client: client, Bucket: "trails", Prefix: "logs/"}
	if err := source.List(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "AccessDenied") || !strings.Contains(err.Error(), "--requester-pays") {
		t.Errorf("who does not pay: %v", err)
	}
	if _, err := source.Object(t.Context(), "logs/a.json", ""); err == nil || !strings.Contains(err.Error(), "--requester-pays") {
		t.Errorf("an object that a notice names, and who does not pay: %v", err)
	}
	source.RequesterPays = true
	if s := ingestFrom(t, t.TempDir()+"/lake", source); s.Objects.Ingested != 1 || s.Records.Written != 1 {
		t.Errorf("%s\n%+v", s, s.Quarantine)
	}
	if o, err := source.Object(t.Context(), "logs/a.json", ""); err != nil || contentOf(t, o) != logFile(1) {
		t.Errorf("an object that a notice names: %v", err)
	}
	server.Refuse(func(s3test.Call) int { return http.StatusForbidden })
	if err := source.List(t.Context(), nil); err == nil || strings.Contains(err.Error(), "--requester-pays") {
		t.Errorf("who pays and may not list: %v", err)
	}
}
