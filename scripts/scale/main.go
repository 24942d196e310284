package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// options are the flags.
type options struct {
	events int64  // that the lake shall have, at least
	daily  int    // events of a day of the corpus, at most
	days   int    // of the corpus
	roles  int    // of the corpus; 0 means as many as the generator makes
	only   string // the report to measure; "" means all
	memory int64  // bytes that a report may take
	folder string // that keeps programs, corpus and lake
}

// quarterDays are those of the third quarter of 2026, over which copies are laid.
const quarterDays = 92

func main() {
	if err := run(os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "scale:", err)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	for _, program := range []string{"ingest", "report"} {
		if err := loud(exec.Command("go", "build", "-o", o.program(program), "./cmd/"+program)); err != nil {
			return err
		}
	}
	lake, err := o.lake()
	if err != nil {
		return err
	}
	events, size, err := sizeOf(lake)
	if err != nil {
		return err
	}
	results, err := o.measure(lake)
	if err != nil {
		return err
	}
	fmt.Print(page(o.plan(), events, size, results))
	return failed(results, o.memory)
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("scale", flag.ContinueOnError)
	flags.Int64Var(&o.events, "events", 200_000_000, "events of the lake, at least")
	flags.IntVar(&o.daily, "daily", 730_000, "events of a day of the corpus, at most; more are made by more generations of roles")
	flags.IntVar(&o.days, "days", 3, "days of the corpus, 1 to 30")
	flags.IntVar(&o.roles, "roles", 0, "roles of the corpus; 0 means the 7,000 that the generator makes")
	flags.StringVar(&o.only, "only", "", "measure this report alone, like review")
	flags.Int64Var(&o.memory, "memory", 4<<30, "bytes of memory that a report may take")
	flags.StringVar(&o.folder, "folder", ".cache/scale", "that keeps programs, corpus and lake")
	if err := flags.Parse(args); err != nil {
		return o, fmt.Errorf("reading flags: %w", err)
	}
	if o.events < quarterDays || o.daily < 1 || o.days < 1 || o.days > 30 || o.roles < 0 || o.memory < 1<<20 || flags.NArg() > 0 {
		return o, fmt.Errorf("reading flags: -events must be %d or more, -daily 1 or more, -days 1 to 30, -roles 0 or more, -memory 1 MiB or more", quarterDays)
	}
	return o, nil
}

// plan is how a lake of the wanted size is made of copies.
type plan struct {
	daily       int // events of a day of the corpus, about
	generations int // of accounts and roles, each of which has all days
	days        int // of the lake
}

func (o options) plan() plan {
	daily := int(min(int64(o.daily), (o.events+quarterDays-1)/quarterDays))
	return plan{daily: daily, generations: int((o.events + int64(quarterDays*daily) - 1) / int64(quarterDays*daily)), days: quarterDays}
}

func (o options) program(name string) string {
	path, err := filepath.Abs(filepath.Join(o.folder, "bin", name))
	if err != nil {
		return name // which then is not found, and says so
	}
	return path
}

// loud runs a command whose output is for the reader.
func loud(cmd *exec.Cmd) error {
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running %s: %w", strings.Join(cmd.Args[:min(5, len(cmd.Args))], " "), err)
	}
	return nil
}
