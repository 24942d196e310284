package main

import (
	"encoding/binary"
	"fmt"
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
		if os.Getenv(lambdaRuntime) != "" {
			os.Exit(runLambda())
		}
		code := run(cli.OS())
		if err := tellMemory(os.Getenv(memoryFileEnv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(code)
	}
	testscript.Main(m, map[string]func(){
		"ingest": func() { os.Exit(run(cli.OS())) },
	})
}

// TestScripts runs the program as its users do. A script is named by what it shows.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true, Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"older": makeOlder,
	}})
}

// makeOlder gives a ledger, its argument, version 1, of which no lake is taken any more. SQLite has
// it as a big-endian number at byte 60.
func makeOlder(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	text, err := os.ReadFile(path)
	ts.Check(err)
	binary.BigEndian.PutUint32(text[60:], 1)
	ts.Check(os.WriteFile(path, text, 0o600))
}
