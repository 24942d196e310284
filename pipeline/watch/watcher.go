package watch

import (
	"cmp"
	"context"
	"errors"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/alert"
	"roletrail/pipeline/bucket"
)

// Watcher looks at sources until it is stopped.
type Watcher struct {
	Lake    Lake
	Sources []Source
	Options pipeline.Options
	// Every is how long it waits after a round before it looks again, unless a folder
	// tells of something new before.
	Every time.Duration
	// Told, if set, is called after each round: with its balance, and with what went wrong.
	Told    func(*pipeline.Summary, error)
	Metrics *Metrics
	// Alerts, if set, tells what [pipeline.Options.Telling] puts into the outbox of the lake.
	Alerts *alert.Sender
	// AlertAge is how old a role change may be, when a round begins, to be news; 0 for
	// [NewsAge].
	AlertAge time.Duration

	now func() time.Time // tests set the clock
}

// Source is a source that is looked at again and again.
type Source struct {
	pipeline.Source
	// Recent is the part of it in which new objects appear as a rule, as of some time; nil
	// if all of it is looked at every time.
	Recent func(now time.Time) pipeline.Source
	// Folder is the folder to be told about by the operating system, empty for others, and
	// Except one below it that is not: the lake.
	Folder, Except string
}

// notices is the source as one of messages, nil for others.
func (s *Source) notices() Notices {
	n, _ := s.Source.(Notices)
	return n
}

// Notices is a source of the objects that messages name.
type Notices interface {
	pipeline.Source
	// Run receives messages until ctx ends.
	Run(ctx context.Context)
	// News tells that messages came.
	News() <-chan struct{}
	// Settle ends a round: messages of which all objects are in the lake are taken, and
	// others left to come again.
	Settle(ctx context.Context, isIn func(pipeline.Object) (bool, error)) (taken, failed int, err error)
	// GiveBack leaves to others what came and was not settled.
	GiveBack()
}

const (
	// wholeEvery is how often the whole of a source is looked at that has a recent part:
	// log files may come late (P17), and very late ones are then found within a day.
	wholeEvery = 24 * time.Hour
	// settling is how long a file must have been left alone before it is read: one that is
	// still being written would be quarantined.
	settling = 2 * time.Second
	// tryAgain is when an object that could not be read is read again although it did not
	// change: the reason may have been the limits or the permissions.
	tryAgain = time.Hour
	// slowest is the longest pause after rounds that failed one after the other.
	slowest = 10 * time.Minute
)

// Run looks at the sources until ctx ends, and then returns when the round at hand has
// committed what it finished, with what went wrong with that. That a round fails is told,
// and the next one tries again: only of the first one, which shows a wrong path or missing
// rights, the error ends Run.
func (w *Watcher) Run(ctx context.Context) error {
	if w.now == nil {
		w.now = time.Now
	}
	w.Metrics.startAt(w.now())
	receiving, stopReceiving := context.WithCancel(ctx)
	defer stopReceiving()
	news, stop := newsOf(receiving, w.Sources)
	defer func() {
		stopReceiving()
		stop()
	}()
	var wholeAt time.Time // when all was looked at
	for failed := 0; ; {
		now := w.now()
		whole := now.Sub(wholeAt) >= wholeEvery
		unsettled, err := w.round(ctx, now, whole)
		switch {
		case ctx.Err() != nil && errors.Is(err, parquet.ErrLocked):
			return nil // it began nothing
		case ctx.Err() != nil:
			return err
		case err == nil:
			failed = 0
			if whole {
				wholeAt = now
			}
		case wholeAt.IsZero() && failed == 0 && !errors.Is(err, parquet.ErrLocked):
			return err
		default:
			failed++
		}
		heard := news
		if failed > 0 {
			heard = nil // what is new is no reason to fail again at once
		}
		if !w.wait(ctx, w.pause(failed, unsettled), heard) {
			return nil
		}
	}
}

// pause is how long to wait after a round.
func (w *Watcher) pause(failed int, unsettled bool) time.Duration {
	switch {
	case failed > 0:
		return min(w.Every<<min(failed-1, 16), max(slowest, w.Every))
	case unsettled:
		return min(w.Every, settling)
	}
	return w.Every
}

// wait waits for time to pass or for news, false if ctx ends before. Of news it waits until
// the files have settled.
func (w *Watcher) wait(ctx context.Context, pause time.Duration, news <-chan struct{}) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		case <-news:
			if pause > settling {
				pause = settling
				timer.Reset(pause)
			}
		}
	}
}

// round takes into the lake what is new. There are unsettled files if some were left for
// the next round.
func (w *Watcher) round(ctx context.Context, now time.Time, whole bool) (unsettled bool, err error) {
	start := time.Now()
	var summary *pipeline.Summary
	lake, err := w.Lake.Open()
	if err == nil {
		summary, unsettled, err = w.ingest(ctx, lake, now, whole)
		err = errors.Join(err, lake.Close())
	}
	w.Metrics.ended(summary, err, time.Since(start), w.now())
	if w.Told != nil {
		w.Told(summary, err)
	}
	return unsettled, err
}

func (w *Watcher) ingest(ctx context.Context, lake Round, now time.Time, whole bool) (*pipeline.Summary, bool, error) {
	set, err := lake.SetAside()
	if err != nil {
		return nil, false, err
	}
	w.Metrics.quarantined(len(set))
	sieve := sieve{now: now, quarantined: set}
	sources := make([]pipeline.Source, len(w.Sources))
	lost := make([]error, len(w.Sources))
	for i, s := range w.Sources {
		from := s.Source
		if s.Recent != nil && !whole {
			from = s.Recent(now)
		}
		if s.notices() == nil { // what failed comes again by itself
			from = sieve.of(from)
		}
		sources[i] = lenient{from, &lost[i]}
	}
	told := w.tell(ctx, lake) // what was put off
	options := w.Options
	options.Progress, options.RecentSince = w.Metrics.progress, now.Add(-cmp.Or(w.AlertAge, NewsAge))
	options.Committed = func(s *pipeline.Summary) {
		w.Metrics.committed(s)
		told = errors.Join(told, w.tell(ctx, lake))
	}
	summary, err := lake.Ingest(ctx, sources, options)
	if ctx.Err() != nil && err == pipeline.ErrInterrupted { //nolint:errorlint // joined with another error it is no plain stop
		err = nil
	}
	err = errors.Join(err, errors.Join(lost...), w.settle(ctx, lake), told)
	if summary.Objects.Ingested+summary.Objects.Skipped+summary.Objects.Quarantined > 0 {
		after, countErr := lake.SetAside()
		w.Metrics.quarantined(len(after))
		err = errors.Join(err, countErr)
	}
	return summary, sieve.unsettled, err
}

// telling is how long a round tells at a time: what is left waits for the next commit or
// round, for nobody else can write to the lake meanwhile.
const telling = 20 * time.Second

// tell takes to the webhooks what is due in the outbox.
func (w *Watcher) tell(ctx context.Context, lake Round) error {
	outbox := lake.Outbox()
	if w.Alerts == nil || outbox == nil {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, telling)
	defer stop()
	return w.Alerts.Send(ctx, outbox)
}

// lenient is a source whose failure to list keeps none of the others from being read. The
// round fails all the same.
type lenient struct {
	pipeline.Source
	failure *error
}

// List implements [pipeline.Source].
func (l lenient) List(ctx context.Context, fn func(pipeline.Object) error) error {
	var taken error // what fn said, which is no failure of the source
	err := l.Source.List(ctx, func(o pipeline.Object) error {
		taken = fn(o)
		return taken
	})
	if taken != nil || ctx.Err() != nil {
		return err
	}
	*l.failure = err
	return nil
}

// settle lets the messages go whose objects the lake has.
func (w *Watcher) settle(ctx context.Context, lake Round) error {
	var errs []error
	for _, s := range w.Sources {
		if n := s.notices(); n != nil {
			taken, failed, err := n.Settle(ctx, lake.Has)
			w.Metrics.settled(taken, failed)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// nothing reports that a source holds nothing yet, which is no mistake for one that is
// waited for.
func nothing(err error) bool {
	return errors.Is(err, pipeline.ErrNoFiles) || errors.Is(err, bucket.ErrNoObjects)
}
