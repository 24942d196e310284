package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"roletrail/cmd/internal/cli"
	"roletrail/pipeline/bucket/s3test"
	"roletrail/pipeline/notice"
)

// TestDaysOfS3 asks for a day of a bucket: what is delivered from then on is read, and until 30 days after its end.
func TestDaysOfS3(t *testing.T) {
	server := s3test.New(t)
	inEnvironment(t, server.Environment(t))
	for n, day := range []string{"2026-06-30", "2026-07-01", "2026-07-02", "2026-07-31", "2026-08-01"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		server.Put("trails", trailFolder(at)+"a.json", oneEvent(n))
	}
	for flags, want := range map[string]string{
		"":                                      "objects 5 = ingested 5 ",
		"--since 2026-07-01":                    "objects 4 = ingested 4 ",
		"--until 2026-07-02":                    "objects 4 = ingested 4 ",
		"--since 2026-07-01 --until 2026-07-02": "objects 3 = ingested 3 ",
	} {
		args := append([]string{"logs"}, strings.Fields(flags)...)
		if got := said(t, append(args, "s3://trails/AWSLogs/")...); !strings.Contains(got, want) {
			t.Errorf("ingest logs %s says\n%s, want %q", flags, got, want)
		}
	}
}

// TestAgreeToPay reads a bucket that lets who asks pay, once and for ever; who does not agree is told how.
func TestAgreeToPay(t *testing.T) {
	server := s3test.New(t)
	inEnvironment(t, server.Environment(t))
	server.Put("trails", "AWSLogs/a.json", oneEvent(1))
	server.LetPay("trails")
	if got := said(t, "logs", "s3://trails/AWSLogs/"); !strings.Contains(got, "agree with --requester-pays") {
		t.Errorf("who does not agree is told\n%s", got)
	}
	if got := said(t, "logs", "--requester-pays", "s3://trails/AWSLogs/"); !strings.Contains(got, "objects 1 = ingested 1 ") {
		t.Errorf("who agrees is told\n%s", got)
	}
	if runtime.GOOS == "windows" {
		return // no signal for a single process
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &watching{t: t}
	w.start(self, "http", "watch", "--lake", filepath.Join(t.TempDir(), "lake"), "--listen", "127.0.0.1:0", "--poll", "1s", "--requester-pays", "s3://trails/AWSLogs/")
	w.await("/metrics", `roletrail_ingest_records_total{outcome="written"} 1`)
	w.end()
}

// TestQueueIsReadAsAsked: what is said of the buckets of messages holds for those that a queue names.
func TestQueueIsReadAsAsked(t *testing.T) {
	server := s3test.New(t)
	inEnvironment(t, server.Environment(t))
	sqs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		io.WriteString(w, `{"Attributes":{"QueueArn":"arn:aws:sqs:eu-west-1:111111111111:trails"}}`)
	}))
	t.Cleanup(sqs.Close)
	for _, asked := range []bool{false, true} {
		job := &watchJob{logs: logsJob{p: &cli.Program{Stderr: io.Discard, Dir: t.TempDir(), Now: time.Now}, requesterPays: asked}}
		if asked {
			var err error
			if job.allowed, err = notice.ParseAllowed([]string{"s3://trails/AWSLogs/"}); err != nil {
				t.Fatal(err)
			}
		}
		q, err := job.queue(t.Context(), sqs.URL+"/111111111111/trails")
		if err != nil {
			t.Fatal(err)
		}
		source, err := q.Bucket(t.Context(), "trails")
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := q.Allowed.Check(notice.Object{Bucket: "trails", Key: "others/a.json"})
		if source.RequesterPays != asked || (elsewhere != nil) != asked {
			t.Errorf("asked %v: it pays %v, and of another place it says %v", asked, source.RequesterPays, elsewhere)
		}
	}
}
