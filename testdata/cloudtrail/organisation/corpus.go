package organisation

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// Options describe a corpus. Fields that are zero take the default.
type Options struct {
	Events        int  // distinct events, exactly; default 20,000
	Accounts      int  // default 30
	Roles         int  // over all accounts, at least one each; default 7,000
	Days          int  // from 2026-07-01; default 92
	EventsPerFile int  // on average; files differ much, as real ones do; default 200
	Gzip          bool // .json.gz instead of .json
	// RareChanges lets most calls that change who may do what be others: with all operations
	// alike a twelfth of the corpus would be such calls, of which a real day has few.
	RareChanges bool
	Seed        uint64 // the same options and seed give the same bytes
}

func (o Options) withDefaults() Options {
	set := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	set(&o.Events, 20_000)
	set(&o.Accounts, 30)
	set(&o.Roles, 7_000)
	set(&o.Days, 92)
	set(&o.EventsPerFile, 200)
	return o
}

func (o Options) check() error {
	if o.Events < 1 || o.Accounts < 1 || o.Days < 1 || o.EventsPerFile < 1 {
		return errors.New("making corpus: events, accounts, days and events per file must be positive")
	}
	if o.Roles < o.Accounts {
		return fmt.Errorf("making corpus: %d roles for %d accounts: every account needs a role, ask for more roles", o.Roles, o.Accounts)
	}
	return nil
}

// job is one log file to be made: its number, and which of the corpus's events
// it holds.
type job struct{ file, first, count int }

// Write makes a corpus of log files below dir, in the S3 key layout of an
// organisation trail. It resembles production: about 1.5 kB an event, 400
// operations, sessions of about 8 calls, a tenth AssumeRole, some denials; file
// sizes vary widely. Files are made in parallel, each from seed and number
// alone, and memory is bounded by the largest files being made at the moment.
// Directories that exist are used; files of the same name are overwritten.
func Write(dir string, o Options) error {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return err
	}
	c := newCorpus(o)
	jobs := make(chan job)
	failed := make(chan error, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			if err := c.work(dir, jobs); err != nil {
				failed <- err
				for range jobs { // let the others' jobs run out
				}
			}
		}()
	}
	c.hand(jobs)
	close(jobs)
	workers.Wait()
	close(failed)
	return <-failed
}

// hand cuts the corpus into files and hands them out.
func (c *corpus) hand(jobs chan<- job) {
	sizes := rand.New(rand.NewPCG(c.Seed, 0x5a11))
	for file, first := 0, 0; first < c.Events; file++ {
		count := min(c.fileSize(sizes), c.Events-first)
		jobs <- job{file, first, count}
		first += count
	}
}

// fileSize draws a number of events: most files are small, a few are huge.
func (c *corpus) fileSize(r *rand.Rand) int {
	mean := float64(c.EventsPerFile) * 0.8
	if r.IntN(100) == 0 {
		mean = float64(c.EventsPerFile) * 20 // one in a hundred; together a fifth
	}
	n := int(-math.Log(1-r.Float64()) * mean)
	return max(1, min(n, 50*c.EventsPerFile))
}

// work makes files until there are none left.
func (c *corpus) work(dir string, jobs <-chan job) error {
	w := newCorpusWriter(c)
	for j := range jobs {
		key, content, err := w.file(j)
		if err != nil {
			return fmt.Errorf("making log file %d: %w", j.file, err)
		}
		path := filepath.Join(dir, filepath.FromSlash(key))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("making folder: %w", err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("writing log file: %w", err)
		}
	}
	return nil
}

// corpus is what all workers share and nobody changes.
type corpus struct {
	Options
	operations []operation
	roles      [][]corpusRole // by account
	start      time.Time
}

func newCorpus(o Options) *corpus {
	c := &corpus{Options: o, operations: parseOperations(), roles: make([][]corpusRole, o.Accounts), start: since}
	r := rand.New(rand.NewPCG(o.Seed, 0x0a11))
	for i := range o.Roles {
		account := i % o.Accounts
		c.roles[account] = append(c.roles[account], newCorpusRole(r, account, i))
	}
	return c
}
