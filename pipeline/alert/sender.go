package alert

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Outbox holds what is to be told, one entry per webhook and change.
type Outbox interface {
	// Due are entries of a webhook whose time has come, the oldest first.
	Due(webhook string, now time.Time, most int) ([]Entry, error)
	// Settle takes entries from the outbox: they were told, or nobody will ever take them.
	Settle(webhook string, keys []string) error
	// Postpone counts a failed try and puts entries off.
	Postpone(webhook string, keys []string, until time.Time) error
	// Waiting is how many entries there are, and when the first is due.
	Waiting(webhook string) (n int, due time.Time, err error)
}

// Entry is a change in the outbox.
type Entry struct {
	Key    string
	Change Change
	Tries  int // that failed
}

// Webhook is where messages go.
type Webhook struct {
	// Name is that of the outbox's entries: "slack" or "webhook".
	Name    string
	Address Secret
}

// Names of webhooks, which are forms of messages, too.
const (
	Slack   = "slack"
	Generic = "webhook"
)

// Sender takes changes from an outbox to webhooks.
type Sender struct {
	Webhooks []Webhook
	Client   *http.Client // nil for one with a time limit
	Metrics  *Metrics
	// Warn is told of messages that were not accepted.
	Warn func(error)

	now    func() time.Time     // tests set the clock
	pause  time.Duration        // between two messages to a webhook, 0 for betweenMessages
	posted map[string]time.Time // when each got the last message
	rests  map[string]time.Time // until when it takes none
	told   []toldChange         // the newest that were accepted
}

const (
	// betweenMessages keeps to Slack's limit of one message a second.
	betweenMessages = time.Second
	// atOnce is how many entries are taken at a time.
	atOnce = 200
	// mostTries is after how many failed tries an entry is given up, some days.
	mostTries = 300
	// firstPause and longestPause bound how long a failed entry waits.
	firstPause   = 2 * time.Second
	longestPause = 15 * time.Minute
	// patience is how long one message may take.
	patience = 10 * time.Second
	// grace is how long a message may still take after a stop was asked for, less than the
	// ten seconds after which container engines kill.
	grace = 5 * time.Second
)

// Send tells what is due, for as long as ctx lasts; a message that is on its way then is
// waited for, some seconds more. That a webhook does not accept
// something is no error: it waits in the outbox.
func (s *Sender) Send(ctx context.Context, outbox Outbox) error {
	var errs []error
	for _, w := range s.Webhooks {
		errs = append(errs, s.sendTo(ctx, outbox, w))
		n, _, err := outbox.Waiting(w.Name)
		s.Metrics.waiting(w.Name, n)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (s *Sender) sendTo(ctx context.Context, outbox Outbox, w Webhook) error {
	for ctx.Err() == nil && !s.clock().Before(s.rests[w.Name]) {
		due, err := outbox.Due(w.Name, s.clock(), atOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		if _, err := s.tellAll(ctx, outbox, w, grouped(due)); err != nil {
			return err
		}
	}
	return nil
}

// tellAll posts a message about each group, until the webhook takes no more for now.
func (s *Sender) tellAll(ctx context.Context, outbox Outbox, w Webhook, groups [][]Entry) (more bool, err error) {
	for _, group := range groups {
		if more, err = s.tell(ctx, outbox, w, group); err != nil || !more {
			return more, err
		}
	}
	return true, nil
}

// tell posts a message about a group of entries. There is more to post afterwards, unless
// ctx has ended or the webhook takes no more for now.
func (s *Sender) tell(ctx context.Context, outbox Outbox, w Webhook, group []Entry) (more bool, err error) {
	if !s.paced(ctx, w) {
		return false, nil
	}
	var keys []string
	var changes []Change
	tries := 0
	for _, e := range group {
		keys, changes, tries = append(keys, e.Key), append(changes, e.Change), max(tries, e.Tries)
	}
	failure := s.post(ctx, w, changes)
	switch {
	case failure == nil:
		s.remember(w, changes)
		s.Metrics.sent(w.Name, len(keys))
		return true, outbox.Settle(w.Name, keys)
	case ctx.Err() != nil:
		return false, nil // cut off: nobody knows whether it arrived, so it is told again
	case failure.refused && len(group) > 1: // one of them may be at fault
		return s.tellAll(ctx, outbox, w, alone(group))
	case failure.refused || tries+1 >= mostTries:
		s.Metrics.failed(w.Name, len(keys))
		s.Warn(fmt.Errorf("telling %s of %s: %w; it is given up, its event is in the lake", w.Name, what(changes), failure))
		return true, outbox.Settle(w.Name, keys)
	}
	pause := max(failure.after, min(firstPause<<min(tries, 20), longestPause))
	s.rest(w, pause)
	s.Metrics.postponed(w.Name)
	s.Warn(fmt.Errorf("telling %s of %s: %w; trying again in %v", w.Name, what(changes), failure, pause.Round(time.Second)))
	return false, outbox.Postpone(w.Name, keys, s.rests[w.Name])
}

// rest lets a webhook alone for a while.
func (s *Sender) rest(w Webhook, pause time.Duration) {
	if s.rests == nil {
		s.rests = map[string]time.Time{}
	}
	s.rests[w.Name] = s.clock().Add(pause)
}

// what names changes in a message about a failure.
func what(changes []Change) string {
	if len(changes) == 1 {
		return fmt.Sprintf("event %q", changes[0].EventID)
	}
	return fmt.Sprintf("event %q and %d more", changes[0].EventID, len(changes)-1)
}

func (s *Sender) clock() time.Time {
	if s.now == nil {
		return time.Now()
	}
	return s.now()
}

// paced waits until the webhook may get another message, false if ctx ends before.
func (s *Sender) paced(ctx context.Context, w Webhook) bool {
	pause := s.pause
	if pause == 0 {
		pause = betweenMessages
	}
	if s.posted == nil {
		s.posted = map[string]time.Time{}
	}
	timer := time.NewTimer(time.Until(s.posted[w.Name].Add(pause)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		s.posted[w.Name] = time.Now()
		return true
	}
}
