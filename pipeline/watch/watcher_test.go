package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"roletrail/parquet"
	"roletrail/pipeline"
)

func record(id int, account string) string {
	return fmt.Sprintf(`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":%q}]}`, id, account)
}

// place writes a file that was left alone for a while.
func place(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
}

// watched is a watcher of a folder, and what it told.
type watched struct {
	Watcher
	t        *testing.T
	lake     string
	logs     string
	registry *prometheus.Registry

	mu   sync.Mutex
	told chan round
}

type round struct {
	summary pipeline.Summary
	err     error
}

func newWatched(t *testing.T) *watched {
	dir := t.TempDir()
	w := &watched{t: t, lake: filepath.Join(dir, "lake"), logs: filepath.Join(dir, "logs"), registry: prometheus.NewRegistry(), told: make(chan round, 1000)}
	if err := os.Mkdir(w.logs, 0o755); err != nil {
		t.Fatal(err)
	}
	w.Watcher = Watcher{
		Lake:    InFolder(w.lake),
		Sources: []Source{{Source: pipeline.Files{Path: w.logs}}},
		Options: pipeline.Options{Workers: 1},
		Every:   time.Millisecond,
		Metrics: NewMetrics(w.registry),
		Told: func(s *pipeline.Summary, err error) {
			r := round{err: err}
			if s != nil {
				r.summary = *s
			}
			w.told <- r
		},
	}
	return w
}

// start runs the watcher; stop ends it and returns what Run returned.
func (w *watched) start() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	return func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(time.Minute):
			w.t.Fatal("it does not stop")
			return nil
		}
	}
}

// await waits for a round of which a condition holds.
func (w *watched) await(what string, holds func(round) bool) round {
	w.t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case r := <-w.told:
			if holds(r) {
				return r
			}
		case <-deadline:
			w.t.Fatalf("no round with %s", what)
		}
	}
}

func (w *watched) rows() (n int64) {
	w.t.Helper()
	lake, err := parquet.OpenLake(w.lake)
	if err != nil {
		w.t.Fatal(err)
	}
	defer lake.Close()
	totals, err := lake.Ledger().Totals()
	if err != nil {
		w.t.Fatal(err)
	}
	return totals.Written
}

func TestWhatComesIsIngestedOnce(t *testing.T) {
	w := newWatched(t)
	stop := w.start()
	w.await("nothing in it", func(r round) bool { return r.err == nil && r.summary.Objects.Total == 0 })
	for n := range 5 {
		place(t, filepath.Join(w.logs, "a", fmt.Sprint(n), "x.json"), record(n, "111111111111"))
		w.await("a new object", func(r round) bool { return r.summary.Objects.Ingested == 1 && r.summary.Records.Written == 1 })
	}
	w.await("nothing new", func(r round) bool { return r.summary.Objects.Already == 5 && r.summary.Objects.Ingested == 0 })
	if err := stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	if n := w.rows(); n != 5 {
		t.Errorf("%d rows, want 5", n)
	}
}

// TestFoldersTellOfNews waits for an hour, unless the folder tells.
func TestFoldersTellOfNews(t *testing.T) {
	w := newWatched(t)
	w.Every = time.Hour
	w.Sources[0].Folder = w.logs
	stop := w.start()
	w.await("nothing in it", func(r round) bool { return r.summary.Objects.Total == 0 })
	start := time.Now()
	for n, folder := range []string{"", "new/folder"} { // the second appears while it is watched
		place(t, filepath.Join(w.logs, folder, "x.json"), record(n, "111111111111"))
		w.await("the new object", func(r round) bool { return r.summary.Objects.Ingested == 1 })
	}
	if err := stop(); err != nil || time.Since(start) > 30*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

// TestFilesSettleFirst writes a file in two parts: what is read is the whole.
func TestFilesSettleFirst(t *testing.T) {
	w := newWatched(t)
	text := record(1, "111111111111")
	path := filepath.Join(w.logs, "x.json")
	if err := os.WriteFile(path, []byte(text[:50]), 0o600); err != nil {
		t.Fatal(err)
	}
	stop := w.start()
	for range 5 {
		w.await("it left", func(r round) bool {
			if r.summary.Objects.Total > 0 {
				t.Fatalf("half a file was read:\n%s", &r.summary)
			}
			return true
		})
	}
	place(t, path, text)
	w.await("the whole file", func(r round) bool { return r.summary.Objects.Ingested == 1 })
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestWhenObjectsAreLeft(t *testing.T) {
	now := time.Date(2026, 7, 10, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) int64 { return now.Add(-d).UnixNano() }
	set := map[string]pipeline.SetAside{
		"bad":     {Size: 100, Modified: ago(time.Hour), At: now.Add(-time.Minute)},
		"longAgo": {Size: 100, Modified: ago(24 * time.Hour), At: now.Add(-tryAgain)},
	}
	for _, c := range []struct {
		o               pipeline.Object
		left, unsettled bool
	}{
		{pipeline.Object{Name: "old", Size: 1, Modified: ago(settling)}, false, false},
		{pipeline.Object{Name: "young", Size: 1, Modified: ago(settling - 1)}, true, true},
		{pipeline.Object{Name: "now", Size: 1, Modified: ago(0)}, true, true},
		{pipeline.Object{Name: "future", Size: 1, Modified: ago(-time.Hour)}, false, false},
		{pipeline.Object{Name: "remote", Size: 1, Modified: ago(0), Remote: true}, false, false},
		{pipeline.Object{Name: "timeless", Size: 1}, false, false},
		{pipeline.Object{Name: "bad", Size: 100, Modified: ago(time.Hour)}, true, false},
		{pipeline.Object{Name: "bad", Size: 101, Modified: ago(time.Hour)}, false, false},
		{pipeline.Object{Name: "bad", Size: 100, Modified: ago(time.Minute)}, false, false},
		{pipeline.Object{Name: "longAgo", Size: 100, Modified: ago(24 * time.Hour)}, false, false},
	} {
		s := sieve{now: now, quarantined: set}
		if left := s.leaves(c.o); left != c.left || s.unsettled != c.unsettled {
			t.Errorf("%+v: left %v, unsettled %v", c.o, left, s.unsettled)
		}
	}
}

// TestBadObjectsAreNotReadEveryTime counts how often an object that cannot be read goes to
// quarantine, while the clock goes on.
func TestBadObjectsAreNotReadEveryTime(t *testing.T) {
	w := newWatched(t)
	var ahead time.Duration // guarded by mu
	w.now = func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return time.Now().Add(ahead)
	}
	place(t, filepath.Join(w.logs, "bad.json"), `{"Rec`)
	stop := w.start()
	isBad := func(r round) bool { return r.summary.Objects.Quarantined == 1 }
	w.await("the bad object", isBad)
	for range 10 {
		w.await("it left", func(r round) bool {
			if isBad(r) {
				t.Fatal("it was read again at once")
			}
			return true
		})
	}
	if n := testutil.ToFloat64(w.Metrics.inQuarantine); n != 1 {
		t.Errorf("%v objects in quarantine by the metrics", n)
	}
	w.mu.Lock()
	ahead = tryAgain + time.Minute
	w.mu.Unlock()
	w.await("the bad object again", isBad)
	place(t, filepath.Join(w.logs, "bad.json"), record(1, "111111111111"))
	w.await("it mended", func(r round) bool { return r.summary.Objects.Ingested == 1 })
	if err := stop(); err != nil {
		t.Error(err)
	}
	if n := testutil.ToFloat64(w.Metrics.inQuarantine); n != 0 {
		t.Errorf("%v objects in quarantine by the metrics", n)
	}
}

// TestLakeIsLeftToOthers holds the lake's lock for a while.
func TestLakeIsLeftToOthers(t *testing.T) {
	w := newWatched(t)
	place(t, filepath.Join(w.logs, "x.json"), record(1, "111111111111"))
	lake, err := parquet.CreateLake(w.lake)
	if err != nil {
		t.Fatal(err)
	}
	stop := w.start()
	w.await("the lake locked", func(r round) bool { return errors.Is(r.err, parquet.ErrLocked) })
	if w.Metrics.Ready() {
		t.Error("ready before a round was done")
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	w.await("the object", func(r round) bool { return r.summary.Objects.Ingested == 1 })
	// Between rounds others get the lock.
	for deadline := time.Now().Add(time.Minute); ; {
		if lake, err = parquet.CreateLake(w.lake); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody else gets the lake:", err)
		}
	}
	if err := errors.Join(lake.Close(), stop()); err != nil {
		t.Error(err)
	}
	if !w.Metrics.Ready() || testutil.ToFloat64(w.Metrics.rounds.WithLabelValues("locked")) == 0 {
		t.Error("the metrics do not tell")
	}
}

// failing is a source that fails some of the times.
type failing struct {
	pipeline.Source
	mu    sync.Mutex
	calls int
	fails func(call int) error
}

func (f *failing) List(ctx context.Context, fn func(pipeline.Object) error) error {
	f.mu.Lock()
	f.calls++
	err := f.fails(f.calls)
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return f.Source.List(ctx, fn)
}

func TestFailures(t *testing.T) {
	broken := errors.New("listing source: it is broken")
	t.Run("at the beginning", func(t *testing.T) {
		w := newWatched(t)
		w.Sources[0].Source = &failing{Source: w.Sources[0].Source, fails: func(int) error { return broken }}
		if err := w.Run(context.Background()); !errors.Is(err, broken) {
			t.Errorf("Run returned %v", err)
		}
	})
	t.Run("later", func(t *testing.T) {
		w := newWatched(t)
		place(t, filepath.Join(w.logs, "x.json"), record(1, "111111111111"))
		w.Sources[0].Source = &failing{Source: w.Sources[0].Source, fails: func(call int) error {
			if call > 1 && call < 5 {
				return broken
			}
			return nil
		}}
		stop := w.start()
		w.await("the object", func(r round) bool { return r.summary.Objects.Ingested == 1 })
		for range 3 {
			w.await("the failure", func(r round) bool { return errors.Is(r.err, broken) })
		}
		w.await("no failure", func(r round) bool { return r.err == nil && r.summary.Objects.Already == 1 })
		if err := stop(); err != nil {
			t.Error(err)
		}
		if n := testutil.ToFloat64(w.Metrics.rounds.WithLabelValues("failed")); n != 3 {
			t.Errorf("%v failed rounds by the metrics", n)
		}
	})
}

func TestPausesGrowWithFailures(t *testing.T) {
	w := Watcher{Every: 30 * time.Second}
	var pauses []string
	for failed := range 8 {
		pauses = append(pauses, w.pause(failed, false).String())
	}
	pauses = append(pauses, w.pause(1000, true).String(), w.pause(0, true).String())
	if got, want := strings.Join(pauses, " "), "30s 30s 1m0s 2m0s 4m0s 8m0s 10m0s 10m0s 10m0s 2s"; got != want {
		t.Errorf("pauses are %s, want %s", got, want)
	}
	w.Every = time.Hour
	if got := w.pause(3, false); got != time.Hour {
		t.Errorf("a pause of %v", got)
	}
}

// TestRecentPartIsLookedAtMostly counts the looks at all of a source while the clock goes on.
func TestRecentPartIsLookedAtMostly(t *testing.T) {
	w := newWatched(t)
	var mu sync.Mutex
	hours, looks := 0, []string{}
	w.now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Date(2026, 7, 10, hours, 0, 0, 0, time.UTC)
	}
	source := w.Sources[0].Source
	look := func(what string) func(int) error {
		return func(int) error {
			mu.Lock()
			defer mu.Unlock()
			looks = append(looks, fmt.Sprint(hours, what))
			hours += 9 // after each look
			return nil
		}
	}
	w.Sources[0] = Source{
		Source: &failing{Source: source, fails: look("whole")},
		Recent: func(time.Time) pipeline.Source { return &failing{Source: source, fails: look("recent")} },
	}
	stop := w.start()
	for range 6 {
		w.await("nothing", func(r round) bool { return r.err == nil })
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"0whole", "9recent", "18recent", "27whole", "36recent", "45recent"}; !slices.Equal(looks[:6], want) {
		t.Errorf("looks %v, want %v", looks, want)
	}
}

// TestLakeInTheFolderIsNoNews watches a folder in which its own lake lies: what a round
// writes there is no reason for another one.
func TestLakeInTheFolderIsNoNews(t *testing.T) {
	w := newWatched(t)
	link := filepath.Join(t.TempDir(), "link") // the folder is reached by a link, and the lake is not made yet
	if err := os.Symlink(w.logs, link); err == nil {
		w.logs = link
	}
	w.lake = filepath.Join(w.logs, "lake")
	w.Lake, w.Every = InFolder(w.lake), time.Hour
	w.Sources[0] = Source{Source: pipeline.Files{Path: w.logs, Except: w.lake}, Folder: w.logs, Except: w.lake}
	place(t, filepath.Join(w.logs, "x.json"), record(1, "111111111111"))
	stop := w.start()
	w.await("the object", func(r round) bool { return r.summary.Objects.Ingested == 1 })
	time.Sleep(2*settling + 500*time.Millisecond)
	if n := len(w.told); n > 0 {
		t.Errorf("%d more rounds", n)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestNewsDoNotShortenThePauseOfFailures lets rounds fail while the folder has news.
func TestNewsDoNotShortenThePauseOfFailures(t *testing.T) {
	w := newWatched(t)
	w.Every = time.Hour
	w.Sources[0].Folder = w.logs
	source := w.Sources[0].Source
	w.Sources[0].Source = &failing{Source: source, fails: func(call int) error {
		if call > 1 {
			return errors.New("it is broken")
		}
		return nil
	}}
	stop := w.start()
	w.await("the first", func(r round) bool { return r.err == nil })
	place(t, filepath.Join(w.logs, "x.json"), record(1, "111111111111"))
	w.await("the failure", func(r round) bool { return r.err != nil })
	place(t, filepath.Join(w.logs, "y.json"), record(2, "111111111111"))
	time.Sleep(settling + 500*time.Millisecond)
	if n := len(w.told); n > 0 {
		t.Errorf("%d more rounds", n)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestBrokenSourceKeepsNoOtherFromBeingRead has one that fails between two that do not.
func TestBrokenSourceKeepsNoOtherFromBeingRead(t *testing.T) {
	w := newWatched(t)
	broken := errors.New("it is broken")
	other := t.TempDir()
	w.Sources = append(w.Sources, Source{Source: &failing{Source: pipeline.Files{Path: other}, fails: func(call int) error {
		if call > 1 {
			return broken
		}
		return nil
	}}}, Source{Source: pipeline.Files{Path: filepath.Join(other)}})
	stop := w.start()
	w.await("nothing in it", func(r round) bool { return r.err == nil })
	place(t, filepath.Join(w.logs, "x.json"), record(1, "111111111111"))
	place(t, filepath.Join(other, "y.json"), record(2, "111111111111"))
	written := int64(0)
	for written < 2 {
		written += w.await("an object, and the failure", func(r round) bool { return errors.Is(r.err, broken) && r.summary.Records.Written > 0 }).summary.Records.Written
	}
	if err := stop(); err != nil && !errors.Is(err, broken) {
		t.Error(err)
	}
}

// TestErrorOfTheLastRoundIsReturned stops a watch while it opens a lake that cannot be.
func TestErrorOfTheLastRoundIsReturned(t *testing.T) {
	w := newWatched(t)
	full := errors.New("no space left")
	ctx, cancel := context.WithCancel(context.Background())
	rounds := 0
	w.Lake = lakeFunc(func() (Round, error) {
		if rounds++; rounds > 1 {
			cancel()
			return nil, full
		}
		return InFolder(w.lake).Open()
	})
	if err := w.Run(ctx); !errors.Is(err, full) {
		t.Errorf("Run returned %v", err)
	}
}

// TestStopWhileARoundReads: what was begun is in the lake, nothing is said to have failed, and the rest is for the
// next watch.
func TestStopWhileARoundReads(t *testing.T) {
	w := newWatched(t)
	const objects = 50
	for n := range objects {
		place(t, filepath.Join(w.logs, fmt.Sprint(n)), record(n, "111111111111"))
	}
	ctx, cancel := context.WithCancel(context.Background())
	all, begun := w.Sources[0].Source, 0
	w.Sources[0].Source = opened{all, func() {
		if begun++; begun == 10 {
			cancel()
		}
	}}
	if err := w.Run(ctx); err != nil {
		t.Errorf("Run returned %v", err)
	}
	if n := w.rows(); n != 10 || begun != 10 || testutil.ToFloat64(w.Metrics.rounds.WithLabelValues("failed")) != 0 {
		t.Errorf("%d rows of %d objects that were begun, want 10", n, begun)
	}
	w.Sources[0].Source = all
	stop := w.start()
	w.await("the rest", func(r round) bool { return r.summary.Objects.Ingested == objects-10 && r.summary.Objects.Already == 10 })
	if err := stop(); err != nil || w.rows() != objects {
		t.Errorf("%v, %d rows, want %d", err, w.rows(), objects)
	}
}

type lakeFunc func() (Round, error)

func (f lakeFunc) Open() (Round, error) { return f() }

// TestQuarantineOfOthersIsCounted lets another process mend what is in quarantine.
func TestQuarantineOfOthersIsCounted(t *testing.T) {
	w := newWatched(t)
	bad := filepath.Join(w.logs, "bad.json")
	place(t, bad, `{"Rec`)
	stop := w.start()
	w.await("the bad object", func(r round) bool { return r.summary.Objects.Quarantined == 1 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	place(t, bad, record(1, "111111111111"))
	lake, err := parquet.CreateLake(w.lake)
	if err == nil {
		_, err = pipeline.Ingest(context.Background(), lake, []pipeline.Source{pipeline.Files{Path: w.logs}}, pipeline.Options{})
		err = errors.Join(err, lake.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	stop = w.start()
	w.await("the object known", func(r round) bool { return r.summary.Objects.Already == 1 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if n := testutil.ToFloat64(w.Metrics.inQuarantine); n != 0 {
		t.Errorf("%v objects in quarantine by the metrics", n)
	}
}
