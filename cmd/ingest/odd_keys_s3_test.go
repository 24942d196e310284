//go:build integration

package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestOddKeysOnS3 reads objects of versitygw, which lists keys as they are though it is asked to encode them:
// what looks as if it were encoded is none. Of a key that XML cannot hold it tells another one, which is
// quarantined and hinders none.
func TestOddKeysOnS3(t *testing.T) {
	askVersitygw(t, startVersitygw(t).address)
	client := newBuckets(t, "trails")
	for n, key := range []string{"AWSLogs/a\x01b.json", "AWSLogs/a+b c%2fd.json", "AWSLogs/<é>/&.json"} {
		_, content := logFile(n)
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("trails"), Key: &key, Body: strings.NewReader(content)}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("../../bin/ingest", "logs", "--lake", t.TempDir()+"/lake", "s3://trails/AWSLogs/").CombinedOutput()
	if said := string(out); err == nil || !strings.Contains(said, "objects 3 = ingested 2 + already 0 + skipped 0 + quarantined 1") {
		t.Errorf("bin/ingest says\n%s", said)
	}
}
