package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"roletrail/parquet"
	"roletrail/pipeline"
)

// TestMetricsOfRounds compares what the metrics say after some rounds.
func TestMetricsOfRounds(t *testing.T) {
	w := newWatched(t)
	place(t, filepath.Join(w.logs, "a.json"), record(1, "111111111111"))
	place(t, filepath.Join(w.logs, "b.json"), record(1, "111111111111"))
	place(t, filepath.Join(w.logs, "c.json"), record(2, "222222222222"))
	place(t, filepath.Join(w.logs, "d.json"), record(3, `<script>"`))
	place(t, filepath.Join(w.logs, "bad.json"), `{"Rec`)
	stop := w.start()
	w.await("objects", func(r round) bool { return r.summary.Objects.Total == 5 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	want := `
# HELP roletrail_ingest_accounts_without_series Accounts that have no series of their newest event, because there are too many or they are no account ids.
# TYPE roletrail_ingest_accounts_without_series gauge
roletrail_ingest_accounts_without_series 1
# HELP roletrail_ingest_last_event_timestamp_seconds Time of the newest event of an account that this process brought into the lake.
# TYPE roletrail_ingest_last_event_timestamp_seconds gauge
roletrail_ingest_last_event_timestamp_seconds{account_id="111111111111"} 1.783683725e+09
roletrail_ingest_last_event_timestamp_seconds{account_id="222222222222"} 1.783683725e+09
# HELP roletrail_ingest_quarantined_objects Log files that are in quarantine as a whole.
# TYPE roletrail_ingest_quarantined_objects gauge
roletrail_ingest_quarantined_objects 1
# HELP roletrail_ingest_records_total Records of CloudTrail events that were read, by what became of them: written, duplicate or quarantined.
# TYPE roletrail_ingest_records_total counter
roletrail_ingest_records_total{outcome="duplicate"} 1
roletrail_ingest_records_total{outcome="quarantined"} 0
roletrail_ingest_records_total{outcome="written"} 3
`
	if err := testutil.GatherAndCompare(w.registry, strings.NewReader(want), "roletrail_ingest_accounts_without_series", "roletrail_ingest_last_event_timestamp_seconds",
		"roletrail_ingest_quarantined_objects", "roletrail_ingest_records_total"); err != nil {
		t.Error(err)
	}
	for outcome, want := range map[string]float64{"ingested": 4, "quarantined": 1, "skipped": 0} {
		if got := testutil.ToFloat64(w.Metrics.objects.WithLabelValues(outcome)); got != want {
			t.Errorf("%v objects %s, want %v", got, outcome, want)
		}
	}
	if problems, err := testutil.GatherAndLint(w.registry); err != nil || len(problems) > 0 {
		t.Errorf("the linter says %v, %v", problems, err)
	}
}

// TestCommitsOfOneRoundCountOnce tells of several commits of a round, and of its end.
func TestCommitsOfOneRoundCountOnce(t *testing.T) {
	m := NewMetrics(prometheus.NewRegistry())
	sum := pipeline.Summary{Families: map[string]pipeline.FamilyCounts{}}
	for n := int64(1); n <= 3; n++ {
		sum.Objects.Ingested, sum.Records.Written, sum.Inflated, sum.Files, sum.Bytes = 10*n, 100*n, 1000*n, int(n), 50*n
		sum.Families["CloudTrail"] = pipeline.FamilyCounts{Objects: 10 * n, Records: 100 * n}
		m.committed(&sum)
	}
	m.ended(&sum, nil, time.Second, time.Now())
	next := pipeline.Summary{Families: map[string]pipeline.FamilyCounts{"CloudTrail": {Objects: 1, Records: 5}}}
	next.Objects.Ingested, next.Records.Written = 1, 5
	m.ended(&next, errors.New("failed after a commit"), time.Second, time.Now())
	for what, c := range map[string]struct {
		got  prometheus.Collector
		want float64
	}{
		"objects":  {m.objects.WithLabelValues("ingested"), 31},
		"records":  {m.records.WithLabelValues("written"), 305},
		"families": {m.families.WithLabelValues("CloudTrail"), 305},
		"inflated": {m.inflated, 3000},
		"files":    {m.files, 3},
		"bytes":    {m.written, 150},
		"done":     {m.rounds.WithLabelValues("done"), 1},
		"failed":   {m.rounds.WithLabelValues("failed"), 1},
	} {
		if got := testutil.ToFloat64(c.got); got != c.want {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

// TestTimesOfRounds tells when the watch began, when a round last was done, and how long those took that were.
func TestTimesOfRounds(t *testing.T) {
	m := NewMetrics(prometheus.NewRegistry())
	m.startAt(time.Unix(1000, 0))
	m.ended(nil, nil, 2*time.Second, time.Unix(2000, 500_000_000))
	m.ended(nil, errors.New("it is broken"), 3*time.Second, time.Unix(3000, 0))
	m.ended(nil, parquet.ErrLocked, 4*time.Second, time.Unix(4000, 0))
	if start, last := testutil.ToFloat64(m.started), testutil.ToFloat64(m.lastRound); start != 1000 || last != 2000.5 {
		t.Errorf("it began at %v, and the last round was done at %v", start, last)
	}
	only := prometheus.NewRegistry()
	only.MustRegister(m.duration)
	families, err := only.Gather()
	if err != nil || len(families) != 1 {
		t.Fatalf("%d families, %v", len(families), err)
	}
	if h := families[0].GetMetric()[0].GetHistogram(); h.GetSampleCount() != 1 || h.GetSampleSum() != 2 {
		t.Errorf("%d rounds took %v s", h.GetSampleCount(), h.GetSampleSum())
	}
}

// TestPendingObjects is what of a round is still to be read, and nothing after it.
func TestPendingObjects(t *testing.T) {
	w := newWatched(t)
	var pending []float64
	w.Sources[0].Source = opened{w.Sources[0].Source, func() { pending = append(pending, testutil.ToFloat64(w.Metrics.pending)) }}
	for n := range 4 {
		place(t, filepath.Join(w.logs, fmt.Sprint(n)), record(n, "111111111111"))
	}
	stop := w.start()
	w.await("the objects", func(r round) bool { return r.summary.Objects.Ingested == 4 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if want := []float64{0, 3, 2, 1}; !slices.Equal(pending, want) { // before the first is read, nobody knows how many there are
		t.Errorf("pending when each was opened: %v, want %v", pending, want)
	}
	if n := testutil.ToFloat64(w.Metrics.pending); n != 0 {
		t.Errorf("%v pending after it", n)
	}
}

// opened tells when an object of a source is opened.
type opened struct {
	pipeline.Source
	tell func()
}

func (o opened) List(ctx context.Context, fn func(pipeline.Object) error) error {
	return o.Source.List(ctx, func(object pipeline.Object) error {
		open := object.Open
		named := pipeline.Object{Name: object.Name, Size: object.Size, Modified: object.Modified}
		named.Open = func() (io.ReadCloser, error) { o.tell(); return open() }
		return fn(named)
	})
}

// TestSeriesOfAccountsAreBounded tells of more accounts than there are series.
func TestSeriesOfAccountsAreBounded(t *testing.T) {
	a := newAccounts()
	times := map[string]time.Time{}
	for n := range MostAccounts + 500 {
		times[fmt.Sprintf("%012d", n)] = time.Unix(int64(n), 0)
	}
	a.see(times)
	a.see(map[string]time.Time{"000000000000": time.Unix(-1, 0), "000000000001": time.Unix(99, 0), "": time.Unix(1, 0), "12345678901a": time.Unix(1, 0)})
	if n := testutil.CollectAndCount(a, "roletrail_ingest_last_event_timestamp_seconds"); n != MostAccounts {
		t.Errorf("%d series, want %d", n, MostAccounts)
	}
	if n := len(a.omitted); n != 501 {
		t.Errorf("%d accounts without, want 501", n)
	}
	if a.last["000000000000"] != time.Unix(0, 0) || a.last["000000000001"] != time.Unix(99, 0) {
		t.Error("the newest time does not stay")
	}
}
