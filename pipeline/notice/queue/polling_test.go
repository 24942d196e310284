package queue_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/notice/queue"
)

// asked is a queue that notes how messages are asked for, and answers by a function.
type asked struct {
	queue.Client
	answer func(n int) ([]types.Message, error)

	mu    sync.Mutex
	asked []sqs.ReceiveMessageInput
	held  int // messages that were given out
	at    []time.Time
}

func (q *asked) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked, q.at = append(q.asked, *in), append(q.at, time.Now())
	if len(q.asked) > 2000 { // it would not end by a clock of the test's own
		q.mu.Unlock()
		<-ctx.Done()
		q.mu.Lock()
		return nil, ctx.Err()
	}
	n := len(q.asked)
	q.mu.Unlock()
	got, err := q.answer(n)
	q.mu.Lock()
	q.held += len(got)
	return &sqs.ReceiveMessageOutput{Messages: got}, err
}

func (q *asked) ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	return &sqs.ChangeMessageVisibilityBatchOutput{}, nil
}

// runFor receives from a queue for some time, by a clock of the test's own.
func runFor(t *testing.T, client *asked, d time.Duration) {
	t.Helper()
	find := func(context.Context, string) (*bucket.Source, error) {
		return &bucket.Source{Client: anyObject{}, Bucket: "trails"}, nil
	}
	q := queue.New(client, "https://sqs.eu-west-1.amazonaws.com/111111111111/trails", find, func(error) {})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { q.Run(ctx); close(ended) }()
	time.Sleep(d)
	cancel()
	<-ended
}

// TestLongPolling: messages are asked for ten at a time, SQS is to wait for them as long as it can, and they are
// kept from others from the first on.
func TestLongPolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &asked{answer: func(int) ([]types.Message, error) { time.Sleep(20 * time.Second); return nil, nil }}
		runFor(t, client, 5*time.Minute)
		for _, in := range client.asked {
			if in.WaitTimeSeconds != 20 || in.MaxNumberOfMessages != 10 || in.VisibilityTimeout != 120 {
				t.Errorf("asked %+v", in)
			}
		}
		if len(client.asked) == 0 {
			t.Error("nothing was asked")
		}
	})
}

// TestMessagesThatAreHeldAreBounded: of a queue of very many no more than a thousand are taken ahead of a round.
func TestMessagesThatAreHeldAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &asked{answer: func(n int) (got []types.Message, err error) {
			for i := range 10 {
				id := fmt.Sprint(n, "-", i)
				got = append(got, types.Message{MessageId: &id, ReceiptHandle: &id, Body: aws.String(created(id))})
			}
			return got, nil
		}}
		runFor(t, client, time.Hour)
		if client.held < 900 || client.held > 1000 {
			t.Errorf("%d messages are held", client.held)
		}
	})
}

// TestPausesAfterFailures grow to a minute: a queue out of reach is not asked all the time.
func TestPausesAfterFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &asked{answer: func(int) ([]types.Message, error) { return nil, errors.New("it is broken") }}
		runFor(t, client, time.Hour)
		last := client.at[len(client.at)-1]
		if n := len(client.asked); n < 200 || n > 300 || time.Since(last) > 2*time.Minute { // four receivers, each some sixty times
			t.Errorf("asked %d times in an hour, the last time %v ago", n, time.Since(last))
		}
	})
}

// TestSuccessEndsFailures: failures count one after another, and a round fails by those that stay alone.
func TestSuccessEndsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		broken.Store(true)
		client := &asked{answer: func(int) ([]types.Message, error) {
			if broken.Load() {
				return nil, errors.New("it is broken")
			}
			time.Sleep(20 * time.Second)
			return nil, nil
		}}
		find := func(context.Context, string) (*bucket.Source, error) { return nil, nil }
		q := queue.New(client, "https://sqs.eu-west-1.amazonaws.com/111111111111/trails", find, func(error) {})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { q.Run(ctx); close(ended) }()
		list := func() error { return q.List(ctx, func(pipeline.Object) error { return nil }) }
		time.Sleep(time.Second / 2)
		if err := list(); err != nil {
			t.Errorf("after the first failures: %v", err)
		}
		time.Sleep(10 * time.Minute)
		if err := list(); err == nil {
			t.Error("failures that stay fail no round")
		}
		broken.Store(false)
		time.Sleep(10 * time.Minute)
		if err := list(); err != nil {
			t.Errorf("when all is well again: %v", err)
		}
		cancel()
		<-ended
	})
}
