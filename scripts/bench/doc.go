// Bench measures how fast log files become a lake and writes docs/performance.md.
//
// # Usage
//
//	go run ./scripts/bench                    (or make bench)
//	go run ./scripts/bench -events 1000000 -runs 3 -out docs/performance.md
//
// It makes corpora of made-up log files below bench/corpus (once; they are kept for
// the next time), builds bin/ingest, ingests each corpus several times into a fresh
// lake, lets it run against DuckDB alone (yardstick), runs the benchmarks of the
// packages, and writes what it saw with the machine and the commands. A run that did not write every event of its corpus is an error:
// fast and wrong is no result.
package main
