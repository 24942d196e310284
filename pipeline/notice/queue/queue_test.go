package queue_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"roletrail/parquet"
	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
	"roletrail/pipeline/notice"
	"roletrail/pipeline/notice/queue"
	"roletrail/pipeline/silence"
	"roletrail/pipeline/watch"
)

func logFile(id int) []byte {
	return []byte(fmt.Sprintf(`{"Records":[{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"111111111111"}]}`, id))
}

func created(keys ...string) string {
	var records []string
	for _, key := range keys {
		records = append(records, fmt.Sprintf(`{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"trails"},"object":{"key":%q}}}`, key))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

// setting is a watch of a queue.
type setting struct {
	t     *testing.T
	sqs   *server
	s3    *s3test.Server
	lake  string
	into  watch.Lake // what is watched into: lake, unless a test wants another one
	queue *queue.Queue
	told  chan pipeline.Summary

	metrics *prometheus.Registry // of the watch that was started last

	mu     sync.Mutex
	warned []string
	failed []error
}

func newSetting(t *testing.T) *setting {
	s := &setting{t: t, sqs: newServer(t), s3: s3test.New(t), lake: filepath.Join(t.TempDir(), "lake"), told: make(chan pipeline.Summary, 10_000)}
	for _, variable := range s.s3.Environment(t) {
		name, value, _ := strings.Cut(variable, "=")
		if name == "AWS_ENDPOINT_URL" { // it is that of S3 alone
			name = "AWS_ENDPOINT_URL_S3"
		}
		t.Setenv(name, value)
	}
	s.into = watch.InFolder(s.lake)
	client, err := queue.Connect(t.Context(), s.sqs.url)
	if err != nil {
		t.Fatal(err)
	}
	buckets := bucket.Sources{Connect: func(ctx context.Context, name string) (bucket.Client, error) { return bucket.Connect(ctx, name) }}
	s.queue = queue.New(client, s.sqs.url, buckets.Of, func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.warned = append(s.warned, err.Error())
	})
	return s
}

// watch runs until stop is called.
func (s *setting) watch() (stop func()) {
	s.t.Helper()
	s.metrics = prometheus.NewRegistry()
	w := watch.Watcher{
		Lake:    s.into,
		Sources: []watch.Source{{Source: s.queue}},
		Every:   10 * time.Millisecond,
		Metrics: watch.NewMetrics(s.metrics),
		Told: func(sum *pipeline.Summary, err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if err != nil {
				s.failed = append(s.failed, err)
			}
			if sum != nil {
				select {
				case s.told <- *sum:
				default: // nobody asks
				}
			}
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	return func() {
		s.t.Helper()
		cancel()
		select {
		case err := <-done:
			if err != nil {
				s.t.Error(err)
			}
		case <-time.After(time.Minute):
			s.t.Fatal("it does not stop")
		}
	}
}

// await waits until something holds.
func (s *setting) await(what string, holds func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.t.Fatalf("not %s: messages %v, warnings %q, failures %v", what, s.sqs.state(), s.warned, s.failed)
		}
	}
}

func (s *setting) written() int64 {
	s.t.Helper()
	lake, err := parquet.OpenLake(s.lake)
	if err != nil {
		s.t.Fatal(err)
	}
	totals, err := lake.Ledger().Totals()
	if err := errors.Join(err, lake.Close()); err != nil {
		s.t.Fatal(err)
	}
	return totals.Written
}

// TestMessagesAreDeletedWhenTheirObjectsAreInTheLake sends good and bad messages: the good
// ones go, and the bad ones stay and come again.
func TestMessagesAreDeletedWhenTheirObjectsAreInTheLake(t *testing.T) {
	s := newSetting(t)
	s.s3.Refuse(func(c s3test.Call) int {
		if strings.Contains(c.Resource, "denied") {
			return http.StatusForbidden
		}
		return 0
	})
	for n := range 25 {
		s.s3.Put("trails", fmt.Sprintf("a/%d.json", n), logFile(n))
		s.sqs.send(fmt.Sprintf("good%d", n), created(fmt.Sprintf("a/%d.json", n)))
	}
	s.s3.Put("trails", "a+b/x y.json", logFile(100))
	s.s3.Put("trails", "damaged.json", []byte(`{"Rec`))
	s.s3.Put("trails", "denied.json", logFile(101))
	s.sqs.send("twoObjects", created("a/1.json", "a%2Bb/x+y.json"))
	s.sqs.send("again", created("a/1.json"))
	s.sqs.send("test", `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trails"}`)
	bad := map[string]string{
		"noJSON": "no JSON", "unknown": `{"Records":[{"eventSource":"aws:ses"}]}`, "damaged": created("damaged.json"), "denied": created("denied.json"),
		"missing": created("missing.json"), "oneOfTwo": created("a/2.json", "missing.json"), "noBucket": strings.Replace(created("x"), "trails", "No Bucket!", 1),
	}
	for id, body := range bad {
		s.sqs.send(id, body)
	}
	stop := s.watch()
	left := slices.Sorted(maps.Keys(bad))
	s.await("only bad messages left", func() bool { return slices.Equal(slices.Sorted(maps.Keys(s.sqs.state())), left) })
	s.sqs.expire()
	s.await("the bad messages again", func() bool {
		return !slices.ContainsFunc(left, func(id string) bool { return s.sqs.received(id) < 2 })
	})
	// One is mended before it comes the third time.
	s.s3.Put("trails", "damaged.json", logFile(102))
	s.sqs.expire()
	s.await("the mended message taken", func() bool { return s.sqs.state()["damaged"] == "" })
	stop()
	if n := s.written(); n != 27 {
		t.Errorf("%d records in the lake, want 27", n)
	}
	if taken, failed := s.counted("taken"), s.counted("failed"); taken < 29 || failed < float64(2*len(bad)) {
		t.Errorf("counted %v that were taken and %v that failed, want at least 29 and %d", taken, failed, 2*len(bad))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	warned := strings.Join(s.warned, "\n")
	for _, want := range []string{"message noJSON of queue", "it is not JSON", "message denied of queue", "s3://trails/missing.json", "it was removed", `"No Bucket!" is no name of a bucket`, "it is left to the queue"} {
		if !strings.Contains(warned, want) {
			t.Errorf("nobody is told %q but:\n%s", want, warned)
		}
	}
	if len(s.failed) > 0 {
		t.Errorf("rounds failed: %v", s.failed)
	}
}

// counted is how many messages the metrics say were taken, or failed.
func (s *setting) counted(outcome string) float64 {
	s.t.Helper()
	families, err := s.metrics.Gather()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "roletrail_ingest_queue_messages_total" && m.GetLabel()[0].GetValue() == outcome {
				return m.GetCounter().GetValue()
			}
		}
	}
	s.t.Fatalf("nothing counts messages that are %s", outcome)
	return 0
}

// comparePolicy compares the policy that is shipped with the calls that were made.
func (s *setting) comparePolicy() {
	s.t.Helper()
	if err := s.queue.Check(s.t.Context()); err != nil { // as the program does
		s.t.Error(err)
	}
	s.sqs.mu.Lock()
	defer s.sqs.mu.Unlock()
	var called []string
	for action := range s.sqs.calls {
		called = append(called, "sqs:"+strings.TrimSuffix(action, "Batch"))
	}
	slices.Sort(called)
	allowed := slices.Sorted(slices.Values(s3test.ShippedPolicy(s.t, "../../../docs/operations.md", "Queue").Statement[0].Action))
	if !slices.Equal(called, allowed) {
		s.t.Errorf("called were %v, the policy of docs/operations.md allows %v", called, allowed)
	}
}

// TestMessagesOfAFailedRoundStay lets the lake be locked by another writer, and stops while
// messages are held.
func TestMessagesOfAFailedRoundStay(t *testing.T) {
	s := newSetting(t)
	lake, err := parquet.CreateLake(s.lake)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 30 {
		s.s3.Put("trails", fmt.Sprint(n), logFile(n))
		s.sqs.send(fmt.Sprint("m", n), created(fmt.Sprint(n)))
	}
	count := func(want string) func() bool {
		return func() bool {
			n := 0
			for _, state := range s.sqs.state() {
				if state == want {
					n++
				}
			}
			return n == 30
		}
	}
	stop := s.watch()
	s.await("all messages held", func() bool { return s.queue.Held() == 30 })
	time.Sleep(100 * time.Millisecond) // some looks at the lake
	if !count("hidden")() {
		t.Fatalf("messages of nothing that was committed are %v", s.sqs.state())
	}
	stop()
	if !count("visible")() {
		t.Errorf("messages that were not done are not given back: %v", s.sqs.state())
	}
	if err := lake.Close(); err != nil {
		t.Fatal(err)
	}
	stop = newRun(s)
	s.await("all messages taken", func() bool { return len(s.sqs.state()) == 0 })
	stop()
	s.comparePolicy()
	if n := s.written(); n != 30 {
		t.Errorf("%d records, want 30", n)
	}
}

// newRun watches with a queue of its own, as another process does.
func newRun(s *setting) (stop func()) {
	client, err := queue.Connect(s.t.Context(), s.sqs.url)
	if err != nil {
		s.t.Fatal(err)
	}
	s.queue = queue.New(client, s.sqs.url, s.queue.Bucket, s.queue.Warn)
	return s.watch()
}

// TestNothingIsDeletedBeforeItIsCommitted fails requests of every sort at random, over many
// rounds with restarts: in the end every event is in the lake once, and no message is left.
func TestNothingIsDeletedBeforeItIsCommitted(t *testing.T) {
	s := newSetting(t)
	var mu sync.Mutex
	calls, refused := 0, 0
	s.sqs.fail = func(string) bool {
		mu.Lock()
		defer mu.Unlock()
		calls++
		if calls%4 == 0 {
			refused++
			return true
		}
		return false
	}
	const messages = 300
	for n := range messages {
		s.s3.Put("trails", fmt.Sprint(n), logFile(n))
		s.sqs.send(fmt.Sprint("m", n), created(fmt.Sprint(n)))
	}
	for round := 0; len(s.sqs.state()) > 0; round++ {
		if round > 50 {
			t.Fatalf("%d messages are left", len(s.sqs.state()))
		}
		before := len(s.sqs.state())
		client, err := queue.Connect(t.Context(), s.sqs.url)
		if err != nil {
			t.Fatal(err)
		}
		s.queue = queue.New(client, s.sqs.url, s.queue.Bucket, s.queue.Warn)
		stop := s.watch()
		for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline) && len(s.sqs.state()) > max(0, before-100); {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		if written := s.writtenIfAny(); written < int64(messages-len(s.sqs.state())) {
			t.Fatalf("%d messages are deleted, and %d events in the lake", messages-len(s.sqs.state()), written)
		}
		s.sqs.expire()
	}
	if n := s.written(); n != messages || refused == 0 {
		t.Errorf("%d records in the lake, want %d; %d of %d requests were refused", n, messages, refused, calls)
	}
}

// writtenIfAny is 0 while there is no lake.
func (s *setting) writtenIfAny() int64 {
	lake, err := parquet.OpenLake(s.lake)
	if err != nil {
		return 0
	}
	if err := lake.Close(); err != nil {
		s.t.Fatal(err)
	}
	return s.written()
}

// TestStopBeforeObjectsAreFoundDeletesNothing stops a watch while the bucket of the messages
// does not answer.
func TestStopBeforeObjectsAreFoundDeletesNothing(t *testing.T) {
	s := newSetting(t)
	asked := make(chan bool, 100)
	s.queue.Bucket = func(ctx context.Context, _ string) (*bucket.Source, error) {
		asked <- true
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for n := range 3 {
		s.sqs.send(fmt.Sprint("m", n), created(fmt.Sprint(n)))
	}
	stop := s.watch()
	<-asked
	s.await("all messages held", func() bool { return s.queue.Held() == 3 })
	stop()
	if state := slices.Sorted(maps.Values(s.sqs.state())); !slices.Equal(state, []string{"visible", "visible", "visible"}) {
		t.Errorf("messages that nobody read are %v", state)
	}
}

// TestQueueOutOfReachFailsRounds takes the right to receive away: the rounds say so.
func TestQueueOutOfReachFailsRounds(t *testing.T) {
	s := newSetting(t)
	var mu sync.Mutex
	refuse := false
	s.sqs.fail = func(action string) bool {
		mu.Lock()
		defer mu.Unlock()
		return refuse && action == "ReceiveMessage"
	}
	stop := s.watch()
	<-s.told
	mu.Lock()
	refuse = true
	mu.Unlock()
	s.await("a failed round", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return slices.ContainsFunc(s.failed, func(err error) bool { return strings.Contains(err.Error(), "receiving messages of queue") })
	})
	stop()
}

func TestThereIsNoSuchQueue(t *testing.T) {
	s := newSetting(t)
	if err := s.queue.Check(t.Context()); err != nil {
		t.Error(err)
	}
	other := queue.New(s.queue.Client, s.sqs.url+"x", s.queue.Bucket, s.queue.Warn)
	if err := other.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "there is no such queue") {
		t.Errorf("the error is %v", err)
	}
	for _, url := range []string{"https://", "https://sqs.eu-west-1.amazonaws.com", "https://sqs.eu-west-1.amazonaws.com/trails", "https://a b/1/2"} {
		if _, err := queue.Connect(t.Context(), url); err == nil || !strings.Contains(err.Error(), "it is no URL of a queue") {
			t.Errorf("%q: the error is %v", url, err)
		}
	}
}

// TestRegionOfAQueue is told by its URL.
func TestRegionOfAQueue(t *testing.T) {
	t.Setenv("AWS_REGION", "ap-south-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "x")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "y")
	for url, want := range map[string]string{
		"https://sqs.eu-west-1.amazonaws.com/111111111111/q":                   "eu-west-1",
		"https://sqs.cn-north-1.amazonaws.com.cn/111111111111/q":               "cn-north-1",
		"https://vpce-1-2.sqs.us-gov-west-1.vpce.amazonaws.com/111111111111/q": "us-gov-west-1",
		"https://sqs-fips.us-east-2.amazonaws.com/111111111111/q":              "us-east-2",
		"https://eu-central-1.queue.amazonaws.com/111111111111/q":              "eu-central-1",
		"https://queue.example.com/111111111111/q":                             "ap-south-1",
		"https://sqs.eu-west-1.amazonaws.com.example.com/111111111111/q":       "ap-south-1",
	} {
		client, err := queue.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if got := client.Options().Region; got != want {
			t.Errorf("%s: Region %q, want %q", url, got, want)
		}
	}
}

// TestQueueIntoALakeOnS3 deletes messages when their objects are in a lake on S3, and leaves those
// of objects that are none.
func TestQueueIntoALakeOnS3(t *testing.T) {
	s := newSetting(t)
	store, err := bucket.OpenStore(t.Context(), "s3://lake/a")
	if err != nil {
		t.Fatal(err)
	}
	s.into = watch.Bucket{RemoteIngest: pipeline.NewRemoteIngest(store)}
	for n := range 30 {
		key := fmt.Sprintf("AWSLogs/%d.json", n)
		s.s3.Put("trails", key, logFile(n))
		s.sqs.send(fmt.Sprint("m", n), created(key))
	}
	s.s3.Put("trails", "bad.json", []byte(`{"Rec`))
	s.sqs.send("bad", created("bad.json"))
	s.sqs.send("own", created("AWSLogs/1.json"))
	s.s3.Put("lake", "a/coverage/part-00000000000000000000000000000000.parquet", nil)
	stop := s.watch()
	s.await("all taken but one", func() bool { return len(s.sqs.state()) == 1 })
	stop()
	if state := s.sqs.state(); state["bad"] == "" {
		t.Errorf("messages left: %v", state)
	}
	if covered := s.s3.Objects("lake", "a/coverage/"); len(covered) != 31 {
		t.Errorf("the lake has taken %d objects", len(covered)-1)
	}
}

// TestQueueOfOtherPlaces leaves messages to the queue that name objects which none may name, and
// reads nothing of them.
func TestQueueOfOtherPlaces(t *testing.T) {
	s := newSetting(t)
	var err error
	if s.queue.Allowed, err = notice.ParseAllowed([]string{"s3://trails/AWSLogs/"}); err != nil {
		t.Fatal(err)
	}
	s.s3.Put("trails", "AWSLogs/1.json", logFile(1))
	s.s3.Put("trails", "others/2.json", logFile(2))
	s.sqs.send("good", created("AWSLogs/1.json"))
	s.sqs.send("other", created("others/2.json"))
	s.sqs.send("both", created("AWSLogs/1.json", "others/2.json"))
	s.sqs.send("elsewhere", strings.ReplaceAll(created("AWSLogs/1.json"), `"trails"`, `"elsewhere"`))
	stop := s.watch()
	s.await("the good one taken, and the others told", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.sqs.state()["good"] == "" && len(s.warned) >= 3
	})
	stop()
	if left := slices.Sorted(maps.Keys(s.sqs.state())); !slices.Equal(left, []string{"both", "elsewhere", "other"}) {
		t.Errorf("messages left: %v", left)
	}
	for _, c := range s.s3.Calls() {
		if strings.HasPrefix(c.Resource, "elsewhere") || strings.Contains(c.Resource, "others/") {
			t.Errorf("asked %+v", c)
		}
	}
}

// TestQueueThatSaysNothing: calls that get no answer, whatever they ask for, are given up and made again, and
// the messages are taken.
func TestQueueThatSaysNothing(t *testing.T) {
	whole := silence.Most
	t.Cleanup(func() { silence.Most = whole })
	silence.Most = 500 * time.Millisecond
	s := newSetting(t)
	s.sqs.silent = map[string]int{"GetQueueAttributes": 1, "ReceiveMessage": 12, "DeleteMessageBatch": 1}
	for n := range 20 {
		s.s3.Put("trails", fmt.Sprintf("a/%d.json", n), logFile(n))
		s.sqs.send(fmt.Sprint(n), created(fmt.Sprintf("a/%d.json", n)))
	}
	inTime, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.queue.Check(inTime); err != nil {
		t.Fatal(err)
	}
	stop := s.watch()
	s.await("all messages taken", func() bool { return len(s.sqs.state()) == 0 })
	stop()
	if n := s.written(); n != 20 {
		t.Errorf("%d records in the lake, want 20", n)
	}
	if len(s.sqs.silent) != 3 || s.sqs.silent["GetQueueAttributes"]+s.sqs.silent["ReceiveMessage"]+s.sqs.silent["DeleteMessageBatch"] != 0 {
		t.Errorf("not asked as often as nothing was to be said: %v", s.sqs.silent)
	}
}
