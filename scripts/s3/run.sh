#!/usr/bin/env bash
# Runs ingest logs s3://… against versitygw, an S3 server, on the loopback, and lets that give
# notice of new objects to ingest as a Lambda function, and compacts a lake there; and measures what a
# small object takes of the processor and of memory. The server is installed into .cache/bin, and
# started and stopped by the test. Needs bin/ingest and bin/report.
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=scripts/s3/versitygw.sh
. scripts/s3/versitygw.sh
if [ -z "$versitygw" ]; then
	echo "left out: $left_out"
	exit 0
fi
VERSITYGW=$versitygw go test -count=1 -v -timeout 20m -tags integration -run '^Test(LogsFromS3|ManyObjectsOfS3|LambdaFromNotices|CompactOnS3|OddKeysOnS3)$' ./cmd/ingest
