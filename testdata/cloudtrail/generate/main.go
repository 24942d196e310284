// Command generate writes the test organisation, or a corpus for benchmarks.
//
// # Usage
//
//	go run ./testdata/cloudtrail/generate                     writes testdata/cloudtrail again
//	go run ./testdata/cloudtrail/generate -out DIR            writes the same below DIR
//	go run ./testdata/cloudtrail/generate -out DIR -events N  writes a corpus of N events
//
// The organisation is described in testdata/cloudtrail/README.md, both products
// in package organisation.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"roletrail/testdata/cloudtrail/organisation"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "generate:", err)
		}
		os.Exit(1)
	}
}

// run writes what the arguments ask for.
func run(args []string) error {
	var o organisation.Options
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	out := flags.String("out", "testdata/cloudtrail", "folder to write below")
	flags.IntVar(&o.Events, "events", 0, "make a corpus of exactly so many events instead of the organisation")
	flags.IntVar(&o.Accounts, "accounts", 0, "accounts of the corpus (default 30)")
	flags.IntVar(&o.Roles, "roles", 0, "roles of the corpus, over all accounts (default 7000)")
	flags.IntVar(&o.Days, "days", 0, "days of the corpus, from 2026-07-01 (default 92)")
	flags.IntVar(&o.EventsPerFile, "events-per-file", 0, "events in a file of the corpus, on average (default 200)")
	flags.BoolVar(&o.Gzip, "gzip", true, "compress the files of the corpus")
	flags.BoolVar(&o.RareChanges, "rare-changes", false, "let few calls of the corpus change who may do what")
	flags.Uint64Var(&o.Seed, "seed", 0, "another seed makes another corpus")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("reading flags: %w", err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("reading flags: unexpected argument %q", flags.Arg(0))
	}
	if o.Events == 0 {
		return organisation.WriteStories(*out)
	}
	return organisation.Write(*out, o)
}
