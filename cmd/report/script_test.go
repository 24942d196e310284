package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
)

var update = flag.Bool("update", false, "write the expected output in the scripts anew")

// TestMain lets this test binary be the program: "report" as it is, and
// "report-fake" on the fake engine, for what is about the terminal alone.
func TestMain(m *testing.M) {
	testscript.Main(closing{m}, map[string]func(){
		"report":        main,
		"report-fake":   mainOnFake,
		"make-lake":     mainMakeLake,
		"add-logs":      mainAdd(addLogs),
		"add-inventory": mainAdd(addInventory),
		"add-trails":    mainAddTrails,
	})
}

// closing closes what tests shared when all of them are done.
type closing struct{ *testing.M }

func (m closing) Run() int {
	defer closeShared()
	return m.M.Run()
}

func mainOnFake() {
	engine := newFake()
	engine.asleep = func() { fmt.Fprintln(os.Stderr, "asleep") }
	os.Exit(run(cli.OS(), func(context.Context, string, func(queries.Progress)) (queries.Engine, error) { return engine, nil }))
}

func TestScripts(t *testing.T) {
	organisation, err := filepath.Abs("../../testdata/cloudtrail")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Abs("testdata") // reportWithin goes to other folders
	if err != nil {
		t.Fatal(err)
	}
	made := wholeLake(t) // scripts copy it
	within := &reportWithin{whole: made, engine: organisationEngine(t), opened: map[string]openedLake{}}
	testscript.Run(t, testscript.Params{
		Dir:           scripts,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"within": within.run},
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ORGANISATION", organisation)
			env.Setenv("LAKE", made)
			env.Defer(func() {
				within.folder.Lock()
				defer within.folder.Unlock()
				if err := within.forget(env.WorkDir); err != nil {
					t.Error(err)
				}
			})
			env.Setenv("GOMAXPROCS", "1") // as many threads of DuckDB, for more take a quarter more of the processor
			return nil
		},
	})
}

// reportWithin is the command "within report" of the scripts, beside "exec report", which is the
// program itself; with "> FILE" at its end the answer goes there. It runs within the test, and
// asks a lake through one engine until the lake changes, most lakes through the one of the whole
// lake that they are copies of: to open one and to plan takes most of a report's time.
type reportWithin struct {
	whole  string
	engine queries.Engine

	folder sync.Mutex // the current folder is the process's
	opened map[string]openedLake
}

// openedLake is an engine over a lake as a script had it.
type openedLake struct {
	state string // see stateOf
	below queries.Engine
	asked *rememberingEngine
}

func (w *reportWithin) run(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || args[0] != "report" {
		ts.Fatalf("usage: within report ARGUMENT… [> FILE]")
	}
	w.folder.Lock()
	defer w.folder.Unlock()
	back, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer func() { ts.Check(os.Chdir(back)) }()
	p := &cli.Program{Args: args[1:], Stdin: strings.NewReader(""), Stdout: ts.Stdout(), Stderr: ts.Stderr(), Now: time.Now}
	if n := len(args); args[max(n-2, 0)] == ">" {
		f, err := os.Create(args[n-1])
		ts.Check(err)
		defer func() { ts.Check(f.Close()) }()
		p.Args, p.Stdout = args[1:n-2], f
	}
	if code := run(p, w.open); (code != cli.ExitDone) != neg {
		ts.Fatalf("%q ends with code %d", args, code)
	}
}

// open takes the engine that was opened for a lake in the same state.
func (w *reportWithin) open(ctx context.Context, dir string, _ func(queries.Progress)) (queries.Engine, error) {
	whole, err := stateOf(w.whole)
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	state, err := stateOf(dir)
	if err != nil {
		return openThrifty(ctx, dir, nil) // which says what is wrong
	}
	if state == whole {
		return w.engine, nil
	}
	old := w.opened[dir]
	if old.state == state {
		return old.asked, nil
	}
	if err := w.forget(dir); err != nil {
		return nil, err
	}
	below, err := openThrifty(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	w.opened[dir] = openedLake{state, below, remembering(below)}
	return w.opened[dir].asked, nil
}

// stateOf is what the ledger of a lake says, which lists its files.
func stateOf(lake string) (string, error) {
	ledger, err := os.ReadFile(filepath.Join(lake, "ledger.sqlite"))
	if err != nil {
		return "", err
	}
	log, err := os.ReadFile(filepath.Join(lake, "ledger.sqlite-wal")) // while an engine is open
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return string(ledger) + string(log), nil
}

// forget closes the engines over the lakes in a folder.
func (w *reportWithin) forget(folder string) (err error) {
	for dir, o := range w.opened {
		if dir == folder || strings.HasPrefix(dir, folder+string(filepath.Separator)) {
			delete(w.opened, dir)
			err = errors.Join(err, o.below.Close())
		}
	}
	return err
}
