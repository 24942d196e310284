#!/usr/bin/env bash
# The checks beside the tests: formatting, linters, known vulnerabilities, the builds
# for other systems, the demo, kill -9 in great number, a large file, reports against oracles over many
# worlds, IAM asked itself, Prometheus and Alertmanager, the review in a browser, and the commands that the
# documentation shows.
#
# Linters are installed into .cache/bin at the versions below. One that cannot be had
# is left out, which a line says. All checks run even if one fails.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

packages=(./... ./testdata/cloudtrail/...)
bin=$PWD/.cache/bin
failed=()

# check NAME COMMAND…: runs a check and notes if it fails.
check() {
	local name=$1
	shift
	echo "== $name"
	"$@" || failed+=("$name")
}

# have MODULE PACKAGE VERSION: installs a tool unless that version is there.
have() {
	local name=${2##*/} stamp
	stamp=$bin/.${2##*/}-$3
	[ -x "$bin/$name" ] && [ -f "$stamp" ] && return
	mkdir -p "$bin"
	if ! GOBIN=$bin GOFLAGS='' limited 900 go install "$1/$2@$3" >"$bin/.log" 2>&1; then
		echo "== $name: left out, version $3 cannot be installed ($(tail -1 "$bin/.log" | cut -c1-160))"
		return 1
	fi
	rm -f "$bin/.$name-"*
	: >"$stamp"
}

# limited SECONDS COMMAND…: exit code 124 when the time is over. (macOS has no timeout.)
limited() {
	local seconds=$1 command watch code=0
	shift
	"$@" &
	command=$!
	(
		for ((i = 0; i < seconds; i++)); do
			sleep 1
			kill -0 "$command" 2>/dev/null || exit 0
		done
		kill "$command" 2>/dev/null && exit 124
	) >/dev/null 2>&1 &
	watch=$!
	wait "$command" || code=$?
	if [ "$code" -gt 128 ]; then
		wait "$watch" || code=$?
	fi
	return "$code"
}

formatted() {
	local files
	files=$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l) || return 1
	[ -z "$files" ] || { echo "not gofmt'ed:" && echo "$files" && return 1; }
}

# vulnerable asks the vulnerability database, which may be out of reach.
vulnerable() {
	local out code=0
	out=$(limited 60 "$bin/govulncheck" "${packages[@]}" 2>&1) || code=$?
	case $code in
	0) echo "none known" ;;
	124) echo "left out: its database did not answer within 60 s" ;;
	3) echo "$out" && return 1 ;;
	*)
		if grep -qiE 'fetching vulnerabilities|dial tcp|no such host|forbidden|connection|timeout' <<<"$out"; then
			echo "left out: its database cannot be reached"
		else
			echo "$out" && return 1
		fi
		;;
	esac
}

# built builds ingest for another system.
built() {
	CGO_ENABLED=0 GOOS=${1%/*} GOARCH=${1#*/} go build -o /dev/null ./cmd/ingest
}

# narrow compiles what needs no DuckDB, tests and generator too, where an int has 32 bits.
narrow() {
	CGO_ENABLED=0 GOOS=linux GOARCH=386 go vet ./cloudtrail/... ./iam/... ./parquet/... ./testdata/cloudtrail/...
}

demo() {
	local out code=0
	out=$(make --no-print-directory demo DEMO_LAKE=.cache/demo-lake 2>&1) || code=$?
	[ "$code" -eq 0 ] || echo "$out"
	return "$code"
}

# killed kills runs of ingest and of compaction at random moments, and says how often, and
# what they left.
killed() {
	go test -count=1 -v -timeout 3h -run '^TestKilled' ./cmd/ingest ./pipeline | grep -E '_test\.go:|^(--- |ok|FAIL)'
}

# broken lets a process die, and a disk fail, at every step by which a lake or its ledger is changed.
broken() {
	go test -count=1 -v -timeout 3h -run '^TestCrash|^TestFailureOf|^TestEveryCallOfLedgerFails$' ./parquet | grep -E '_test\.go:|^(--- |ok|FAIL)'
}

# disturbed lets log files arrive in any order and be read by any number of workers, writers meet and
# lakes be damaged, as often as runs are killed or a part of it, and says how often.
disturbed() {
	go test -count=1 -v -timeout 3h -run '^TestRedelivery$|^TestArrivalDoesNotMatter$|^TestAnswersInAnyOrder$|^TestWorkersDoNotMatter$|^TestWritersBesideEachOther$|^TestFsckOfAnyDamage$|^TestFsckFindsEveryByte$|^TestFsckOfEveryByteOfALedger$|^TestFsckOfWholeLakes$' ./pipeline | grep -E '_test\.go:|^(--- |ok|FAIL)'
}

# large reads a log file of 1 GiB, and says how much memory that takes.
large() {
	ROLETRAIL_LARGE_FILE=1024 go test -count=1 -v -timeout 1h -run '^TestLargeFile$' ./cmd/ingest | grep -E '_test\.go:|^(--- |ok|FAIL)'
}

# many reads a million log files, and says how much memory and ledger they take.
many() {
	ROLETRAIL_OBJECTS=1000000 go test -count=1 -v -timeout 1h -run '^TestManyObjects$' ./cmd/ingest | grep -E '_test\.go:|^(--- |ok|FAIL)'
}

# compared compares the reports with their oracles over many random worlds, and says how many.
compared() {
	go test -count=1 -v -timeout 1h -run 'AgreesWithOracle$|^TestRolePartsAddUp$' ./queries | grep -E '_test\.go:|^(--- |ok|FAIL)'
}

check gofmt formatted
check "go vet" go vet "${packages[@]}"
check "go vet of the integration tests" go vet -tags integration ./cmd/ingest ./queries ./review/access
if have honnef.co/go/tools cmd/staticcheck v0.8.2; then
	check staticcheck "$bin/staticcheck" "${packages[@]}"
fi
if have github.com/golangci/golangci-lint/v2 cmd/golangci-lint v2.15.0; then
	check golangci-lint "$bin/golangci-lint" run "${packages[@]}"
fi
if have golang.org/x/vuln cmd/govulncheck v1.9.0; then
	check govulncheck vulnerable
fi
check "go vet for 32 bits" narrow
for system in linux/amd64 linux/386 linux/arm64 darwin/arm64 windows/amd64; do
	check "ingest for $system without cgo" built "$system"
done
check "make demo" demo
check "kill -9" killed
check "crashes and failures at every step" broken
check "disturbed runs" disturbed
check "a file of 1 GiB" large
check "a million log files" many
check "reports against oracles" compared
check "ingest iam --live and a queue against moto" scripts/moto/run.sh
check "rules, Prometheus and Alertmanager" scripts/prometheus/run.sh
check "ingest logs s3:// and notices from versitygw" scripts/s3/run.sh
check "every question by Trino" scripts/trino/run.sh
check "Terraform" scripts/terraform/run.sh
check "the roles of Terraform by report unused" scripts/own-roles/run.sh
check "the review in a browser" scripts/browser/run.sh
check "the workbook of the review in openpyxl" scripts/spreadsheet/run.sh
check "commands of the documentation" env ROLETRAIL_DOCS=1 go test -count=1 -run '^TestDocumentedCommands$' .

if [ ${#failed[@]} -gt 0 ]; then
	printf 'checks: failed: %s\n' "${failed[@]}" >&2
	exit 1
fi
