package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"roletrail/cmd/internal/cli"
	"roletrail/queries"
)

var update = flag.Bool("update", false, "write the expected output in the scripts anew")

// TestMain lets this test binary be the program: "report" as it is, and
// "report-fake" on the fake engine, for what is about the terminal alone.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"report":        main,
		"report-fake":   mainOnFake,
		"make-lake":     mainMakeLake,
		"add-logs":      mainAdd(addLogs),
		"add-inventory": mainAdd(addInventory),
		"add-trails":    mainAddTrails,
	})
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
	made := filepath.Join(t.TempDir(), "lake") // once for all scripts, which copy it
	if err := makeLake(made, organisation, false); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ORGANISATION", organisation)
			env.Setenv("LAKE", made)
			env.Setenv("GOMAXPROCS", "1") // as many threads of DuckDB, for more take a quarter more of the processor
			return nil
		},
	})
}
