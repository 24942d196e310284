package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// page is docs/performance.md.
type page struct {
	options    options
	machine    machine
	programs   []measured
	contest    contest
	benchmarks []benchmark
}

const head = `# Performance

<!-- Written by scripts/bench (make bench). Do not edit: run it again. -->

How fast log files become a lake, measured on made-up logs (testdata/cloudtrail/generate):
30 accounts and 7,000 roles, gzip files of some 200 events or of five, in the key layout of S3. MB/s
count JSON before compression, for the write benchmark Parquet; 1 MB is 1,000,000 bytes.

`

func (p page) String() string {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("## Machine\n\n| what | value |\n| --- | --- |\n" + p.machine.String())
	p.writePrograms(&b)
	b.WriteString(p.contest.String())
	p.writeBenchmarks(&b)
	return b.String()
}

func (p page) writePrograms(b *strings.Builder) {
	fmt.Fprintf(b, "\n## The program\n\n`bin/ingest logs` into a fresh lake, as a process of its own, %s per corpus. The row is the run with the\n"+
		"median wall time; below it stand all of them. Peak memory is the process's largest resident set.\n\n", times(p.options.runs))
	b.WriteString("| events | files | wall | CPU | events/s | files/s | MB/s of JSON | peak memory | logs, gzip | lake |\n" +
		"| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, m := range p.programs {
		t := m.median()
		seconds := t.wall.Seconds()
		fmt.Fprintf(b, "| %s | %s | %.2f s | %.2f s | %s | %s | %.0f | %s | %s | %s |\n",
			grouped(int64(m.corpus.events)), grouped(int64(m.files)), seconds, t.cpu.Seconds(),
			grouped(int64(float64(m.corpus.events)/seconds)), grouped(int64(float64(m.files)/seconds)), float64(t.summary.Inflated)/1e6/seconds,
			megabytes(t.peak), megabytes(m.stored), megabytes(t.summary.Bytes))
	}
	b.WriteByte('\n')
	for _, m := range p.programs {
		var walls []string
		for _, t := range m.runs {
			walls = append(walls, fmt.Sprintf("%.2f s (%s)", t.wall.Seconds(), megabytes(t.peak)))
		}
		fmt.Fprintf(b, "- %s events in %s files, all runs: %s\n", grouped(int64(m.corpus.events)), grouped(int64(m.files)), strings.Join(walls, ", "))
	}
	b.WriteString("\n```text\n")
	for _, m := range p.programs {
		fmt.Fprintf(b, "go run ./testdata/cloudtrail/generate -out DIR %s\n", strings.Join(p.options.args(m.corpus), " "))
	}
	b.WriteString("CGO_ENABLED=0 go build -o bin/ingest ./cmd/ingest\nbin/ingest logs --lake LAKE --summary FILE DIR\n```\n")
}

func (p page) writeBenchmarks(b *strings.Builder) {
	fmt.Fprintf(b, "\n## The parts\n\nBenchmarks of the packages; BenchmarkIngest reads the corpus of %s events.\n\n", grouped(benchmarked))
	b.WriteString("| part | time per operation | events/s | MB/s | allocated per operation | allocations |\n| --- | ---: | ---: | ---: | ---: | ---: |\n")
	for _, m := range p.benchmarks {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", m.what, duration(m.result["ns/op"]),
			number(m.result["events/s"]), number(m.result["MB/s"]), size(m.result["B/op"]), number(m.result["allocs/op"]))
	}
	p.writeShares(b)
	b.WriteString("\n```text\n")
	for _, m := range p.benchmarks {
		b.WriteString(m.command() + "\n")
	}
	b.WriteString("```\n")
}

// writeShares writes what detection takes of ingest.
func (p page) writeShares(b *strings.Builder) {
	for _, m := range p.benchmarks {
		if share := m.result["detection-%"]; share != "" {
			fmt.Fprintf(b, "\nDetection of role changes and of unusual access takes %s %% of the CPU time: %s.\n", share, m.what)
		}
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// grouped writes 1234567 as 1,234,567.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func megabytes(n int64) string {
	if n == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}

// number, duration and size write what go test printed; "" is a number that the
// benchmark does not report.
func number(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "–"
	}
	return grouped(int64(f + 0.5))
}

func duration(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "–"
	}
	d := time.Duration(f)
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < time.Microsecond:
		return fmt.Sprintf("%.0f ns", f)
	}
	return fmt.Sprintf("%.1f µs", d.Seconds()*1e6)
}

func size(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "–"
	}
	return fmt.Sprintf("%.2f MB", f/1e6)
}
