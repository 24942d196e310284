package queue_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/notice/queue"
)

// timed is a queue by whose clock messages come into sight again.
type timed struct {
	queue.Client

	mu       sync.Mutex
	messages map[string]*hidden // by id
	keeps    string             // the id of one that it does not delete
}

type hidden struct {
	body, receipt string
	until         time.Time
	received      int
}

func (q *timed) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	deadline := time.Now().Add(time.Duration(in.WaitTimeSeconds) * time.Second)
	for {
		if got := q.receive(in); len(got) > 0 || time.Now().After(deadline) {
			return &sqs.ReceiveMessageOutput{Messages: got}, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func (q *timed) receive(in *sqs.ReceiveMessageInput) (got []types.Message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, m := range q.messages {
		if m.until.Before(time.Now()) && len(got) < int(in.MaxNumberOfMessages) {
			m.received++
			m.receipt, m.until = fmt.Sprint(id, "-", m.received), time.Now().Add(time.Duration(in.VisibilityTimeout)*time.Second)
			got = append(got, types.Message{MessageId: aws.String(id), ReceiptHandle: aws.String(m.receipt), Body: aws.String(m.body)})
		}
	}
	return got
}

// byReceipt is the message of a receipt that still holds.
func (q *timed) byReceipt(receipt *string) (id string, m *hidden) {
	for id, m := range q.messages {
		if m.receipt == aws.ToString(receipt) {
			return id, m
		}
	}
	return "", &hidden{}
}

func (q *timed) ChangeMessageVisibilityBatch(_ context.Context, in *sqs.ChangeMessageVisibilityBatchInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range in.Entries {
		_, m := q.byReceipt(e.ReceiptHandle)
		m.until = time.Now().Add(time.Duration(e.VisibilityTimeout) * time.Second)
	}
	return &sqs.ChangeMessageVisibilityBatchOutput{}, nil
}

func (q *timed) DeleteMessageBatch(_ context.Context, in *sqs.DeleteMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := &sqs.DeleteMessageBatchOutput{}
	for _, e := range in.Entries {
		id, _ := q.byReceipt(e.ReceiptHandle)
		if id == q.keeps {
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: aws.String("InternalError")})
			continue
		}
		delete(q.messages, id)
	}
	return out, nil
}

// received says how often each message was given out.
func (q *timed) received() map[string]int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := map[string]int{}
	for id, m := range q.messages {
		n[id] = m.received
	}
	return n
}

// anyObject finds every object.
type anyObject struct{ bucket.Client }

func (anyObject) HeadObject(_ context.Context, in *s3.HeadObjectInput, _ ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return &s3.HeadObjectOutput{ContentLength: aws.Int64(1), ETag: in.Key, LastModified: &time.Time{}}, nil
}

// TestMessagesStayHiddenWhileTheyAreWorkedOn works on messages for half an hour, by a clock of the test's
// own: nobody gets them meanwhile. What then is not in the lake is left alone, and is given out again.
func TestMessagesStayHiddenWhileTheyAreWorkedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages = 35
		server := &timed{messages: map[string]*hidden{}}
		for n := range messages {
			server.messages[fmt.Sprint("m", n)] = &hidden{body: created(fmt.Sprint(n))}
		}
		find := func(context.Context, string) (*bucket.Source, error) {
			return &bucket.Source{Client: anyObject{}, Bucket: "trails"}, nil
		}
		q := queue.New(server, "https://sqs.eu-west-1.amazonaws.com/111111111111/trails", find, func(err error) { t.Error(err) })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { q.Run(ctx); close(ended) }()
		time.Sleep(30 * time.Second)
		listed := 0
		if err := q.List(ctx, func(pipeline.Object) error { listed++; return nil }); err != nil || listed != messages {
			t.Fatalf("listed %d, %v", listed, err)
		}
		time.Sleep(30 * time.Minute)
		if n := server.received(); slices.Max(slices.Collect(maps.Values(n))) != 1 {
			t.Errorf("messages that are worked on were given out again: %v", n)
		}
		poison := func(o pipeline.Object) bool { return o.Name == "s3://trails/7" }
		taken, failed, err := q.Settle(ctx, func(o pipeline.Object) (bool, error) { return !poison(o), nil })
		if taken != messages-1 || failed != 1 || err != nil {
			t.Errorf("taken %d, failed %d, %v", taken, failed, err)
		}
		time.Sleep(3 * time.Minute)
		if n := server.received(); len(n) != 1 || n["m7"] != 2 {
			t.Errorf("after what was not taken was let go: %v", n)
		}
		cancel()
		<-ended
	})
}

// TestMessageThatIsNotDeleted is not counted as taken: somebody is told, and it comes again.
func TestMessageThatIsNotDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &timed{messages: map[string]*hidden{}, keeps: "m1"}
		for n := range 12 {
			server.messages[fmt.Sprint("m", n)] = &hidden{body: created(fmt.Sprint(n))}
		}
		find := func(context.Context, string) (*bucket.Source, error) {
			return &bucket.Source{Client: anyObject{}, Bucket: "trails"}, nil
		}
		var warned []string
		q := queue.New(server, "https://sqs.eu-west-1.amazonaws.com/111111111111/trails", find, func(err error) { warned = append(warned, err.Error()) })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { q.Run(ctx); close(ended) }()
		settle := func() (taken, failed int) {
			t.Helper()
			time.Sleep(3 * time.Minute)
			err := q.List(ctx, func(pipeline.Object) error { return nil })
			if err == nil {
				taken, failed, err = q.Settle(ctx, func(pipeline.Object) (bool, error) { return true, nil })
			}
			if err != nil {
				t.Fatal(err)
			}
			return taken, failed
		}
		if taken, failed := settle(); taken != 11 || failed != 0 || len(warned) != 1 || !strings.Contains(warned[0], "1 are refused; they come again") {
			t.Errorf("taken %d, failed %d, told %q", taken, failed, warned)
		}
		server.mu.Lock()
		server.keeps = ""
		server.mu.Unlock()
		if taken, failed := settle(); taken != 1 || failed != 0 || len(server.received()) != 0 {
			t.Errorf("when it came again: taken %d, failed %d, left %v", taken, failed, server.received())
		}
		cancel()
		<-ended
	})
}
