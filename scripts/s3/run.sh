#!/usr/bin/env bash
# Runs ingest logs s3://… against versitygw, an S3 server, on the loopback, and lets that give
# notice of new objects to ingest as a Lambda function, and compacts a lake there. The server is
# installed into .cache/bin, and started and stopped by the test. Needs bin/ingest and
# bin/report.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=v1.8.0
bin=$PWD/.cache/bin
stamp=$bin/.versitygw-$version

if [ ! -x "$bin/versitygw" ] || [ ! -f "$stamp" ]; then
	mkdir -p "$bin"
	rm -f "$bin"/.versitygw-*
	if ! GOBIN=$bin GOFLAGS='' go install "github.com/versity/versitygw/cmd/versitygw@$version" >"$bin/.versitygw.log" 2>&1; then
		echo "left out: versitygw $version cannot be installed ($(tail -1 "$bin/.versitygw.log" | cut -c1-160))"
		exit 0
	fi
	: >"$stamp"
fi
VERSITYGW=$bin/versitygw go test -count=1 -v -timeout 10m -tags integration -run '^Test(LogsFromS3|LambdaFromNotices|CompactOnS3)$' ./cmd/ingest
