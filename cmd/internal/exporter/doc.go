// Package exporter serves the metrics of a program that runs on: /metrics for Prometheus,
// /-/healthy and /-/ready for whoever starts it, and a page that leads to them. TLS and
// passwords are those of the Prometheus exporter toolkit.
package exporter
