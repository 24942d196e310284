#!/usr/bin/env bash
# Checks the rules of dashboards/prometheus with promtool and their tests, and runs ingest
# watch with a real Prometheus and a real Alertmanager on the loopback: every query of the
# dashboards must find something, and an alert must arrive where Slack would be. The
# servers are Debian's; they are started and stopped by the test. Needs bin/ingest.
set -euo pipefail
cd "$(dirname "$0")/../.."

# have reports whether all commands are there.
have() {
	for name in "$@"; do
		command -v "$name" >/dev/null || return 1
	done
}

if ! have prometheus promtool prometheus-alertmanager amtool; then
	if ! { [ "$(id -u)" = 0 ] && command -v apt-get && apt-get update && apt-get install -y --no-install-recommends prometheus prometheus-alertmanager; } >/dev/null 2>&1; then
		echo "left out: prometheus and prometheus-alertmanager are not installed, and cannot be with apt-get"
		exit 0
	fi
fi
(
	cd dashboards/prometheus
	for rules in *.rules.yml; do
		promtool check rules "$rules"
		promtool test rules "${rules%.yml}_test.yml"
	done
	promtool check config prometheus.yml
	amtool check-config ../alertmanager/alertmanager.yml
)
go test -count=1 -v -timeout 5m -tags integration -run '^TestPrometheusAndAlertmanager$' ./cmd/ingest
