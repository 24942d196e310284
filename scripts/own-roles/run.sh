#!/usr/bin/env bash
# Holds the roles of deploy/terraform to what they do: tests that run the programs with the
# permissions of these roles write down what they ask of S3, which becomes log files of
# CloudTrail, and report unused says of each role what it may do and never does. Needs
# bin/ingest and bin/report.
set -euo pipefail
cd "$(dirname "$0")/../.."

record=$(mktemp -d)
trap 'rm -rf "$record"' EXIT
export ROLETRAIL_RECORD=$record
go test -count=1 -run '^Test(InventoryIntoALakeOnS3|CompactALakeOnS3|ShippedPolicies)$' ./cmd/ingest
go test -count=1 -run '^TestReportsOfALakeOnS3$' ./cmd/report
go test -count=1 -v -run '^TestOwnRolesUseWhatTheyMay$' .
