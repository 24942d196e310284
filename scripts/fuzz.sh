#!/usr/bin/env bash
# Runs every fuzz target of the repository, one after the other.
#
#   scripts/fuzz.sh [TIME]   TIME for each, as go test -fuzztime takes it (10m)
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10m}

found=0
failed=()
for package in $(go list ./... ./testdata/cloudtrail/...); do
	listed=$(go test -list '^Fuzz' "$package")
	for target in $(grep '^Fuzz' <<<"$listed" || true); do
		found=$((found + 1))
		echo "== $package $target for $time"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package" || failed+=("$package $target")
	done
done

if [ "$found" -eq 0 ]; then
	echo "fuzz: no fuzz target found, which cannot be" >&2
	exit 1
fi
if [ ${#failed[@]} -gt 0 ]; then
	printf 'fuzz: failed: %s\n' "${failed[@]}" >&2
	exit 1
fi
echo "fuzz: $found targets, $time each, nothing found"
