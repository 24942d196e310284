//go:build integration

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"roletrail/pipeline/notice/queue"
)

// TestWatchQueueAgainstMoto lets bin/ingest watch a queue that moto keeps, puts objects into
// a bucket whose notifications go there, and compares what is in the lake and what is left
// in the queue.
func TestWatchQueueAgainstMoto(t *testing.T) {
	useMoto(t, startMoto(t))
	ctx := t.Context()
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"))
	if err != nil {
		t.Fatal(err)
	}
	storage := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = true })
	client, err := queue.Connect(ctx, os.Getenv("AWS_ENDPOINT_URL")+"/123456789012/trails")
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("trails")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := storage.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("trails")}); err != nil {
		t.Fatal(err)
	}
	_, err = storage.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{Bucket: aws.String("trails"), NotificationConfiguration: &types.NotificationConfiguration{
		QueueConfigurations: []types.QueueConfiguration{{QueueArn: aws.String("arn:aws:sqs:us-east-1:123456789012:trails"), Events: []types.Event{types.EventS3ObjectCreated}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	lake := filepath.Join(t.TempDir(), "lake")
	w := &watching{t: t}
	w.start(filepath.Join("..", "..", "bin", "ingest"), "http", "watch", "--lake", lake, "--listen", "127.0.0.1:0", "--allow-source", "s3://trails", *made.QueueUrl)
	const objects = 120
	for n := range objects {
		body := fmt.Sprintf(`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"111111111111"}]}`, n)
		if n == 7 {
			body = `{"Rec`
		}
		key := fmt.Sprintf("AWSLogs/a b/%d+.json", n)
		if _, err := storage.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("trails"), Key: &key, Body: bytes.NewReader([]byte(body))}); err != nil {
			t.Fatal(err)
		}
	}
	w.await("/metrics", fmt.Sprintf(`roletrail_ingest_records_total{outcome="written"} %d`, objects-1))
	w.await("/metrics", `roletrail_ingest_quarantined_objects 1`)
	// The bucket's own test of the queue is a message too.
	w.await("/metrics", fmt.Sprintf(`roletrail_ingest_queue_messages_total{outcome="taken"} %d`, objects))
	t.Log(w.end())
	if rows := sqlRows(t, lake, "select count(*), count(distinct source_object) from events"); rows[0][0] != fmt.Sprint(objects-1) || rows[0][1] != fmt.Sprint(objects-1) {
		t.Errorf("in the lake are %v events and objects, want %d", rows, objects-1)
	}
	// Only the message of the damaged object is left, and visible again.
	var left []string
	for deadline := time.Now().Add(10 * time.Second); len(left) == 0 && time.Now().Before(deadline); {
		got, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: made.QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 60})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range got.Messages {
			left = append(left, aws.ToString(m.Body))
		}
	}
	counts, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: made.QueueUrl, AttributeNames: []sqstypes.QueueAttributeName{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"}})
	if err != nil {
		t.Fatal(err)
	}
	if hidden := counts.Attributes["ApproximateNumberOfMessagesNotVisible"]; counts.Attributes["ApproximateNumberOfMessages"] != "0" || hidden != "1" {
		t.Errorf("left in the queue: %v, of which were received %q", counts.Attributes, left)
	}
}
