package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"roletrail/cmd/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"ingest": func() { os.Exit(run(cli.OS())) },
	})
}

// TestScripts runs the program as its users do. A script is named by what it shows.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true})
}
