package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"

	"roletrail/cmd/internal/cli"
	"roletrail/pipeline/watch"
)

// newRegistry makes the metrics of this program: those of the watch, of the process, and
// which build it is.
func newRegistry() (*prometheus.Registry, *watch.Metrics) {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "roletrail_build_info", Help: "Always 1; the version of the program is a label.", ConstLabels: prometheus.Labels{"version": cli.Version()},
	})
	build.Set(1)
	registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry, watch.NewMetrics(registry)
}

// serve serves metrics and health until the server is closed. When it fails before, it
// says so to stop.
func (j *watchJob) serve(registry *prometheus.Registry, metrics *watch.Metrics, stop func(cause error)) (io.Closer, error) {
	listener, err := net.Listen("tcp", j.listen)
	if err != nil {
		return nil, fmt.Errorf("listening for Prometheus at %q: %w; give another address with --listen", j.listen, bareNet(err))
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry, MaxRequestsInFlight: 8}))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if !metrics.Ready() {
			http.Error(w, "the first look at the sources is not done yet", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	landing, err := web.NewLandingPage(web.LandingConfig{
		Name: "roletrail ingest", Description: "Reads new CloudTrail log files into a lake", Version: cli.Version(),
		Links: []web.LandingLinks{{Address: "/metrics", Text: "Metrics"}, {Address: "/-/ready", Text: "Ready"}},
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listening for Prometheus: %w", err), listener.Close())
	}
	mux.Handle("GET /{$}", landing)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	if err := web.Validate(j.webConfig); err != nil {
		return nil, errors.Join(fmt.Errorf("reading --web.config.file %q: %w", j.webConfig, err), listener.Close())
	}
	j.logs.p.Say(slog.LevelInfo, fmt.Sprintf("metrics at http://%s/metrics", listener.Addr()), "listening", "address", listener.Addr().String())
	go func() {
		none, systemd := []string{}, false
		flags := &web.FlagConfig{WebListenAddresses: &none, WebSystemdSocket: &systemd, WebConfigFile: &j.webConfig}
		if err := web.Serve(listener, server, flags, slog.New(slog.DiscardHandler)); !errors.Is(err, http.ErrServerClosed) {
			stop(fmt.Errorf("serving metrics: %w", err))
		}
	}()
	return server, nil
}

// bareNet is an error of the network without the address, which the message names.
func bareNet(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
