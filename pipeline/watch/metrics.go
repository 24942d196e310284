package watch

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"roletrail/cloudtrail"
	"roletrail/parquet"
	"roletrail/pipeline"
)

// MostAccounts is how many accounts have a series of their own. Accounts beyond are
// counted by roletrail_ingest_accounts_without_series.
const MostAccounts = 1000

// MostSeries is how many series a watcher has at most, those of Go and of the process aside: that of accounts, of
// role changes and of findings with an account id each, and the closed sets of what has none. Roles, users and agents
// are in no label, however many there are.
const MostSeries = MostAccounts + 2*MostChangeSeries + 1_000

// Metrics are what a watcher tells Prometheus. Labels hold outcomes and log families, of
// which there are few, and account ids of twelve digits: nothing that a log file can
// choose freely.
type Metrics struct {
	objects, records, families *prometheus.CounterVec
	rounds, messages           *prometheus.CounterVec
	inflated, written, files   prometheus.Counter
	duration                   prometheus.Histogram
	lastRound                  prometheus.Gauge
	started                    prometheus.Gauge
	inQuarantine               prometheus.Gauge
	pending                    prometheus.Gauge
	lastEvent                  *accounts
	roleChanges, unusual       *roleChanges
	unobserved, forgotten      prometheus.Counter

	last    pipeline.Summary // of this round, as counted so far
	left    atomic.Int64     // objects of this round that are still to be read
	isReady atomic.Bool
}

// What becomes of an object, a record, and a round.
var (
	objectOutcomes = []string{"ingested", "already", "skipped", "quarantined"}
	recordOutcomes = []string{"written", "duplicate", "quarantined"}
	roundOutcomes  = []string{"done", "failed", "locked"}
	noticeOutcomes = []string{"taken", "failed"}
)

// NewMetrics makes the metrics known to a registry. All series are there from the
// beginning, so that the first increase of each is one.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	counters := func(name, help, label string, values []string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
		for _, v := range values {
			c.WithLabelValues(v)
		}
		return c
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	var families []string
	for f := range cloudtrail.NumFamilies {
		families = append(families, f.String())
	}
	m := &Metrics{
		objects: counters("roletrail_ingest_objects_total",
			"Log files that were listed, by what became of them: ingested, already in the lake, skipped as no CloudTrail events, or quarantined.", "outcome", objectOutcomes),
		records: counters("roletrail_ingest_records_total",
			"Records of CloudTrail events that were read, by what became of them: written, duplicate or quarantined.", "outcome", recordOutcomes),
		families: counters("roletrail_ingest_family_records_total",
			"Records that were read, by log family.", "family", families),
		rounds: counters("roletrail_ingest_rounds_total",
			"Looks at the sources: done, failed, or locked because another process was writing to the lake.", "outcome", roundOutcomes),
		messages: counters("roletrail_ingest_queue_messages_total",
			"Messages of queues that give notice of log files: taken when all of their log files were in the lake, or failed and left to the queue.", "outcome", noticeOutcomes),
		inflated: counter("roletrail_ingest_inflated_bytes_total", "Bytes of log files that were read, after decompression."),
		written:  counter("roletrail_ingest_written_bytes_total", "Bytes of Parquet files that were written to the lake."),
		files:    counter("roletrail_ingest_written_files_total", "Parquet files that were written to the lake."),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "roletrail_ingest_round_duration_seconds", Help: "How long a look at the sources took, with reading what was new.",
			Buckets: []float64{0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000},
		}),
		started:      gauge("roletrail_ingest_start_timestamp_seconds", "When the watch began."),
		lastRound:    gauge("roletrail_ingest_last_round_timestamp_seconds", "When the last round ended that was done; 0 before the first."),
		inQuarantine: gauge("roletrail_ingest_quarantined_objects", "Log files that are in quarantine as a whole."),
		pending:      gauge("roletrail_ingest_pending_objects", "Log files of the round at hand that are still to be read."),
		lastEvent:    newAccounts(),
		roleChanges:  newRoleChanges(),
		unusual:      newUnusualAccess(),
		unobserved:   counter("roletrail_unusual_access_unobserved_total", "Times that something could not be looked at for unusual access because there was too much of its kind."),
		forgotten:    counter("roletrail_unusual_access_forgotten_total", "Callers, networks and others that are not remembered any more because there are too many of their kind."),
	}
	registry.MustRegister(m.objects, m.records, m.families, m.rounds, m.messages, m.inflated, m.written, m.files, m.duration, m.started, m.lastRound, m.inQuarantine, m.pending, m.lastEvent, m.roleChanges, m.unusual, m.unobserved, m.forgotten)
	return m
}

// Ready reports whether a first round was done.
func (m *Metrics) Ready() bool { return m.isReady.Load() }

func (m *Metrics) startAt(now time.Time) { m.started.Set(seconds(now)) }

func (m *Metrics) quarantined(objects int) { m.inQuarantine.Set(float64(objects)) }

// progress is told of every object that was read, by any worker.
func (m *Metrics) progress(p pipeline.Progress) {
	if m.left.Load() == 0 {
		m.left.CompareAndSwap(0, p.Total)
	}
	m.pending.Set(float64(m.left.Add(-p.Objects)))
}

// settled counts messages.
func (m *Metrics) settled(taken, failed int) {
	m.messages.WithLabelValues("taken").Add(float64(taken))
	m.messages.WithLabelValues("failed").Add(float64(failed))
}

// committed counts what a round has committed beyond what was counted.
func (m *Metrics) committed(s *pipeline.Summary) {
	was := &m.last
	for outcome, n := range map[string]int64{
		"ingested":    s.Objects.Ingested - was.Objects.Ingested,
		"already":     s.Objects.Already - was.Objects.Already,
		"skipped":     s.Objects.Skipped - was.Objects.Skipped,
		"quarantined": s.Objects.Quarantined - was.Objects.Quarantined,
	} {
		m.objects.WithLabelValues(outcome).Add(float64(n))
	}
	for outcome, n := range map[string]int64{
		"written":     s.Records.Written - was.Records.Written,
		"duplicate":   s.Records.Duplicate - was.Records.Duplicate,
		"quarantined": s.Records.Quarantined - was.Records.Quarantined,
	} {
		m.records.WithLabelValues(outcome).Add(float64(n))
	}
	for family, counts := range s.Families {
		m.families.WithLabelValues(family).Add(float64(counts.Records - was.Families[family].Records))
	}
	m.inflated.Add(float64(s.Inflated - was.Inflated))
	m.written.Add(float64(s.Bytes - was.Bytes))
	m.files.Add(float64(s.Files - was.Files))
	m.lastEvent.see(s.LastEvents)
	m.roleChanges.see(&s.RoleChanges, &was.RoleChanges)
	m.unusual.see(&s.Unusual.Found, &was.Unusual.Found)
	m.unobserved.Add(float64(s.Unusual.Unobserved - was.Unusual.Unobserved))
	m.forgotten.Add(float64(s.Unusual.Forgotten - was.Unusual.Forgotten))
	m.last = *s
	m.last.Families, m.last.RoleChanges.Recent = maps.Clone(s.Families), maps.Clone(s.RoleChanges.Recent)
	m.last.Unusual.Found.Recent = maps.Clone(s.Unusual.Found.Recent)
}

// ended counts a round.
func (m *Metrics) ended(s *pipeline.Summary, err error, took time.Duration, now time.Time) {
	if s != nil {
		m.committed(s)
	}
	m.last = pipeline.Summary{}
	m.left.Store(0)
	m.pending.Set(0)
	switch {
	case errors.Is(err, parquet.ErrLocked):
		m.rounds.WithLabelValues("locked").Inc()
		return
	case err != nil:
		m.rounds.WithLabelValues("failed").Inc()
		return
	}
	m.rounds.WithLabelValues("done").Inc()
	m.duration.Observe(took.Seconds())
	m.lastRound.Set(seconds(now))
	m.isReady.Store(true)
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// accounts are the times of the newest events by account.
type accounts struct {
	lastEvent, without *prometheus.Desc

	mu      sync.Mutex
	last    map[string]time.Time
	omitted map[string]bool // known, and without a series; bounded
}

func newAccounts() *accounts {
	return &accounts{
		lastEvent: prometheus.NewDesc("roletrail_ingest_last_event_timestamp_seconds",
			"Time of the newest event of an account that this process brought into the lake.", []string{"account_id"}, nil),
		without: prometheus.NewDesc("roletrail_ingest_accounts_without_series",
			"Accounts that have no series of their newest event, because there are too many or they are no account ids.", nil, nil),
		last: map[string]time.Time{}, omitted: map[string]bool{},
	}
}

func (a *accounts) see(times map[string]time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, account := range slices.Sorted(maps.Keys(times)) {
		last, known := a.last[account]
		switch {
		case account == "": // of a record that tells none
		case !known && (len(a.last) >= MostAccounts || !isAccount(account)):
			if len(a.omitted) < 10*MostAccounts {
				a.omitted[account] = true
			}
		case times[account].After(last):
			a.last[account] = times[account]
		}
	}
}

// isAccount reports whether a text is an account id, of twelve digits.
func isAccount(text string) bool {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) == 12
}

// Describe implements [prometheus.Collector].
func (a *accounts) Describe(to chan<- *prometheus.Desc) {
	to <- a.lastEvent
	to <- a.without
}

// Collect implements [prometheus.Collector].
func (a *accounts) Collect(to chan<- prometheus.Metric) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for account, at := range a.last {
		to <- prometheus.MustNewConstMetric(a.lastEvent, prometheus.GaugeValue, seconds(at), account)
	}
	to <- prometheus.MustNewConstMetric(a.without, prometheus.GaugeValue, float64(len(a.omitted)))
}
