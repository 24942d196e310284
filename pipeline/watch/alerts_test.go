package watch

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"roletrail/pipeline"
	"roletrail/pipeline/alert"
)

// receiver stands in for a webhook that accepts some of what it gets.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	accepts func() bool
	told    map[string]int // events of accepted messages
	refused int
}

var eventOfChange = regexp.MustCompile(`"event_id":"([^"]+)"`)

func newReceiver(t *testing.T, accepts func() bool) *receiver {
	r := &receiver{told: map[string]int{}, accepts: accepts}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		text, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		if !r.accepts() {
			r.refused++
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		for _, found := range eventOfChange.FindAllStringSubmatch(string(text), -1) {
			r.told[found[1]]++
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// count is how many messages were refused.
func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused
}

// tells lets the watcher tell the receiver, as a process that was started anew.
func (w *watched) tells(r *receiver) {
	w.t.Helper()
	address, err := alert.NewSecret(r.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	hooks := []alert.Webhook{{Name: alert.Generic, Address: address}}
	w.Options.Telling = pipeline.Telling{Webhooks: []string{alert.Generic}, AtLeast: "high"}
	w.Alerts = &alert.Sender{Webhooks: hooks, Metrics: alert.NewMetrics(prometheus.NewRegistry(), hooks), Warn: func(error) {}}
}

// TestGraveNewsAreTold: of what comes, what is grave and new is told, once.
func TestGraveNewsAreTold(t *testing.T) {
	w, r := newWatched(t), newReceiver(t, func() bool { return true })
	w.tells(r)
	now := time.Now()
	place(t, filepath.Join(w.logs, "a.json"), changeRecord(1, "DeleteRolePermissionsBoundary", "111111111111", now))
	place(t, filepath.Join(w.logs, "again.json"), changeRecord(1, "DeleteRolePermissionsBoundary", "111111111111", now))
	place(t, filepath.Join(w.logs, "light.json"), changeRecord(2, "TagRole", "111111111111", now))
	place(t, filepath.Join(w.logs, "old.json"), changeRecord(3, "DeleteRolePermissionsBoundary", "111111111111", now.Add(-25*time.Hour)))
	place(t, filepath.Join(w.logs, "failed.json"), strings.Replace(changeRecord(4, "DeleteRolePermissionsBoundary", "111111111111", now), `"requestParameters"`, `"errorCode":"NoSuchEntity","requestParameters"`, 1))
	stop := w.start()
	w.await("objects", func(r round) bool { return r.summary.Records.Written == 4 && r.summary.RoleChanges.Untold == 0 })
	w.await("nothing new", func(r round) bool { return r.summary.Objects.Ingested == 0 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"00000000-0000-4000-9000-000000000001": 1}; fmt.Sprint(r.told) != fmt.Sprint(want) {
		t.Errorf("told %v, want %v", r.told, want)
	}
}

// TestEachIsToldOnceAcrossRestarts stops and starts the watcher while the webhook refuses
// every other message: at the end each change was accepted exactly once.
func TestEachIsToldOnceAcrossRestarts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 9))
	w, r := newWatched(t), newReceiver(t, nil)
	messages := 0
	r.accepts = func() bool { messages++; return messages%2 == 0 }
	number, starts := 0, 12
	for start := range starts {
		w.tells(r)
		stop := w.start()
		for range 1 + random.IntN(3) {
			number++
			place(t, filepath.Join(w.logs, fmt.Sprint(number, ".json")), changeRecord(number, "DeleteRolePermissionsBoundary", fmt.Sprintf("%012d", number), time.Now()))
		}
		time.Sleep(time.Duration(random.IntN(100)) * time.Millisecond)
		for start == 0 && r.count() == 0 { // the first message is refused
			time.Sleep(time.Millisecond)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
	refused := r.count()
	r.mu.Lock()
	r.accepts = func() bool { return true }
	r.mu.Unlock()
	w.tells(r)
	stop := w.start()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		r.mu.Lock()
		n := len(r.told)
		r.mu.Unlock()
		if n == number || time.Now().After(deadline) {
			break
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if len(r.told) != number || refused == 0 {
		t.Errorf("told of %d changes of %d, refused %d times", len(r.told), number, refused)
	}
	for event, n := range r.told {
		if n != 1 {
			t.Errorf("%s was told %d times", event, n)
		}
	}
	t.Logf("%d changes over %d starts, %d messages refused", number, starts+1, refused)
}
