package gauges

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"roletrail/queries"
)

// Gauges is a collector of what the reports answered last.
type Gauges struct {
	refreshes *prometheus.CounterVec
	duration  prometheus.Gauge
	refreshed prometheus.Gauge

	mu     sync.RWMutex
	answer []prometheus.Metric
}

// New makes gauges that tell nothing before the first refresh, and registers them.
func New(registry prometheus.Registerer) *Gauges {
	g := &Gauges{
		refreshes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roletrail_report_refreshes_total", Help: "Times that the reports were run, by how it ended: done or failed.",
		}, []string{"outcome"}),
		duration: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "roletrail_report_refresh_duration_seconds", Help: "How long the last run of the reports took that was done.",
		}),
		refreshed: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "roletrail_report_refresh_timestamp_seconds", Help: "When the last run of the reports ended that was done; 0 before the first.",
		}),
	}
	for _, outcome := range []string{"done", "failed"} {
		g.refreshes.WithLabelValues(outcome)
	}
	registry.MustRegister(g, g.refreshes, g.duration, g.refreshed)
	return g
}

// Refresh runs the reports. When one fails, what was answered before stays.
func (g *Gauges) Refresh(ctx context.Context, engine queries.Engine, params queries.Params) error {
	began := time.Now()
	answer, err := answer(ctx, engine, params)
	if err != nil {
		return err
	}
	g.mu.Lock()
	g.answer = answer
	g.mu.Unlock()
	g.refreshes.WithLabelValues("done").Inc()
	g.duration.Set(time.Since(began).Seconds())
	g.refreshed.SetToCurrentTime()
	return nil
}

// Failed counts a run that failed, be it that the lake could not be opened.
func (g *Gauges) Failed() { g.refreshes.WithLabelValues("failed").Inc() }

// Ready reports whether there is an answer.
func (g *Gauges) Ready() bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.answer != nil
}

// Describe is part of prometheus.Collector.
func (g *Gauges) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range all {
		descs <- d
	}
}

// Collect is part of prometheus.Collector.
func (g *Gauges) Collect(metrics chan<- prometheus.Metric) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, m := range g.answer {
		metrics <- m
	}
}
