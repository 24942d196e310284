package notice_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"roletrail/pipeline"
	"roletrail/pipeline/bucket"
	"roletrail/pipeline/bucket/s3test"
	"roletrail/pipeline/notice"
)

// logFile is a log file of one event.
func logFile(id int) string {
	return fmt.Sprintf(`{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE111:s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE111","arn":"arn:aws:iam::111111111111:role/team/r"}}},"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","eventID":"00000000-0000-0000-0000-%012d","recipientAccountId":"111111111111"}]}`, id)
}

func created(key string) string {
	return fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"trails"},"object":{"key":%q}}}]}`, key)
}

func onBridge(key string) string {
	return fmt.Sprintf(`{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"trails"},"object":{"key":%q}}}`, key)
}

const (
	testEvent = `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trails"}`
	removed   = `{"Records":[{"eventSource":"aws:s3","eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"trails"},"object":{"key":"x"}}}]}`
)

// batch is an event of SQS with messages m0, m1, …
func batch(arn string, bodies ...string) json.RawMessage {
	var e events.SQSEvent
	for i, body := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprintf("m%d", i), Body: body, EventSource: "aws:sqs", EventSourceARN: arn})
	}
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // texts can always be written
	}
	return text
}

const queue = "arn:aws:sqs:eu-west-1:111111111111:trails"

type connector = func(ctx context.Context, bucket string) (bucket.Client, error)

// setUp is a handler over a server of the test's own. connect may be nil.
func setUp(t *testing.T, server *s3test.Server, connect connector) (*notice.Handler, *bytes.Buffer) {
	t.Helper()
	for _, setting := range server.Environment(t) {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	return newHandler(t, connect)
}

func newHandler(t *testing.T, connect connector) (*notice.Handler, *bytes.Buffer) {
	t.Helper()
	store, err := bucket.OpenStore(t.Context(), "s3://lake/roletrail/")
	if err != nil {
		t.Fatal(err)
	}
	if connect == nil {
		connect = func(ctx context.Context, name string) (bucket.Client, error) { return bucket.Connect(ctx, name) }
	}
	var said bytes.Buffer
	return &notice.Handler{
		New: func() (*notice.Taker, error) {
			return notice.NewTaker(store, pipeline.Options{Limits: pipeline.DefaultLimits}, connect)
		},
		Log: slog.New(slog.NewJSONHandler(&said, nil)),
	}, &said
}

// failed are the ids that an answer gives back.
func failed(ctx context.Context, t *testing.T, h *notice.Handler, event json.RawMessage) []string {
	t.Helper()
	out, err := h.Handle(ctx, event)
	response, ok := out.(events.SQSEventResponse)
	if err != nil || !ok {
		t.Fatalf("answered %v, %v", out, err)
	}
	ids := []string{}
	for _, f := range response.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

// refused lets the server refuse what nobody may read.
func refused(c s3test.Call) int {
	if strings.Contains(c.Resource, "denied") {
		return http.StatusForbidden
	}
	return 0
}

// TestEverySubsetOfABatch lets every subset of ten messages fail, each in its way: exactly
// these are given back.
func TestEverySubsetOfABatch(t *testing.T) {
	server := s3test.New(t)
	server.Refuse(refused)
	h, _ := setUp(t, server, nil)
	for i := range 2 {
		server.Put("trails", fmt.Sprintf("good %d.json", i), []byte(logFile(i)))
	}
	server.Put("trails", "denied.json", []byte(logFile(9)))
	server.Put("trails", "bad.json", []byte(`{"Records":[{]}`)) // for the quarantine, which is an answer too
	good := []string{
		created("good+0.json"), testEvent, removed, testEvent, created("bad.json"),
		testEvent, onBridge("good 1.json"), removed, testEvent, `{"Type":"Notification","Message":` + quoted(testEvent) + `}`,
	}
	bad := []string{
		created("missing.json"), "no JSON", created("denied.json"), `{"Records":[{"eventSource":"aws:ec2"}]}`, created("good%zz"),
		onBridge("missing.json"), `{}`, `{"Type":"Notification","Message":"no JSON"}`, created(""), `[]`,
	}
	for subset := range 1 << 10 {
		bodies, want := slices.Clone(good), []string{}
		for i := range bodies {
			if subset&(1<<i) != 0 {
				bodies[i] = bad[i]
				want = append(want, fmt.Sprintf("m%d", i))
			}
		}
		if got := failed(t.Context(), t, h, batch(queue, bodies...)); !slices.Equal(got, want) {
			t.Fatalf("subset %010b: given back %v, want %v", subset, got, want)
		}
	}
	if events := server.Objects("lake", "roletrail/events/"); len(events) != 2 {
		t.Errorf("the lake has %d files of events, want 2", len(events))
	}
	if aside := server.Objects("lake", "roletrail/quarantine/"); len(aside) != 1 {
		t.Errorf("the lake has %d files of quarantine, want 1", len(aside))
	}
}

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err) // a text can always be written
	}
	return string(out)
}

// TestWorkThatDoesNotEnd is given up: the answer comes in time, and what comes next is
// done by others.
func TestWorkThatDoesNotEnd(t *testing.T) {
	server := s3test.New(t)
	server.Put("trails", "a.json", []byte(logFile(1)))
	hang := make(chan struct{})
	var second atomic.Bool
	h, _ := setUp(t, server, func(ctx context.Context, name string) (bucket.Client, error) {
		if !second.Swap(true) {
			<-hang
		}
		return bucket.Connect(ctx, name)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if got := failed(ctx, t, h, batch(queue, created("a.json"), created("a.json"))); len(got) != 2 || ctx.Err() != nil {
		t.Errorf("given back %v, %v", got, ctx.Err())
	}
	if got := failed(t.Context(), t, h, batch(queue, created("a.json"))); len(got) != 0 || len(server.Objects("lake", "roletrail/coverage/")) != 1 {
		t.Errorf("given back %v", got)
	}
	close(hang)
}

// TestPanicFailsItsMessage and no other.
func TestPanicFailsItsMessage(t *testing.T) {
	server := s3test.New(t)
	server.Put("trails", "a.json", []byte(logFile(1)))
	calls := 0
	h, said := setUp(t, server, func(ctx context.Context, name string) (bucket.Client, error) {
		if calls++; calls == 1 {
			panic("no such thing")
		}
		return bucket.Connect(ctx, name)
	})
	if got := failed(t.Context(), t, h, batch(queue, created("a.json"), created("a.json"))); !slices.Equal(got, []string{"m0"}) || !strings.Contains(said.String(), "no such thing") {
		t.Errorf("given back %v\n%s", got, said)
	}
}

// TestOrderedQueue: of a queue that keeps the order what follows a failure waits.
func TestOrderedQueue(t *testing.T) {
	h, _ := setUp(t, s3test.New(t), nil)
	if got := failed(t.Context(), t, h, batch(queue+".fifo", testEvent, "no JSON", testEvent, removed)); !slices.Equal(got, []string{"m1", "m2", "m3"}) {
		t.Errorf("given back %v", got)
	}
}

// TestEventsWithoutMessages succeed or fail as a whole.
func TestEventsWithoutMessages(t *testing.T) {
	server := s3test.New(t)
	server.Put("trails", "a b.json", []byte(logFile(1)))
	h, _ := setUp(t, server, nil)
	for event, want := range map[string]string{
		created("a+b.json"):  "",
		onBridge("a b.json"): "",
		testEvent:            "",
		created("b.json"):    "it was removed",
		`{"Records":[]}`:     "neither from S3",
		`{}`:                 "neither from S3",
		`no JSON`:            "not JSON",
		`{"Records":[{"eventSource":"aws:sqs","body":"{}"}]}`:                                                                              "no id of its own",
		`{"Records":[{"eventSource":"aws:sqs","messageId":"a","body":"{}"},{"eventSource":"aws:s3"}]}`:                                     "only some",
		`{"Records":[{"eventSource":"aws:sqs","messageId":"a","body":"{}"},{"eventSource":"aws:sqs","messageId":"a","body":"{}"}]}`:        "no id of its own",
		`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"No!"},"object":{"key":"a"}}}]}`:       "no name of a bucket",
		`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"lake"},"object":{"key":"lake/a"}}}]}`: "it was removed",
	} {
		out, err := h.Handle(t.Context(), json.RawMessage(event))
		if out != nil || (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: answered %v, %v; want %q", event, out, err, want)
		}
	}
}

// TestOwnObjectsAreNoLogFiles: the bucket of the lake may send notices, of the objects that
// these led to.
func TestOwnObjectsAreNoLogFiles(t *testing.T) {
	server := s3test.New(t)
	h, _ := setUp(t, server, nil)
	in := func(key string) json.RawMessage {
		return json.RawMessage(strings.ReplaceAll(created(key), `"trails"`, `"lake"`))
	}
	for _, own := range []string{"events/event_date%3D2026-07-10/part-00000000000000000000000000000000.parquet", "coverage/part-00000000000000000000000000000000.parquet",
		"commits/00000001.json", "catalogue/actions-" + strings.Repeat("0", 64) + ".parquet"} {
		if _, err := h.Handle(t.Context(), in("roletrail/"+own)); err != nil || len(server.Objects("lake", "")) > 0 {
			t.Errorf("%v; the lake has %d objects", err, len(server.Objects("lake", "")))
		}
	}
	const trail = "roletrail/AWSLogs/111111111111/CloudTrail/eu-west-1/2026/07/10/a.json" // below the lake's prefix, and yet a log file
	server.Put("lake", trail, []byte(logFile(1)))
	if _, err := h.Handle(t.Context(), in(trail)); err != nil || len(server.Objects("lake", "roletrail/coverage/")) != 1 {
		t.Errorf("%v; the lake has %d objects", err, len(server.Objects("lake", "")))
	}
}

// TestVersionOfANotice takes the contents that a notice is of, though others took their place, if
// that version may be read.
func TestVersionOfANotice(t *testing.T) {
	server := s3test.New(t)
	h, said := setUp(t, server, nil)
	versioned := func(version string) json.RawMessage {
		return batch(queue, strings.Replace(created("a.json"), `"key":`, `"versionId":"`+version+`","key":`, 1))
	}
	first := server.PutVersion("trails", "a.json", []byte(logFile(1)))
	if got := failed(t.Context(), t, h, versioned(first)); len(got) != 0 {
		t.Fatalf("given back %v\n%s", got, said)
	}
	second := server.PutVersion("trails", "a.json", []byte(logFile(2)))
	third := server.PutVersion("trails", "a.json", []byte(logFile(3)))
	server.Refuse(func(c s3test.Call) int {
		if c.Action == "s3:GetObjectVersion" {
			return http.StatusForbidden
		}
		return 0
	})
	if got := failed(t.Context(), t, h, versioned(third)); len(got) != 0 {
		t.Errorf("that of the newest is given back\n%s", said)
	}
	if got := failed(t.Context(), t, h, versioned(second)); len(got) != 1 || !strings.Contains(said.String(), "give this identity s3:GetObjectVersion") {
		t.Errorf("given back %v\n%s", got, said)
	}
	server.Refuse(nil)
	if got := failed(t.Context(), t, h, versioned(second)); len(got) != 0 {
		t.Errorf("given back %v\n%s", got, said)
	}
	if covered := server.Objects("lake", "roletrail/coverage/"); len(covered) != 3 {
		t.Errorf("%d versions were taken", len(covered))
	}
	server.Remove("trails", "a.json")
	if got := failed(t.Context(), t, h, versioned(second)); len(got) != 0 {
		t.Errorf("given back %v when it was removed, but is kept\n%s", got, said)
	}
	if got := failed(t.Context(), t, h, versioned("v9")); len(got) != 1 || !strings.Contains(said.String(), "it was removed") {
		t.Errorf("given back %v\n%s", got, said)
	}
}

// TestLakeThatRefuses: nothing is answered for that is not in the lake, and next time all of it is.
func TestLakeThatRefuses(t *testing.T) {
	server := s3test.New(t)
	server.Put("trails", "a.json", []byte(logFile(1)))
	for _, table := range []string{"events", "coverage"} {
		server.Refuse(func(c s3test.Call) int {
			if c.Action == "s3:PutObject" && strings.Contains(c.Resource, "/"+table+"/") {
				return http.StatusForbidden
			}
			return 0
		})
		h, said := setUp(t, server, nil)
		if got := failed(t.Context(), t, h, batch(queue, created("a.json"))); len(got) != 1 || !strings.Contains(said.String(), "s3:PutObject") {
			t.Errorf("given back %v\n%s", got, said)
		}
	}
	server.Refuse(nil)
	h, _ := setUp(t, server, nil)
	if got := failed(t.Context(), t, h, batch(queue, created("a.json"))); len(got) != 0 || len(server.Objects("lake", "roletrail/")) != 2 {
		t.Errorf("given back %v, the lake has %d objects", got, len(server.Objects("lake", "roletrail/")))
	}
}

// TestNewThatFails is the failure of its message.
func TestNewThatFails(t *testing.T) {
	h, said := setUp(t, s3test.New(t), nil)
	h.New = func() (*notice.Taker, error) { return nil, errors.New("no room") }
	if got := failed(t.Context(), t, h, batch(queue, created("a.json"), testEvent)); !slices.Equal(got, []string{"m0"}) || !strings.Contains(said.String(), "no room") {
		t.Errorf("given back %v\n%s", got, said)
	}
}
