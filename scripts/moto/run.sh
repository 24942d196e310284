#!/usr/bin/env bash
# Runs ingest iam --live, and ingest watch with a queue, against moto, which stands in for
# IAM, S3 and SQS on the loopback. The server is installed into .cache, and started and stopped by the test. Needs
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
# What was installed in another place does not start.
if [ ! -f "$stamp" ] || ! "$folder/bin/moto_server" --help >/dev/null 2>&1; then
	rm -rf "$folder"
	mkdir -p "$folder"
	if ! { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check --retries 1 "moto[server]==$version"; } >"$folder/install.log" 2>&1; then
		echo "left out: moto $version cannot be installed ($(tail -1 "$folder/install.log" | cut -c1-160))"
		exit 0
	fi
	: >"$stamp"
fi
MOTO_SERVER=$folder/bin/moto_server go test -count=1 -v -timeout 5m -tags integration -run 'AgainstMoto$' ./cmd/ingest
