package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// options are the flags.
type options struct {
	events []int // sizes of the corpora
	tiny   int   // files of five events in a further corpus
	runs   int   // of the program per corpus
	rounds int   // of the program and the yardstick in turn
	days   int   // that a corpus spans
	out    string
	corpus string // folder of the corpora
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	page := page{options: o, machine: thisMachine()}
	if page.benchmarks, err = o.benchmarks(); err != nil {
		return err
	}
	if err := build(); err != nil {
		return err
	}
	for _, c := range o.corpora() {
		m, err := o.measure(c)
		if err != nil {
			return err
		}
		page.programs = append(page.programs, m)
	}
	if page.contest, err = o.contest(); err != nil {
		return err
	}
	if err := os.WriteFile(o.out, []byte(page.String()), 0o644); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	fmt.Fprintln(os.Stderr, "bench: wrote", o.out)
	return nil
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	events := flags.String("events", "10000,100000,1000000,10000000", "sizes of the corpora, in events")
	flags.IntVar(&o.tiny, "tiny", 100_000, "files of five events in a further corpus; 0 means none")
	flags.IntVar(&o.runs, "runs", 3, "runs of the program per corpus; the median counts")
	flags.IntVar(&o.rounds, "rounds", 5, "rounds against DuckDB; the medians count")
	flags.IntVar(&o.days, "days", 14, "days that a corpus spans")
	flags.StringVar(&o.out, "out", "docs/performance.md", "the page to write")
	flags.StringVar(&o.corpus, "corpus", "bench/corpus", "folder of the corpora")
	if err := flags.Parse(args); err != nil {
		return o, fmt.Errorf("reading flags: %w", err)
	}
	for _, text := range strings.Split(*events, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return o, fmt.Errorf("reading flags: -events must be numbers from 1, not %q", text)
		}
		o.events = append(o.events, n)
	}
	if o.runs < 1 || o.days < 1 || o.rounds < 1 || o.tiny < 0 {
		return o, errors.New("reading flags: -runs, -days and -rounds must be 1 or more, -tiny 0 or more")
	}
	return o, nil
}
