package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// benchmark is a benchmark of a package that has a place on the page.
type benchmark struct {
	what, pkg, name string
	time            string // -benchtime
	result          map[string]string
}

var wanted = []benchmark{
	{what: "decode: JSON in memory to records", pkg: "./cloudtrail", name: "BenchmarkDecode", time: "3s"},
	{what: "write: columns to Parquet, one row group", pkg: "./parquet", name: "BenchmarkWriteRowGroup", time: "3s"},
	{what: "ingest: gzip files to a committed lake", pkg: "./pipeline", name: "BenchmarkIngest", time: "3x"},
	{what: "of that, looking whether an event changes a role, where it does not", pkg: "./pipeline", name: "BenchmarkDetect/ordinary", time: "20x"},
	{what: "where it does", pkg: "./pipeline", name: "BenchmarkDetect/change", time: "20x"},
	{what: "ingest watch: looking whether an event is unusual", pkg: "./pipeline", name: "BenchmarkDetect/unusual", time: "200x"},
	{what: "ingest of days that are learnt from, with detection of unusual access", pkg: "./pipeline", name: "BenchmarkDetectionShare/learning", time: "5x"},
	{what: "of the days after them, as news, each by itself", pkg: "./pipeline", name: "BenchmarkDetectionShare/learnt", time: "5x"},
	{what: "ingest iam: 5,000 roles, 20,000 policies to a committed lake", pkg: "./pipeline", name: "BenchmarkInventory", time: "3x"},
	{what: "report unused --summary: 20 million events, 1,000 roles, a compact lake", pkg: "./queries", name: "BenchmarkUnusedSummary/compact", time: "3x"},
	{what: "the same, as ingested", pkg: "./queries", name: "BenchmarkUnusedSummary/loose", time: "3x"},
	{what: "report unused of one role, the same lake, compact", pkg: "./queries", name: "BenchmarkUnusedOfOneRole/compact", time: "3x"},
	{what: "report unexpected: 20 million events, 1,000 roles, a compact lake", pkg: "./queries", name: "BenchmarkUnexpected/compact", time: "3x"},
	{what: "the same, as ingested", pkg: "./queries", name: "BenchmarkUnexpected/loose", time: "3x"},
}

func (b benchmark) command() string {
	return fmt.Sprintf("go test -run '^$' -bench '%s' -benchtime %s -benchmem %s", b.pattern(), b.time, b.pkg)
}

// pattern is the regular expression, level by level, that finds this benchmark alone.
func (b benchmark) pattern() string { return "^" + strings.ReplaceAll(b.name, "/", "$/^") + "$" }

// benchmarked is how many events BenchmarkIngest reads.
const benchmarked = 500_000

// benchmarks runs them.
func (o options) benchmarks() ([]benchmark, error) {
	corpus, err := o.folder(corpus{benchmarked, usualFile})
	if err != nil {
		return nil, err
	}
	done := make([]benchmark, 0, len(wanted))
	for _, b := range wanted {
		cmd := exec.Command("go", "test", "-run", "^$", "-bench", b.pattern(), "-benchtime", b.time, "-benchmem", b.pkg)
		cmd.Env = append(os.Environ(), "ROLETRAIL_CORPUS="+corpus)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, os.Stderr
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("running %s: %w\n%s", cmd, err, out.Bytes())
		}
		if b.result = results(out.String(), b.name); b.result == nil {
			return nil, fmt.Errorf("running %s: it printed no result\n%s", cmd, out.Bytes())
		}
		fmt.Fprintf(os.Stderr, "bench: %s %s\n", b.name, b.result["ns/op"])
		done = append(done, b)
	}
	return done, nil
}

var resultLine = regexp.MustCompile(`(?m)^(Benchmark[\w/]+)\S*\s+\d+\s+(.*)$`)

// results are the numbers of a benchmark by their units, nil if it did not run.
func results(out, name string) map[string]string {
	for _, found := range resultLine.FindAllStringSubmatch(out, -1) {
		if found[1] != name {
			continue
		}
		values := map[string]string{}
		fields := strings.Fields(found[2])
		for i := 0; i+1 < len(fields); i += 2 {
			values[fields[i+1]] = fields[i]
		}
		return values
	}
	return nil
}
