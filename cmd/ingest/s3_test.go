//go:build integration

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
)

// s3Objects is how many objects the bucket gets: far more than are fetched ahead. They are of 28 days, and
// objectsSince of the last nine.
const (
	s3Objects    = 2800
	objectsSince = s3Objects / 28 * 9
)

// TestLogsFromS3 puts log files into a bucket that versitygw keeps, reads them with
// bin/ingest, and compares the lake with one made of the same files in a folder.
func TestLogsFromS3(t *testing.T) {
	askVersitygw(t, startVersitygw(t).address)
	logs := t.TempDir()
	fillBucket(t, s3Objects, logs)

	lakes := t.TempDir()
	said := program(t, "ingest", "logs", "--lake", lakes+"/bucket", "s3://trails/AWSLogs/")
	if want := fmt.Sprintf("objects %d = ingested %d + already 0", s3Objects, s3Objects); !strings.Contains(said, want) {
		t.Errorf("bin/ingest does not say %q:\n%s", want, said)
	}
	if said := program(t, "ingest", "logs", "--lake", lakes+"/bucket", "--since", "2026-07-01", "s3://trails/AWSLogs/"); !strings.Contains(said, "ingested 0 + already") {
		t.Errorf("the second time:\n%s", said)
	}
	since := time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC)
	said = program(t, "ingest", "logs", "--lake", lakes+"/since", "--since", since.Format(time.DateOnly), "s3://trails/AWSLogs/")
	if want := fmt.Sprintf("objects %d = ingested", objectsSince); !strings.Contains(said, want) {
		t.Errorf("bin/ingest does not say %q:\n%s", want, said)
	}
	client, err := bucket.Connect(t.Context(), "trails")
	if err != nil {
		t.Fatal(err)
	}
	newest := 0
	err = (&bucket.Source{Client: client, Bucket: "trails", Prefix: "AWSLogs/", Since: since, Newest: true}).List(t.Context(), func(pipeline.Object) error { newest++; return nil })
	if err != nil || newest != objectsSince {
		t.Errorf("in one go %d objects, want %d: %v", newest, objectsSince, err)
	}
	program(t, "ingest", "logs", "--lake", lakes+"/folder", logs)
	const rows = "select count(*), count(distinct event_id), min(event_time), max(event_time), bit_xor(hash(event_id, event_time, role_arn, request_parameters)) from events"
	fromBucket, fromFolder := sqlRows(t, lakes+"/bucket", rows), sqlRows(t, lakes+"/folder", rows)
	if fmt.Sprint(fromBucket) != fmt.Sprint(fromFolder) || fromBucket[0][0] != fmt.Sprint(s3Objects*5) {
		t.Errorf("in the lake from the bucket %q, from the folder %q", fromBucket, fromFolder)
	}

	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
	out, err := exec.Command("../../bin/ingest", "logs", "--lake", lakes+"/refused", "s3://trails/AWSLogs/").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "s3:ListBucket") || strings.Contains(string(out), "wrong") {
		t.Errorf("with a wrong secret: %v\n%s", err, out)
	}
}

// askVersitygw lets the SDK ask that server and no other.
func askVersitygw(t *testing.T, address string) {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL_S3", address)
	for key, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "testsecret", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "",
	} {
		t.Setenv(key, value)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", empty)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", empty)
}

// fillBucket puts log files of five events into a new bucket, and into a folder if there is one.
func fillBucket(t *testing.T, logFiles int, folder string) {
	t.Helper()
	ctx := t.Context()
	client := newBuckets(t, "trails")
	numbers := make(chan int)
	var putting sync.WaitGroup
	for range 16 {
		putting.Go(func() {
			for n := range numbers {
				key, content := logFile(n)
				_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("trails"), Key: &key, Body: strings.NewReader(content)})
				if err == nil && folder != "" {
					path := filepath.Join(folder, filepath.FromSlash(key))
					err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n := range logFiles {
		numbers <- n
	}
	close(numbers)
	putting.Wait()
}

// logFile is a log file of five events and its key.
func logFile(n int) (key, content string) {
	day, account := 1+n%28, fmt.Sprintf("%012d", 111111111111+n/28%10)
	var records []string
	for i := range 5 {
		records = append(records, fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE111:s%d","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE111","arn":"arn:aws:iam::%[2]s:role/r"}}},"eventTime":"2026-07-%02[3]dT11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"eu-west-1","requestParameters":{"n":%[1]d},"eventID":"00000000-0000-0000-%04[4]d-%012[1]d","recipientAccountId":"%[2]s"}`, n, account, day, i))
	}
	return fmt.Sprintf("AWSLogs/%s/CloudTrail/eu-west-1/2026/07/%02d/%s_CloudTrail_eu-west-1_202607%02dT1145Z_%08d.json", account, day, account, day, n),
		`{"Records":[` + strings.Join(records, ",") + `]}`
}

// versitygw is a server that runs.
type versitygw struct {
	address string
	process *os.Process
}

// startVersitygw starts the server that VERSITYGW names on a free port, with more arguments,
// until the test ends. It keeps connections open, as S3 does.
func startVersitygw(t *testing.T, more ...string) *versitygw {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	args := append([]string{"--port", at, "--access", "test", "--secret", "testsecret", "--quiet", "--keep-alive"}, more...)
	cmd := exec.CommandContext(ctx, os.Getenv("VERSITYGW"), append(args, "posix", t.TempDir())...)
	if err := cmd.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		cmd.Wait() // it was killed
	})
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", at); err == nil {
			c.Close()
			return &versitygw{"http://" + at, cmd.Process}
		}
	}
	t.Fatal("versitygw does not listen after a minute")
	return nil
}
