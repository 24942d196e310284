#!/usr/bin/env bash
# Compares iam/policy with npm @cloud-copilot/iam-simulate on generated policy sets.
#
#   scripts/iam-simulate/run.sh [SETS] [SEED]
#
# A check for development only. The package is under the AGPL: it is installed into
# .cache, runs in a process of its own, and is no part of what is built or shipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=0.1.173
folder=$PWD/.cache/iam-simulate
installed=$folder/node_modules/@cloud-copilot/iam-simulate/package.json

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo "iam-simulate: left out, node and npm are not installed"
	exit 0
fi
if ! grep -qs "\"version\": \"$version\"" "$installed"; then
	mkdir -p "$folder"
	if ! npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts --loglevel error \
		"@cloud-copilot/iam-simulate@$version" >"$folder/install.log" 2>&1; then
		echo "iam-simulate: left out, version $version cannot be installed ($(tail -1 "$folder/install.log" | cut -c1-160))"
		exit 0
	fi
fi
IAM_SIMULATE=$folder go test -count=1 -v -tags iamsimulate -run 'AgainstIAMSimulate$' ./iam/policy \
	-args -sets "${1:-1000}" -seed "${2:-1}"
