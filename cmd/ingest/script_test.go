package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"roletrail/cmd/internal/cli"
)

// asProgram, set in the environment, makes this test binary the program itself, so
// that a test can kill it.
const asProgram = "ROLETRAIL_TEST_AS_INGEST"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(cli.OS()))
	}
	testscript.Main(m, map[string]func(){
		"ingest": func() { os.Exit(run(cli.OS())) },
	})
}

// TestScripts runs the program as its users do. A script is named by what it shows.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true})
}
