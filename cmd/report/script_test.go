package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
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
	os.Exit(run(cli.OS(), func(context.Context, string) (queries.Engine, error) { return engine, nil }))
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
	within := &reportWithin{whole: made, engine: organisationEngine(t)}
	testscript.Run(t, testscript.Params{
		Dir:           scripts,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"within": within.run},
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ORGANISATION", organisation)
			env.Setenv("LAKE", made)
			env.Setenv("GOMAXPROCS", "1") // as many threads of DuckDB, for more take a quarter more of the processor
			return nil
		},
	})
}

// reportWithin is the command "within report" of the scripts, beside "exec report", which is the
// program itself. It runs within the test, and asks the lake that most scripts copy through
// one engine: to open one and to plan takes most of a report's time.
type reportWithin struct {
	whole  string
	engine queries.Engine

	folder sync.Mutex // the current folder is the process's
}

func (w *reportWithin) run(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || args[0] != "report" {
		ts.Fatalf("usage: within report ARGUMENT…")
	}
	w.folder.Lock()
	defer w.folder.Unlock()
	back, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer func() { ts.Check(os.Chdir(back)) }()
	p := &cli.Program{Args: args[1:], Stdin: strings.NewReader(""), Stdout: ts.Stdout(), Stderr: ts.Stderr(), Now: time.Now}
	if code := run(p, w.open); (code != cli.ExitDone) != neg {
		ts.Fatalf("%q ends with code %d", args, code)
	}
}

// open takes the engine for a lake whose list of files is that of the whole one.
func (w *reportWithin) open(ctx context.Context, dir string) (queries.Engine, error) {
	ours, err := os.ReadFile(filepath.Join(w.whole, "ledger.sqlite"))
	if err != nil {
		return nil, err
	}
	if theirs, err := os.ReadFile(filepath.Join(dir, "ledger.sqlite")); err == nil && bytes.Equal(theirs, ours) {
		return w.engine, nil
	}
	return openDuckDB(nil)(ctx, dir)
}
