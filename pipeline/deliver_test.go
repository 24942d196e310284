package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// memoryStore is a place of a lake in memory. Every put is noted, in its order.
type memoryStore struct {
	mu      sync.Mutex
	objects map[string][]byte
	order   []string
	refuse  string // puts of names that hold it fail
}

func (s *memoryStore) String() string { return "s3://lake/a" }

func (s *memoryStore) Put(_ context.Context, name string, content io.ReadSeeker, size int64) error {
	text, err := io.ReadAll(content)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil || int64(len(text)) != size:
		return fmt.Errorf("%d of %d bytes, %w", len(text), size, err)
	case s.refuse != "" && strings.Contains(name, s.refuse):
		return errors.New("refused")
	}
	s.order = append(s.order, name)
	if _, ok := s.objects[name]; !ok {
		s.objects[name] = text
	}
	return nil
}

// delivered is a delivery into memory, with a folder for files on their way.
func delivered(t *testing.T) (*memoryStore, *pipeline.Delivery, string) {
	t.Helper()
	scratch := t.TempDir()
	t.Setenv("TMPDIR", scratch)
	store := &memoryStore{objects: map[string][]byte{}}
	lake, err := parquet.CreateRemote(store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := lake.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
	return store, pipeline.NewDelivery(lake, pipeline.Options{}), scratch
}

func objectOf(name, content string) pipeline.Object {
	return pipeline.Object{Name: name, Size: int64(len(content)), Tag: "tag", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

// eventsOn is a log file of one event on each of so many days from 2000 on.
func eventsOn(days int) string {
	var records []string
	for n := range days {
		at := time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, n*37%days)
		records = append(records, fmt.Sprintf(`{"eventTime":%q,"eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-%012d","recipientAccountId":"111111111111"}`, at.Format(time.RFC3339), n))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

// TestDeliveryIsTheSameEveryTime: the same objects make the same files whatever was delivered
// before; coverage comes last.
func TestDeliveryIsTheSameEveryTime(t *testing.T) {
	contents := map[string]string{
		"s3://trails/one.json": eventsOn(1), "s3://trails/ten.json": eventsOn(10), "s3://trails/many.json": eventsOn(700), // more than may be open
		"s3://trails/large.json":                             `{"Records":[` + strings.Repeat(strings.TrimSuffix(strings.TrimPrefix(eventsOn(40), `{"Records":[`), `]}`)+",", 5000) + `{"eventTime":"2026-07-10T11:42:05Z"}]}`,
		"s3://trails/" + strings.Repeat("k", 1024):           eventsOn(2),
		"s3://trails/../../etc/passwd%00":                    eventsOn(2),
		"s3://trails/AWSLogs/1/CloudTrail-Insight/eu/x.json": `{"Records":[]}`,
	}
	names := slices.Sorted(maps.Keys(contents))
	var first map[string][]byte
	for round := range 3 {
		store, d, _ := delivered(t)
		for i := range names {
			name := names[(i+3*round)%len(names)]
			before := len(store.order)
			receipt, err := d.Deliver(t.Context(), objectOf(name, contents[name]))
			if err != nil || !receipt.Valid() {
				t.Fatalf("%.50s: %v", name, err)
			}
			if last := store.order[len(store.order)-1]; !strings.HasPrefix(last, "coverage/") || strings.Count(strings.Join(store.order[before:], " "), "coverage/") != 1 {
				t.Errorf("%.50s: stored last is %s", name, last)
			}
		}
		if round == 0 {
			first = store.objects
			continue
		}
		if !maps.EqualFunc(first, store.objects, bytes.Equal) {
			t.Errorf("in another order %d other files, %d before", len(store.objects), len(first))
		}
	}
	if len(first) < 700 {
		t.Errorf("%d files", len(first))
	}
}

// TestDeliveryThatFails leaves no trace, neither in the lake nor on the way to it, and does not
// disturb what comes next.
func TestDeliveryThatFails(t *testing.T) {
	store, d, scratch := delivered(t)
	good := objectOf("s3://trails/good.json", eventsOn(3))
	broken := good
	broken.Name = "s3://trails/broken.json"
	broken.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(eventsOn(3)[:300]), brokenPipe{})), nil
	}
	unopened := good
	unopened.Open = func() (io.ReadCloser, error) { return nil, errors.New("access denied") }
	hungUp := good // as the SDK says it of a server that closes the connection
	hungUp.Open = func() (io.ReadCloser, error) { return nil, fmt.Errorf("no answer: %w", io.EOF) }
	cut := good
	cut.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(eventsOn(3)[:300]), iotest.ErrReader(fmt.Errorf("broke again and again: %w", io.EOF)))), nil
	}
	for what, try := range map[string]pipeline.Object{"connection broke": broken, "access denied": unopened, "no answer": hungUp, "broke again and again": cut} {
		if receipt, err := d.Deliver(t.Context(), try); err == nil || receipt.Valid() || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), try.Name) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, table := range []string{"events/", "coverage/"} {
		store.refuse = table
		if receipt, err := d.Deliver(t.Context(), good); err == nil || receipt.Valid() {
			t.Errorf("without %s: %v", table, err)
		}
		if files, err := filepath.Glob(filepath.Join(scratch, "*", "*")); err != nil || len(files) > 0 {
			t.Errorf("on the way: %v, %v", files, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	store.refuse = ""
	if receipt, err := d.Deliver(ctx, good); !errors.Is(err, context.Canceled) || receipt.Valid() {
		t.Errorf("when the time is over: %v", err)
	}
	for name := range store.objects {
		if strings.HasPrefix(name, "coverage/") {
			t.Errorf("the lake has %s", name)
		}
	}
	if receipt, err := d.Deliver(t.Context(), good); err != nil || receipt.String() != "ingested: records 3 = written 3 + duplicate 0 + quarantined 0" || len(store.objects) != 4 {
		t.Errorf("at last: %v, %v, %d objects", receipt, err, len(store.objects))
	}
}

type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error) { return 0, errors.New("connection broke") }

// TestDeliveryQuarantines objects that are none, and records.
func TestDeliveryQuarantines(t *testing.T) {
	store, d, _ := delivered(t)
	changing, opened := objectOf("s3://trails/changing.json", strings.Repeat(" ", 9<<20)), 0
	changing.Open = func() (io.ReadCloser, error) { // large, so that it is read twice
		opened++
		content := `{"Records":[` + strings.Repeat(" ", 9<<20-11-len(oneRecord)-2) + oneRecord + `]}`
		if opened == 2 {
			content = strings.Replace(content, oneRecord, strings.Repeat("x", len(oneRecord)), 1)
		}
		return io.NopCloser(strings.NewReader(content)), nil
	}
	for _, try := range []struct {
		object pipeline.Object
		want   string
		files  int // quarantine, events and coverage
	}{
		{objectOf("s3://trails/none.json", "none"), "quarantined: records 0", 1},
		{objectOf("s3://trails/empty.json", ""), "quarantined: records 0", 1},
		{objectOf("s3://trails/record.json", `{"Records":[{"eventName":"x"},`+oneRecord+`]}`), "ingested: records 2 = written 1 + duplicate 0 + quarantined 1", 3},
		{changing, "quarantined: records 0", 1},
	} {
		clear(store.objects)
		receipt, err := d.Deliver(t.Context(), try.object)
		if err != nil || !strings.HasPrefix(receipt.String(), try.want) || len(store.objects) != try.files || len(receipt.Quarantined()) != 1 {
			t.Errorf("%s: %v, %v, %d files, quarantined %v", try.object.Name, receipt, err, len(store.objects), receipt.Quarantined())
		}
	}
}

// TestRecordsOfWhatWasQuarantinedBefore takes an object that a limit refused as a whole, when
// the limit is another one: what is set aside of its records has a place of its own.
func TestRecordsOfWhatWasQuarantinedBefore(t *testing.T) {
	store, d, _ := delivered(t)
	lake, err := parquet.CreateRemote(store)
	if err != nil {
		t.Fatal(err)
	}
	defer lake.Close()
	strict := pipeline.DefaultLimits
	strict.InflatedSize = 10
	object := objectOf("s3://trails/record.json", `{"Records":[{"eventName":"x"},`+oneRecord+`]}`)
	for _, try := range []struct {
		d     *pipeline.Delivery
		want  string
		files int
	}{{pipeline.NewDelivery(lake, pipeline.Options{Limits: strict}), "quarantined: records 0", 1}, {d, "ingested: records 2 = written 1 + duplicate 0 + quarantined 1", 4}} {
		if receipt, err := try.d.Deliver(t.Context(), object); err != nil || !strings.HasPrefix(receipt.String(), try.want) || len(store.objects) != try.files {
			t.Errorf("%v, %v, %d files; want %s, %d", receipt, err, len(store.objects), try.want, try.files)
		}
	}
}

const oneRecord = `{"eventTime":"2026-07-10T11:42:05Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111111111111"}`
