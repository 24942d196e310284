#!/bin/sh
# Writes the access review of the quarter before today into a folder of its name:
#
#   review-last-quarter.sh LAKE REVIEWS [TODAY]
#
# LAKE is a folder or s3://BUCKET/PREFIX, REVIEWS the folder that holds the reviews
# (REVIEWS/2026Q3/review.html). Where the review before it has a decisions.json, put there
# by whoever exported it, the new one says what became of it. TODAY is YYYY-MM-DD, for trying.
# CACHE_SIZE, if set, is how much of a lake on S3 may be fetched, like 100GiB.
set -eu

if [ $# -lt 2 ]; then
	echo "usage: $0 LAKE REVIEWS [TODAY]" >&2
	exit 2
fi
lake=$1 reviews=$2 today=${3:-$(date -u +%Y-%m-%d)}

year=${today%%-*}
month=${today#*-}
month=${month%%-*}
quarters=$((year * 4 + (${month#0} - 1) / 3)) # since the year 0, of today

# name N: the name of the Nth quarter since the year 0.
name() {
	echo "$(($1 / 4))Q$(($1 % 4 + 1))"
}
last=$(name $((quarters - 1)))
before=$(name $((quarters - 2)))

set -- --lake "$lake" --quarter "$last" --out "$reviews/$last"
if [ -f "$reviews/$before/decisions.json" ]; then
	set -- "$@" --decisions "$reviews/$before/decisions.json"
fi
if [ -n "${CACHE_SIZE:-}" ]; then
	set -- "$@" --cache-size "$CACHE_SIZE"
fi
exec report review "$@"
