package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"roletrail/pipeline/alert"
)

// A lake on a store has no ledger, and what is still to be told of it lies in objects of its own:
//
//	outbox/WEBHOOK/KEY.json   what is to be told; stored before the log file counts as taken
//	outbox/WEBHOOK/KEY.told   it was told, or given up; stored when the webhook has answered
//	outbox/lease/SLOT         who tells, in a quarter of an hour, what was left
//
// KEY follows from the event, so that of an event that comes again, or in two log files, the first
// one alone stores it. Whoever stored it tells it, at once. What was not told is left to
// whoever takes the lease of a quarter of an hour, from a quarter of an hour on after it was stored.
// All are stored if there is none of their name, and never changed; compactions remove those of a
// month ago, which are no news any more.

const outboxFolder = "outbox/"

const (
	// leftAfter is when what was stored is taken to be left by who stored it, and how long a lease is.
	leftAfter = 15 * time.Minute
	// leaseEnd is how long before the end of that nobody tells any more by it.
	leaseEnd = 2 * time.Minute
	// mostLeft is how many messages are taken up by one lease.
	mostLeft = 200
	// maxMessage is how long a message may be, in bytes.
	maxMessage = 64 << 10
	// storing is how long a request of the outbox may take.
	storing = 30 * time.Second
)

// storedMessage is the content of an object.
type storedMessage struct {
	At     time.Time    `json:"at"` // when it was stored
	By     string       `json:"by"` // tells who stored it
	Change alert.Change `json:"change"`
}

// RemoteOutbox is the outbox of a lake on a store, as one process sees it. It is safe for concurrent
// use.
type RemoteOutbox struct {
	store    RemoteStore
	webhooks []string
	now      func() time.Time

	mu      sync.Mutex
	claimed map[string]storedMessage // stored by this process, of log files that do not count yet
	waiting map[string]*waiting      // to be told by this process, by name
	looked  time.Time                // when it was looked for what was left
}

// waiting is a message that this process is to tell.
type waiting struct {
	alert.Entry
	webhook    string
	due, until time.Time
}

// NewRemoteOutbox is one with messages to these webhooks.
func NewRemoteOutbox(store RemoteStore, webhooks ...string) *RemoteOutbox {
	return &RemoteOutbox{store: store, webhooks: webhooks, now: time.Now, claimed: map[string]storedMessage{}, waiting: map[string]*waiting{}}
}

func messageName(webhook, key string) string { return outboxFolder + webhook + "/" + key + ".json" }
func toldName(webhook, key string) string    { return outboxFolder + webhook + "/" + key + ".told" }

// put stores what is to be told of a log file that does not count yet. What others stored is
// theirs to tell.
func (o *RemoteOutbox) put(ctx context.Context, changes []toldChange) error {
	if o == nil {
		return nil
	}
	for _, c := range changes {
		for _, webhook := range o.webhooks {
			if err := o.putOne(ctx, messageName(webhook, c.key), c.change); err != nil {
				return fmt.Errorf("storing what is to be told of event %q: %w", c.change.EventID, err)
			}
		}
	}
	return nil
}

func (o *RemoteOutbox) putOne(ctx context.Context, name string, change alert.Change) error {
	o.mu.Lock()
	_, ours := o.claimed[name]
	o.mu.Unlock()
	if ours {
		return nil
	}
	m := storedMessage{At: o.now().UTC(), By: rand.Text(), Change: change}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	took, err := o.store.Claim(ctx, name, text)
	if err == nil && took {
		o.mu.Lock()
		o.claimed[name] = m
		o.mu.Unlock()
	}
	return err
}

// release lets be told what was stored of a log file that counts now.
func (o *RemoteOutbox) release(changes []toldChange) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range changes {
		for _, webhook := range o.webhooks {
			name := messageName(webhook, c.key)
			if m, ok := o.claimed[name]; ok {
				o.waiting[name] = &waiting{Entry: alert.Entry{Key: c.key, Change: m.Change}, webhook: webhook, until: m.At.Add(leftAfter - leaseEnd)}
				delete(o.claimed, name)
			}
		}
	}
}

// Due implements [alert.Outbox]. When this process has nothing to tell it looks for what was left,
// from time to time.
func (o *RemoteOutbox) Due(webhook string, now time.Time, most int) ([]alert.Entry, error) {
	if due := o.due(webhook, now, most); len(due) > 0 {
		return due, nil
	}
	if err := o.takeLeft(now); err != nil {
		return nil, fmt.Errorf("looking for what is still to be told of lake %q: %w", o.store, err)
	}
	return o.due(webhook, now, most), nil
}

func (o *RemoteOutbox) due(webhook string, now time.Time, most int) (due []alert.Entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, w := range o.waiting {
		switch {
		case now.After(w.until):
			delete(o.waiting, name) // it is for others, too, from now on
		case w.webhook == webhook && !now.Before(w.due):
			due = append(due, w.Entry)
		}
	}
	slices.SortFunc(due, func(a, b alert.Entry) int {
		return cmp.Or(a.Change.EventTime.Compare(b.Change.EventTime), strings.Compare(a.Key, b.Key))
	})
	return due[:min(len(due), most)]
}

// Settle implements [alert.Outbox].
func (o *RemoteOutbox) Settle(webhook string, keys []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), storing)
	defer cancel()
	for _, key := range keys {
		if err := o.store.Put(ctx, toldName(webhook, key), bytes.NewReader([]byte("{}\n")), 3); err != nil {
			return fmt.Errorf("noting in lake %q what was told: %w", o.store, err)
		}
		o.mu.Lock()
		delete(o.waiting, messageName(webhook, key))
		o.mu.Unlock()
	}
	return nil
}

// Postpone implements [alert.Outbox].
func (o *RemoteOutbox) Postpone(webhook string, keys []string, until time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, key := range keys {
		if w := o.waiting[messageName(webhook, key)]; w != nil {
			w.Tries, w.due = w.Tries+1, until
		}
	}
	return nil
}

// Waiting implements [alert.Outbox], of what this process is to tell.
func (o *RemoteOutbox) Waiting(webhook string) (n int, due time.Time, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, w := range o.waiting {
		if w.webhook != webhook {
			continue
		}
		if n++; n == 1 || w.due.Before(due) {
			due = w.due
		}
	}
	return n, due, nil
}

// takeLeft takes up what was left, if nobody else does in this quarter of an hour.
func (o *RemoteOutbox) takeLeft(now time.Time) error {
	slot := now.Truncate(leftAfter)
	until := slot.Add(leftAfter - leaseEnd)
	o.mu.Lock()
	looked := !o.looked.Before(slot)
	if !looked {
		o.looked = now // also when it fails: once in each slot is enough
	}
	o.mu.Unlock()
	if looked || !now.Before(until) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*storing)
	defer cancel()
	left, err := o.left(ctx, now)
	if err != nil || len(left) == 0 {
		return err
	}
	ours, err := o.store.Claim(ctx, fmt.Sprintf("%slease/%d", outboxFolder, slot.Unix()), []byte(rand.Text()))
	if err != nil || !ours {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for name, w := range left {
		w.until = until
		o.waiting[name] = w
	}
	return nil
}

// outboxKey is a name in the folder of a webhook: a hash, and what it is.
var outboxKey = regexp.MustCompile(`^([0-9a-f]{32,64})\.(json|told)$`)

// left are messages that their process did not tell.
func (o *RemoteOutbox) left(ctx context.Context, now time.Time) (map[string]*waiting, error) {
	left := map[string]*waiting{}
	for _, webhook := range o.webhooks {
		folder := outboxFolder + webhook + "/"
		messages, told := map[string]Object{}, map[string]bool{}
		err := o.store.List(ctx, folder, func(name string, object Object) error {
			found := outboxKey.FindStringSubmatch(strings.TrimPrefix(name, folder))
			switch {
			case found == nil:
			case found[2] == "told":
				told[found[1]] = true
			default:
				messages[found[1]] = object
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for key, object := range messages {
			if told[key] || len(left) >= mostLeft {
				continue
			}
			m, err := readMessage(object)
			if err != nil {
				return nil, fmt.Errorf("reading %q: %w", messageName(webhook, key), err)
			}
			if age := now.Sub(m.At); age >= leftAfter {
				// Each quarter of an hour counts as a try, so that it is given up some time.
				left[messageName(webhook, key)] = &waiting{Entry: alert.Entry{Key: key, Change: m.Change.Cleaned(), Tries: int(age / leftAfter)}, webhook: webhook}
			}
		}
	}
	return left, nil
}

func readMessage(object Object) (m storedMessage, err error) {
	body, err := object.Open()
	if err != nil {
		return m, err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, maxMessage+1))
	switch {
	case err != nil:
		return m, err
	case len(text) > maxMessage:
		return m, fmt.Errorf("it is longer than %d bytes", maxMessage)
	}
	return m, json.Unmarshal(text, &m)
}
