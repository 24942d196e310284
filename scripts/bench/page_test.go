package main

import (
	"strings"
	"testing"
	"time"
)

func TestResults(t *testing.T) {
	out := "goos: linux\nBenchmarkDecode-2 \t 100\t 12345678 ns/op\t 55.5 MB/s\t 7 B/op\t 1 allocs/op\nok x 1s\n"
	got := results(out, "BenchmarkDecode")
	for unit, want := range map[string]string{"ns/op": "12345678", "MB/s": "55.5", "allocs/op": "1"} {
		if got[unit] != want {
			t.Errorf("%s is %q, want %q", unit, got[unit], want)
		}
	}
	if results(out, "BenchmarkOther") != nil {
		t.Error("found a benchmark that did not run")
	}
}

func TestPageShowsTheMedian(t *testing.T) {
	run := func(seconds time.Duration) timing {
		return timing{wall: seconds * time.Second, cpu: 2 * seconds * time.Second, peak: int64(seconds) * 1e6, summary: summary{Bytes: 5e6, Inflated: 1e9}}
	}
	p := page{
		options:    options{events: []int{1000}, runs: 3, days: 14},
		programs:   []measured{{corpus: corpus{1000, 200}, files: 7, stored: 3e6, runs: []timing{run(9), run(2), run(4)}}},
		contest:    contest{ours: []timing{run(2), run(5), run(3)}, theirs: []timing{run(9), run(6), run(12)}},
		benchmarks: []benchmark{{what: "decode", result: map[string]string{"ns/op": "1500000", "events/s": "1234567.8"}}, {what: "look", result: map[string]string{"ns/op": "40.71"}}, {what: "learn", result: map[string]string{"detection-%": "2.84"}}},
	}
	text := p.String()
	for _, want := range []string{
		"| 1,000 | 7 | 4.00 s | 8.00 s | 250 | 1 | 250 | 4 MB | 3 MB | 5 MB |",
		"all runs: 9.00 s (9 MB), 2.00 s (2 MB), 4.00 s (4 MB)",
		"| `bin/ingest logs` | 3.00 s | 2.00 to 5.00 s | 6.00 s | 333,333 | 3 MB |",
		"Ratio of the medians: 3.00 times as fast, with 0.33 of its CPU time and 0.33 of its memory.",
		"| decode | 1.5 ms | 1,234,568 | – | – | – |",
		"| look | 41 ns | – | – | – | – |",
		"takes 2.84 % of the CPU time: learn.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
}

func TestParse(t *testing.T) {
	if _, err := parse([]string{"-events", "5,x"}); err == nil {
		t.Error("took a size that is no number")
	}
	o, err := parse([]string{"-events", "5,6", "-runs", "1"})
	if err != nil || len(o.events) != 2 || o.events[1] != 6 || o.runs != 1 {
		t.Errorf("parsed %+v, %v", o, err)
	}
}
