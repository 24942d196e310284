package alert

import "github.com/prometheus/client_golang/prometheus"

// Metrics are what became of what was to be told.
type Metrics struct {
	changes  *prometheus.CounterVec
	failures *prometheus.CounterVec
	pending  *prometheus.GaugeVec
}

// NewMetrics makes the metrics known to a registry, for these webhooks.
func NewMetrics(registry prometheus.Registerer, webhooks []Webhook) *Metrics {
	m := &Metrics{
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roletrail_alerts_total", Help: "Role changes that were to be told, by webhook: sent when it accepted them, failed when they were given up.",
		}, []string{"webhook", "outcome"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "roletrail_alert_failures_total", Help: "Messages that a webhook did not accept and that are tried again.",
		}, []string{"webhook"}),
		pending: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "roletrail_alerts_pending", Help: "Role changes in the outbox that are still to be told.",
		}, []string{"webhook"}),
	}
	for _, w := range webhooks {
		for _, outcome := range []string{"sent", "failed"} {
			m.changes.WithLabelValues(w.Name, outcome)
		}
		m.failures.WithLabelValues(w.Name)
		m.pending.WithLabelValues(w.Name)
	}
	registry.MustRegister(m.changes, m.failures, m.pending)
	return m
}

func (m *Metrics) sent(webhook string, n int) {
	m.changes.WithLabelValues(webhook, "sent").Add(float64(n))
}

func (m *Metrics) failed(webhook string, n int) {
	m.changes.WithLabelValues(webhook, "failed").Add(float64(n))
}

func (m *Metrics) postponed(webhook string) { m.failures.WithLabelValues(webhook).Inc() }

func (m *Metrics) waiting(webhook string, n int) { m.pending.WithLabelValues(webhook).Set(float64(n)) }
