# Everything a person or a CI job does with this repository. `make` lists the targets.

FUZZTIME ?= 10m
# How often make integration kills ingest, and a third as often compaction; 1000 for a long run.
KILLS ?= 300
# Over how many random worlds make integration compares each report with its oracle; make test takes about half.
WORLDS ?= 2000
# How many events make bench-scale measures over; 200 million need 35 GB of disk.
EVENTS ?= 200000000
DEMO_LAKE ?= demo-lake

# ./... leaves folders called testdata out; the test organisation lies in one.
PACKAGES = ./... ./testdata/cloudtrail/...

.DEFAULT_GOAL := help
.PHONY: help build demo test test-race integration trino bench bench-scale fuzz iam-simulate clean prerequisites

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## build, ingest the test organisation into ./demo-lake, print its reports
	@scripts/demo.sh "$(DEMO_LAKE)"

build: prerequisites ## build bin/ingest (one static binary) and bin/report (links DuckDB)
	CGO_ENABLED=0 go build -o bin/ingest ./cmd/ingest
	CGO_ENABLED=1 go build -o bin/report ./cmd/report

test: prerequisites ## go vet and all tests
	go vet $(PACKAGES)
	go test -timeout 40m $(PACKAGES)

test-race: prerequisites ## all tests under the race detector
	go test -timeout 3h -race $(PACKAGES)

integration: prerequisites ## linters, cross builds, the demo, KILLS (300) times kill -9, WORLDS (2000) against oracles, a stand-in for IAM, the review in a browser, the documentation
	@ROLETRAIL_KILLS="$(KILLS)" ROLETRAIL_WORLDS="$(WORLDS)" scripts/checks.sh

trino: build ## all questions with many values, asked of a real Trino and of DuckDB
	@scripts/trino/run.sh --all

bench: prerequisites ## measure on generated logs and write docs/performance.md
	go run ./scripts/bench

bench-scale: prerequisites ## build a lake of EVENTS (200 million) events and measure every report with two cores
	go run ./scripts/scale -events "$(EVENTS)"

fuzz: prerequisites ## run every fuzz target for FUZZTIME (10m) each
	@scripts/fuzz.sh "$(FUZZTIME)"

iam-simulate: prerequisites ## compare the evaluation of policies with npm's iam-simulate, out of process
	@scripts/iam-simulate/run.sh

clean: ## remove what the other targets made
	rm -rf bin .cache bench/corpus
	@scripts/demo.sh --clean "$(DEMO_LAKE)"

prerequisites:
	@scripts/prerequisites.sh
