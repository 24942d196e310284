// Command report answers questions about the roles of a lake that ingest made.
//
// # Usage
//
//	report last-used              one row per role: used when, by whom, for what
//	report unused [--summary]     what roles may do and never do; --policy ROLE
//	                              proposes a policy without that
//	report unexpected             who became a role and should not have
//	report changes                what was changed about roles
//	report coverage [--gaps]      what the lake holds and what is missing
//	report role ROLE              everything about one role (name, ARN or AROA id)
//	report review --out FOLDER    the quarterly access review, one page for a browser
//	report sessions [--session S] one row per session of a role, or one session's calls
//	report serve --listen ADDR    the same as metrics, for Prometheus
//	report config --check         what is wrong with roletrail.yaml
//	report sql [QUERY | -f FILE]  SQL over the views of the lake, read-only;
//	                              without a query on a terminal, a prompt
//
// All of them read the lake in ./lake or --lake, take settings from
// roletrail.yaml if there is one (see package config), and write a table, csv,
// json, ndjson, md, xlsx or parquet (see package review).
//
// # The window
//
// Counts are about a window of time, [--since, --until): a moment in RFC 3339,
// a date (its midnight in UTC) or an age (90d, counted back from now). Without
// them it is the last 90 days up to now. --quarter 2026Q3 is that quarter.
// What is called last or first is about the whole lake up to --until.
//
// # What is promised
//
// Nothing is ever written to the lake. Every answer names the window, the
// coverage and the inventory it rests on, and says "unknown" where the logs do
// not carry more. Results go to standard output, everything else to standard
// error. The exit code is 0 when done, 1 when it failed, 2 for wrong usage.
//
// Nothing leaves the machine, but for the metrics that whoever reaches the address of
// report serve may read. Of a lake on S3 (--lake s3://BUCKET/PREFIX) what a question
// needs is fetched into a folder for caches first, which asks S3 to list and to read.
package main

import (
	"context"
	"fmt"
	"os"

	"roletrail/cmd/internal/cli"
)

func main() {
	p := cli.OS()
	os.Exit(run(p, openDuckDB(func(err error) {
		p.PrintError("report", fmt.Errorf("running the statement: %w", err))
		os.Exit(cli.ExitFailed)
	})))
}

// run is the program; open makes the engine that answers.
func run(p *cli.Program, open opener) int {
	r := &report{Program: p, open: open}
	return p.Run(context.Background(), newRoot(r))
}
