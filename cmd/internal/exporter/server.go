package exporter

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
)

// NewRegistry makes a registry with the metrics that every program has: of the process,
// and which build it is.
func NewRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "roletrail_build_info", Help: "Always 1; the version of the program is a label.", ConstLabels: prometheus.Labels{"version": cli.Version()},
	})
	build.Set(1)
	registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// Server is what is served, and where.
type Server struct {
	Name, Description string // of the program, on its page
	Address           string // to listen at, of --listen
	WebConfig         string // file of --web.config.file, empty for none
	Registry          *prometheus.Registry
	// Ready says why the program is not ready yet, or nothing.
	Ready func() string
	// Say tells the user where the metrics are.
	Say func(level slog.Level, text, event string, attributes ...any)
}

// Start serves until the closer that it returns is closed. When serving fails before, it
// says so to stop.
func (s *Server) Start(stop func(cause error)) (io.Closer, error) {
	listener, err := net.Listen("tcp", s.Address)
	if err != nil {
		return nil, fmt.Errorf("listening for Prometheus at %q: %w; give another address with --listen", s.Address, bareNet(err))
	}
	handler, err := s.handler()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listening for Prometheus: %w", err), listener.Close())
	}
	if err := web.Validate(s.WebConfig); err != nil {
		return nil, errors.Join(fmt.Errorf("reading --web.config.file %q: %w", s.WebConfig, err), listener.Close())
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	s.Say(slog.LevelInfo, fmt.Sprintf("metrics at http://%s/metrics", listener.Addr()), "listening", "address", listener.Addr().String())
	go func() {
		none, systemd := []string{}, false
		flags := &web.FlagConfig{WebListenAddresses: &none, WebSystemdSocket: &systemd, WebConfigFile: &s.WebConfig}
		if err := web.Serve(listener, server, flags, slog.New(slog.DiscardHandler)); !errors.Is(err, http.ErrServerClosed) {
			stop(fmt.Errorf("serving metrics: %w", err))
		}
	}()
	return server, nil
}

func (s *Server) handler() (http.Handler, error) {
	landing, err := web.NewLandingPage(web.LandingConfig{
		Name: s.Name, Description: s.Description, Version: cli.Version(),
		Links: []web.LandingLinks{{Address: "/metrics", Text: "Metrics"}, {Address: "/-/ready", Text: "Ready"}},
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", landing)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Registry, promhttp.HandlerOpts{Registry: s.Registry, MaxRequestsInFlight: 8}))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("GET /-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if why := s.Ready(); why != "" {
			http.Error(w, why, http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux, nil
}

// bareNet is an error of the network without the address, which the message names.
func bareNet(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
