package notice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// Handler answers the invocations of a Lambda function.
type Handler struct {
	// New makes what takes objects: at the first one, and again when one was given up.
	New func() (*Taker, error)
	Log *slog.Logger
	// Tell, if set, tells people what is to be told, for as long as ctx lasts.
	Tell func(ctx context.Context) error

	taker *Taker
	grace time.Duration // how long work may take to end when the time is over
}

// Start serves Lambda, for ever.
func (h *Handler) Start() { lambda.Start(h.Handle) }

// message is one that succeeds or fails for itself.
type message struct{ id, body string }

// Handle answers one invocation.
func (h *Handler) Handle(ctx context.Context, event json.RawMessage) (any, error) {
	messages, ordered, err := batch(event)
	if err != nil {
		h.Log.Error("an event that cannot be answered", "error", err.Error())
		return nil, err
	}
	ctx, cancel := h.inTime(ctx)
	defer cancel()
	defer h.tell(ctx)
	if messages == nil {
		return nil, h.message(ctx, message{body: string(event)})
	}
	failed := []events.SQSBatchItemFailure{}
	for i, m := range messages {
		if err := h.message(ctx, m); err == nil {
			continue
		}
		failed = append(failed, events.SQSBatchItemFailure{ItemIdentifier: m.id})
		if ordered { // what comes after one that failed must wait for it
			for _, m := range messages[i+1:] {
				failed = append(failed, events.SQSBatchItemFailure{ItemIdentifier: m.id})
			}
			break
		}
	}
	h.Log.Info("a batch of messages", "messages", len(messages), "failed", len(failed))
	return events.SQSEventResponse{BatchItemFailures: failed}, nil
}

// batch are the messages of an event from SQS, nil if it is none; ordered says that they
// must be taken in their order. A message without an id could not be given back.
func batch(event json.RawMessage) (messages []message, ordered bool, err error) {
	var sources struct {
		Records []struct {
			EventSource string `json:"eventSource"`
		} `json:"Records"`
	}
	if err := json.Unmarshal(event, &sources); err != nil {
		return nil, false, fmt.Errorf("reading an event: it is not JSON of a known form: %w", err)
	}
	queued := 0
	for _, r := range sources.Records {
		if r.EventSource == "aws:sqs" {
			queued++
		}
	}
	if queued == 0 {
		return nil, false, nil
	}
	if queued < len(sources.Records) {
		return nil, false, errors.New("reading an event: only some of its records are messages of SQS")
	}
	var e events.SQSEvent
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, false, fmt.Errorf("reading an event of SQS: %w", err)
	}
	seen := map[string]bool{}
	for i, m := range e.Records {
		if m.MessageId == "" || seen[m.MessageId] {
			return nil, false, fmt.Errorf("reading an event of SQS: message %d has no id of its own", i)
		}
		seen[m.MessageId] = true
		messages = append(messages, message{m.MessageId, m.Body})
		ordered = ordered || strings.HasSuffix(m.EventSourceARN, ".fifo")
	}
	return messages, ordered, nil
}

// answerTime is how much of the time of an invocation is kept for the answer: a part of
// it, at most some seconds.
const (
	answerPart = 5
	answerTime = 3 * time.Second
)

// inTime ends a little before the invocation does.
func (h *Handler) inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	kept := min(answerTime, time.Until(deadline)/answerPart)
	h.grace = kept / 2
	return context.WithDeadline(ctx, deadline.Add(-kept))
}

// tell tells what the messages brought, and what was left. That somebody cannot be told is no
// reason for a message to come again: it waits in the lake.
func (h *Handler) tell(ctx context.Context) {
	if h.Tell == nil || ctx.Err() != nil {
		return
	}
	if err := h.Tell(ctx); err != nil {
		h.Log.Error("telling of role changes", "error", err.Error())
	}
}

// message takes all that a message names. It returns nil only if all of it is in the lake,
// or needs not be.
func (h *Handler) message(ctx context.Context, m message) error {
	err := ctx.Err()
	if err == nil {
		err = h.within(ctx, m)
	}
	if err != nil {
		h.Log.Error("a message that failed", "message", m.id, "error", err.Error())
	}
	return err
}

// within does the work, but waits for it no longer than ctx allows. Work that does not
// end with ctx is given up, with what was doing it.
func (h *Handler) within(ctx context.Context, m message) error {
	notices, err := Parse([]byte(m.body))
	if err != nil {
		return err
	}
	for _, what := range notices.Other {
		h.Log.Info("a notice that needs no answer", "message", m.id, "about", what)
	}
	if len(notices.Objects) == 0 {
		return nil
	}
	taker, done := h.taker, make(chan worked, 1)
	go func() { done <- h.work(ctx, taker, m.id, notices.Objects) }()
	select {
	case w := <-done:
		h.taker = w.taker
		return w.err
	case <-ctx.Done():
	}
	select {
	case w := <-done:
		h.taker = w.taker
		return w.err
	case <-time.After(h.grace):
		h.taker = nil
		go h.giveUp(done)
		return ctx.Err()
	}
}

// worked is who took the objects of a message, and whether all of them.
type worked struct {
	taker *Taker
	err   error
}

func (h *Handler) work(ctx context.Context, taker *Taker, id string, objects []Object) worked {
	if taker == nil {
		var err error
		if taker, err = h.New(); err != nil {
			return worked{nil, err}
		}
	}
	return worked{taker, h.takeAll(ctx, taker, id, objects)}
}

// giveUp waits for work that ends some time, and its files with it.
func (h *Handler) giveUp(done <-chan worked) {
	if w := <-done; w.taker != nil {
		if err := w.taker.Close(); err != nil {
			h.Log.Error("ending work that was given up", "error", err.Error())
		}
	}
}

func (h *Handler) takeAll(ctx context.Context, taker *Taker, id string, objects []Object) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("taking the objects of a message: a mistake of this program: %v", r)
		}
	}()
	for _, o := range objects {
		if taker.Owns(o) {
			h.Log.Info("a notice of the lake's own object", "message", id, "bucket", o.Bucket, "key", o.Key)
			continue
		}
		receipt, err := taker.Take(ctx, o)
		if err != nil {
			return err
		}
		if !receipt.Valid() {
			return fmt.Errorf("taking %q: nothing says that it is in the lake", o.Key)
		}
		for _, q := range receipt.Quarantined() {
			h.Log.Warn("quarantined", "object", q.Object, "offset", q.Offset, "record", q.Record, "reason", q.Reason, "sha256", q.SHA256)
		}
		h.Log.Info("taken", "message", id, "bucket", o.Bucket, "key", o.Key, "outcome", receipt.String())
	}
	return nil
}
