package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"roletrail/pipeline"
	"roletrail/pipeline/awserr"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/notice"
)

// Client is what a queue asks of SQS.
type Client interface {
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

// Queue is a source of the objects that the messages of a queue name. [Queue.Run] must run
// beside the rounds that list and settle it.
type Queue struct {
	Client Client
	URL    string
	// Bucket finds where the objects of a bucket are read.
	Bucket func(ctx context.Context, name string) (*bucket.Source, error)
	// Allowed are the places that messages may name.
	Allowed notice.Allowed
	// Warn is told what went wrong with the queue or a message, from any goroutine.
	Warn func(error)

	news chan struct{}

	mu       sync.Mutex
	failures int                 // of requests for messages, one after the other
	failure  error               // the last of them
	room     *sync.Cond          // for more messages
	messages map[string]*message // that are held, by receipt
}

// message is one that is held. It is of a round from its List to its Settle.
type message struct {
	id, receipt, body string
	listed            bool
	names             []notice.Object
	objects           []pipeline.Object // that lie there, by names
	isRead            bool              // all of the objects were found, of which there may be none
	failure           error
}

const (
	// most is how many messages are held: a round of them is worth its commit, and all stay
	// invisible to others without many requests.
	most = 1000
	// receivers is how many requests for messages are made at a time.
	receivers = 4
	// perRequest is how many messages SQS takes or gives in one request.
	perRequest = 10
	// longPoll is how long SQS waits for messages, in seconds: as long as it can.
	longPoll = 20
	// visibility is how long messages are kept from others at a time, in seconds. Half of
	// it later this is renewed.
	visibility = 120
	// goodbye bounds what is done with messages though the watch has been stopped.
	goodbye = 20 * time.Second
)

// New makes a source of the queue of a URL, whether there is one or not, see [Queue.Check].
func New(client Client, url string, buckets func(ctx context.Context, name string) (*bucket.Source, error), warn func(error)) *Queue {
	q := &Queue{Client: client, URL: url, Bucket: buckets, Warn: warn, news: make(chan struct{}, 1), messages: map[string]*message{}}
	q.room = sync.NewCond(&q.mu)
	return q
}

// Check asks whether there is such a queue.
func (q *Queue) Check(ctx context.Context) error {
	_, err := q.Client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &q.URL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn}})
	if err != nil {
		return fmt.Errorf("asking for queue %q: %w", q.URL, explained(err))
	}
	return nil
}

// News tells that messages came.
func (q *Queue) News() <-chan struct{} { return q.news }

// Run receives messages, and keeps those that are held from others, until ctx ends.
func (q *Queue) Run(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.room.Broadcast()
	})
	defer stop()
	var working sync.WaitGroup
	for range receivers {
		working.Go(func() { q.receive(ctx) })
	}
	working.Go(func() { q.keep(ctx) })
	working.Wait()
}

// GiveBack lets others have the messages that are not done. No round may follow.
func (q *Queue) GiveBack() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	q.setVisibility(ctx, q.receipts(), 0)
}

// receive asks for messages again and again, later each time after failures.
func (q *Queue) receive(ctx context.Context) {
	for q.awaitRoom(ctx) {
		got, err := q.Client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &q.URL, MaxNumberOfMessages: perRequest, WaitTimeSeconds: longPoll, VisibilityTimeout: visibility})
		switch {
		case err == nil: // also of the last request, so that they are given back
			q.failed(nil)
			q.hold(got.Messages)
		case ctx.Err() != nil:
			return
		default:
			sleep(ctx, time.Second<<min(q.failed(err)/receivers, 6))
		}
	}
}

// failed notes how a request for messages ended, and counts the failures one after another.
// The first is told at once, and those that stay fail the rounds, see List.
func (q *Queue) failed(err error) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err == nil {
		q.failures, q.failure = 0, nil
		return 0
	}
	q.failures++
	q.failure = fmt.Errorf("receiving messages of queue %q: %w", q.URL, explained(err))
	if q.failures == 1 {
		q.Warn(fmt.Errorf("%w; trying again", q.failure))
	}
	return q.failures
}

// stayingFailures is from how many failures on a queue counts as out of reach: each of the
// receivers has had more than one.
const stayingFailures = 2*receivers + 1

// outOfReach is why no messages come, nil if they may.
func (q *Queue) outOfReach() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failures < stayingFailures {
		return nil
	}
	return q.failure
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// awaitRoom waits until messages may be received, false if ctx ends before.
func (q *Queue) awaitRoom(ctx context.Context) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for ctx.Err() == nil && len(q.messages)+receivers*perRequest > most {
		q.room.Wait()
	}
	return ctx.Err() == nil
}

func (q *Queue) hold(messages []types.Message) {
	if len(messages) == 0 {
		return
	}
	q.mu.Lock()
	for _, m := range messages {
		if m.ReceiptHandle != nil && m.Body != nil && m.MessageId != nil {
			q.messages[*m.ReceiptHandle] = &message{id: *m.MessageId, receipt: *m.ReceiptHandle, body: *m.Body}
		}
	}
	q.mu.Unlock()
	select {
	case q.news <- struct{}{}:
	default:
	}
}

// keep keeps the messages that are held from others.
func (q *Queue) keep(ctx context.Context) {
	ticker := time.NewTicker(visibility / 2 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			q.setVisibility(ctx, q.receipts(), visibility)
		}
	}
}

// receipts are those of the messages that are held.
func (q *Queue) receipts() (receipts []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for receipt := range q.messages {
		receipts = append(receipts, receipt)
	}
	return receipts
}

// setVisibility says for how many seconds messages are kept from others. One that others
// have got meanwhile comes twice, which the ledger bears.
func (q *Queue) setVisibility(ctx context.Context, receipts []string, seconds int32) {
	for batch := range batches(receipts) {
		entries := make([]types.ChangeMessageVisibilityBatchRequestEntry, len(batch))
		for i := range batch {
			entries[i] = types.ChangeMessageVisibilityBatchRequestEntry{Id: number(i), ReceiptHandle: &batch[i], VisibilityTimeout: seconds}
		}
		_, err := q.Client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.URL, Entries: entries})
		if err != nil && ctx.Err() == nil {
			q.Warn(fmt.Errorf("keeping messages of queue %q from others: %w", q.URL, explained(err)))
		}
	}
}

// List implements [pipeline.Source] with the objects of the messages that are held. What is
// wrong with one concerns its message alone; that none can be received is an error, which
// comes behind the objects of those that were.
func (q *Queue) List(ctx context.Context, fn func(pipeline.Object) error) error {
	round := q.round()
	sources, err := q.sources(ctx, round)
	if err != nil {
		return err
	}
	lookUp(ctx, round, sources)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	known := map[string]bool{}
	for _, m := range round {
		for _, o := range m.objects {
			if known[o.Name] {
				continue
			}
			known[o.Name] = true
			if err := fn(o); err != nil {
				return err
			}
		}
	}
	return q.outOfReach()
}

// round are the messages of a new round.
func (q *Queue) round() (round []*message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		m.listed, m.isRead, m.names, m.objects, m.failure = true, false, nil, nil, nil
		round = append(round, m)
	}
	return round
}

// sources reads the messages, and finds where the objects of the buckets that they name
// are read. A bucket of which that fails fails its messages.
func (q *Queue) sources(ctx context.Context, round []*message) (map[string]*bucket.Source, error) {
	sources := map[string]*bucket.Source{}
	failed := map[string]error{}
	for _, m := range round {
		notices, err := notice.Parse([]byte(m.body))
		m.names, m.failure = notices.Objects, err
		for _, o := range m.names {
			if err := q.Allowed.Check(o); err != nil {
				m.failure = err
				break
			}
			if sources[o.Bucket] == nil && failed[o.Bucket] == nil {
				source, err := q.Bucket(ctx, o.Bucket)
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				sources[o.Bucket], failed[o.Bucket] = source, err
			}
			if err := failed[o.Bucket]; err != nil {
				m.failure = err
			}
		}
	}
	return sources, nil
}

// lookUps is how many objects are asked for at a time.
const lookUps = 32

// lookUp finds size and time of the objects of messages. As those of a list they are read to
// their end when ctx ends.
func lookUp(ctx context.Context, round []*message, sources map[string]*bucket.Source) {
	var working sync.WaitGroup
	turn := make(chan struct{}, lookUps)
	for _, m := range round {
		if m.failure != nil {
			continue
		}
		working.Go(func() {
			for _, name := range m.names {
				turn <- struct{}{}
				if ctx.Err() != nil {
					m.failure = ctx.Err()
				} else if o, err := sources[name.Bucket].Object(context.WithoutCancel(ctx), name.Key, name.Version); err != nil {
					m.failure = fmt.Errorf("looking for %q: %w", "s3://"+name.Bucket+"/"+pipeline.ObjectName(name.Key), err)
				} else {
					o.Remote = true
					m.objects = append(m.objects, o)
				}
				<-turn
			}
			m.isRead = m.failure == nil && len(m.objects) == len(m.names)
		})
	}
	working.Wait()
}

// Settle ends a round: it deletes the messages of which all objects are in the lake, and
// lets go of the others. It counts both. The end of ctx does not end it: what is in the lake
// is done.
func (q *Queue) Settle(ctx context.Context, isIn func(pipeline.Object) (bool, error)) (taken, failed int, err error) {
	stopped := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	var done []string
	for _, m := range q.letGo() {
		in, err := m.isIn(isIn)
		switch {
		case err != nil:
			return taken, failed, err
		case in:
			done = append(done, m.receipt)
			continue
		case stopped: // it had no chance, and is given back when nobody receives any more
			q.holdAgain(m)
			continue
		case m.failure != nil:
			q.Warn(fmt.Errorf("message %s of queue %q: %w; it is left to the queue", pipeline.ObjectName(m.id), q.URL, m.failure))
		}
		failed++
	}
	for batch := range batches(done) {
		entries := make([]types.DeleteMessageBatchRequestEntry, len(batch))
		for i := range batch {
			entries[i] = types.DeleteMessageBatchRequestEntry{Id: number(i), ReceiptHandle: &batch[i]}
		}
		out, err := q.Client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &q.URL, Entries: entries})
		if err == nil && len(out.Failed) > 0 {
			taken -= len(out.Failed)
			q.Warn(fmt.Errorf("deleting messages of queue %q: %d are refused; they come again, and are known then", q.URL, len(out.Failed)))
		}
		if err != nil {
			q.Warn(fmt.Errorf("deleting messages of queue %q: %w; they come again, and are known then", q.URL, explained(err)))
			continue
		}
		taken += len(batch)
	}
	return taken, failed, nil
}

// letGo takes the messages of the round out of those that are held.
func (q *Queue) letGo() (round []*message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for receipt, m := range q.messages {
		if m.listed {
			round = append(round, m)
			delete(q.messages, receipt)
		}
	}
	q.room.Broadcast()
	return round
}

// holdAgain holds a message of a round on.
func (q *Queue) holdAgain(m *message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	m.listed = false
	q.messages[m.receipt] = m
}

// isIn reports whether all objects of a message are in the lake.
func (m *message) isIn(isIn func(pipeline.Object) (bool, error)) (bool, error) {
	if !m.isRead { // failed, or the watch was stopped before
		return false, nil
	}
	for _, o := range m.objects {
		if in, err := isIn(o); err != nil || !in {
			return false, err
		}
	}
	return true, nil
}

// batches divides what goes into requests.
func batches(all []string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for len(all) > 0 {
			n := min(len(all), perRequest)
			if !yield(all[:n]) {
				return
			}
			all = all[n:]
		}
	}
}

// number is the id of an entry in a request.
func number(i int) *string {
	text := fmt.Sprint(i)
	return &text
}

// explained says what SQS refused, and what to do about it.
func explained(err error) error {
	var missing *types.QueueDoesNotExist
	if errors.As(err, &missing) {
		return errors.New("there is no such queue")
	}
	return awserr.Unanswered(err)
}
