//go:build integration

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestLambdaFromNotices lets versitygw give notice of what is put into a bucket, and
// bin/ingest take it as a Lambda function into a lake in another bucket. bin/report answers
// from there what it answers from a lake in a folder.
func TestLambdaFromNotices(t *testing.T) {
	const objects = 300
	notices, ofObject := make(chan string, 10*objects), make(chan bool, 10*objects)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		notices <- string(body)
		if bytes.Contains(body, []byte("ObjectCreated")) {
			ofObject <- true
		}
	}))
	defer hook.Close()
	address := startVersitygw(t, "--event-webhook-url", hook.URL).address
	askVersitygw(t, address)
	logs := t.TempDir()
	client := newBuckets(t, "trails", "lake")
	for n := range objects {
		key, content := logFile(n)
		path := filepath.Join(logs, filepath.FromSlash(key))
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("trails"), Key: &key, Body: strings.NewReader(content)})
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o700)
		}
		if err == nil {
			err = os.WriteFile(path, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		// (The server writes its notice out of a buffer that the next request on the
		// connection takes: a bucket was once called "trai".)
		select {
		case <-ofObject:
		case <-time.After(20 * time.Second):
			t.Fatalf("no notice of object %d came", n)
		}
	}

	program, err := filepath.Abs("../../bin/ingest")
	if err != nil {
		t.Fatal(err)
	}
	f := startFunction(t, program, "AWS_ENDPOINT_URL_S3="+address, lambdaLake+"=s3://lake/roletrail")
	start := time.Now()
	taken := answerAll(t, f, notices)
	t.Logf("%d notices, %d of them of log files, in %v", taken.all, taken.logs, time.Since(start).Round(time.Millisecond))
	if taken.logs != objects || taken.tests == 0 {
		t.Errorf("%+v", taken)
	}

	folder := filepath.Join(t.TempDir(), "lake")
	if out, err := exec.Command(program, "logs", "--lake", folder, logs).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const rows = "select count(*), count(distinct event_id), min(event_time), max(event_time), bit_xor(hash(event_id, event_time, role_arn, request_parameters)) from events"
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	onS3, inFolder := sqlRows(t, "s3://lake/roletrail", rows), sqlRows(t, folder, rows)
	if fmt.Sprint(onS3) != fmt.Sprint(inFolder) || onS3[0][0] != fmt.Sprint(objects*5) {
		t.Errorf("on S3 %q, in the folder %q", onS3, inFolder)
	}
	inventoryOnVersitygw(t)
}

// inventoryOnVersitygw takes inventories of one day into the lake, one after the other, and both at
// once: what a report sees is one of them.
func inventoryOnVersitygw(t *testing.T) {
	t.Helper()
	const role = `{"Arn":"arn:aws:iam::111111111111:role/%s","RoleId":"AROAEXAMPLEEXAMPLE111","AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]},"RolePolicyList":[],"AttachedManagedPolicies":[]}`
	take := func(name string) error {
		file := filepath.Join(t.TempDir(), "roles.json")
		if err := os.WriteFile(file, fmt.Appendf(nil, `{"RoleDetailList":[`+role+`]}`, name), 0o600); err != nil {
			return err
		}
		out, err := exec.Command("../../bin/ingest", "iam", "--lake", "s3://lake/roletrail", "--snapshot-date", "2026-08-01", "--cache", t.TempDir(), file).CombinedOutput()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
		return err
	}
	seen := func() string {
		return fmt.Sprint(sqlRows(t, "s3://lake/roletrail", "select name from roles order by 1"))
	}
	for _, name := range []string{"first", "second"} {
		if err := take(name); err != nil {
			t.Fatal(err)
		}
		if got := seen(); got != "[["+name+"]]" {
			t.Errorf("the roles are %s, want %s", got, name)
		}
	}
	errs := make(chan error, 2)
	for _, name := range []string{"one", "other"} {
		go func() { errs <- take(name) }()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	if got := seen(); got != "[[one]]" && got != "[[other]]" {
		t.Errorf("the roles are %s", got)
	}
}

// taken counts notices by what they are about.
type taken struct{ all, logs, own, tests int }

// answerAll gives the function every notice, until none comes any more.
func answerAll(t *testing.T, f *function, notices <-chan string) (n taken) {
	t.Helper()
	for {
		select {
		case notice := <-notices:
			n.all++
			switch {
			case strings.Contains(notice, "TestEvent"):
				n.tests++
			case strings.Contains(notice, "roletrail/"):
				n.own++
			case strings.Contains(notice, "AWSLogs/"):
				n.logs++
			}
			if a := f.invoke(notice, time.Minute); a.kind != "response" {
				t.Fatalf("answered %+v to %s\n%s", a, notice, f.log)
			}
		case <-time.After(3 * time.Second):
			return n
		}
	}
}

// newBuckets makes buckets, and a client for them.
func newBuckets(t *testing.T, names ...string) *s3.Client {
	t.Helper()
	settings, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	client := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = true })
	for _, name := range names {
		if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
	}
	return client
}
