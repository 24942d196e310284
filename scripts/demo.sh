#!/usr/bin/env bash
# Ingests the test organisation into a fresh lake and prints its reports.
#
#   scripts/demo.sh [LAKE]          the demo; needs bin/ingest and bin/report
#   scripts/demo.sh --clean [LAKE]  removes its lake
set -euo pipefail
cd "$(dirname "$0")/.."

clean=false
if [ "${1:-}" = --clean ]; then
	clean=true
	shift
fi
lake=${1:-demo-lake}

# A lake has a ledger. Any other folder of that name is somebody else's.
if [ -e "$lake" ]; then
	if [ ! -f "$lake/ledger.sqlite" ]; then
		echo "demo: $lake exists and is no lake; move it away or name another: make demo DEMO_LAKE=FOLDER" >&2
		exit 1
	fi
	rm -rf -- "$lake"
	rm -f -- "$lake-review"/review.{html,json,csv,xlsx,md} "$lake-review/manifest.json" "$lake-review"/owners/*.md
	rmdir -- "$lake-review/owners" "$lake-review" 2>/dev/null || true
fi
$clean && exit 0

# say TEXT…: what comes next. run COMMAND…: shows a command and runs it.
say() { printf '\n# %s\n' "$*"; }
run() {
	local word line='$'
	for word in "$@"; do
		case $word in
		*[\ \"\'\*]*) line+=" \"$word\"" ;;
		*) line+=" $word" ;;
		esac
	done
	printf '\n%s\n' "$line"
	"$@"
}

say "one quarter of logs of a made-up organisation: three accounts, some thirty roles"
run bin/ingest logs --lake "$lake" testdata/cloudtrail/AWSLogs
run bin/ingest iam --lake "$lake" --snapshot-date 2026-10-01 testdata/cloudtrail/iam/*.json
run bin/ingest trail --lake "$lake" --snapshot-date 2026-10-01 testdata/cloudtrail/trails/*.json

say "which roles are used, when last, by whom"
run bin/report last-used --lake "$lake" --quarter 2026Q3

say "what roles may do and never do: the actions that their policies grant, by verdict"
run bin/report unused --lake "$lake" --quarter 2026Q3 --summary

say "what one of them may do and never did; of tables, functions and objects, whether the trails would have shown it"
run bin/report unused --lake "$lake" --quarter 2026Q3 --role report-export

say "who became which role, and should not have; whom no role needs to trust"
run bin/report unexpected --lake "$lake" --quarter 2026Q3 --config testdata/cloudtrail/roletrail.yaml

say "what these answers rest on"
run bin/report coverage --lake "$lake" --quarter 2026Q3

say "everything about one role"
run bin/report role data-migrate --lake "$lake" --quarter 2026Q3

say "the quarterly access review, for a browser"
run bin/report review --lake "$lake" --quarter 2026Q3 --config testdata/cloudtrail/roletrail.yaml --out "$lake-review"

say "any other question, in SQL"
run bin/report sql --lake "$lake" \
	"select role_name, count(distinct action) as actions, count(*) as events from role_use where outcome <> 'denied' group by role_name order by events desc limit 5"

printf '\n# open %s/review.html in a browser, and try next\n' "$lake-review"
width=$((${#lake} + 53))
printf "  %-${width}s  %s\n" \
	"bin/report last-used --lake $lake --quarter 2026Q3 --wide" "all columns: why, by whom, proved by which event" \
	"bin/report role db-admin --lake $lake --quarter 2026Q3" "a person behind a permission set, by two hops" \
	"bin/report coverage --lake $lake --quarter 2026Q3 --gaps" "the days that are missing" \
	"bin/report sql --lake $lake" "a prompt; .help lists its commands" \
	"bin/ingest logs PATH/TO/AWSLogs" "your own logs, into ./lake"
