#!/usr/bin/env bash
# Runs ingest iam --live against moto, which stands in for IAM on the loopback. The
# server is installed into .cache, and started and stopped by the test. Needs
# bin/ingest and bin/report.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=5.2.5
folder=$PWD/.cache/moto
stamp=$folder/.installed-$version

if ! command -v python3 >/dev/null; then
	echo "left out: python3 is not installed"
	exit 0
fi
if [ ! -f "$stamp" ]; then
	mkdir -p "$folder"
	rm -f "$folder"/.installed-*
	if ! { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check --retries 1 "moto[server]==$version"; } >"$folder/install.log" 2>&1; then
		echo "left out: moto $version cannot be installed ($(tail -1 "$folder/install.log" | cut -c1-160))"
		exit 0
	fi
	: >"$stamp"
fi
MOTO_SERVER=$folder/bin/moto_server go test -count=1 -v -timeout 5m -tags integration -run '^TestLiveAgainstMoto$' ./cmd/ingest
