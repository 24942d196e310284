package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// Program is one run of a program.
type Program struct {
	// Args are the arguments without the program's name.
	Args []string
	// Stdin, Stdout and Stderr are the streams. A stream that is an *os.File on
	// a terminal is used as one.
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Env is the environment as KEY=value; the last of a key counts.
	Env []string
	// Dir is the folder in which roletrail.yaml is looked for; empty means the
	// process's current folder.
	Dir string
	// Now is the clock.
	Now func() time.Time

	interrupts interrupts
	working    workingLine
	format     LogFormat // of standard error; empty until the configuration is read
}

// OS is the program as the operating system started it.
func OS() *Program {
	return &Program{
		Args:   os.Args[1:],
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Env:    os.Environ(),
		Now:    time.Now,
	}
}

// Getenv is the value of an environment variable, "" when it is not set.
func (p *Program) Getenv(key string) string {
	for i := len(p.Env) - 1; i >= 0; i-- {
		if k, v, _ := strings.Cut(p.Env[i], "="); k == key {
			return v
		}
	}
	return ""
}

// Run runs the command that the arguments ask for and returns the exit code.
// What went wrong has been printed by then. Signals are caught while it runs.
func (p *Program) Run(ctx context.Context, root *cobra.Command) int {
	ctx, stop := p.interrupts.catch(ctx)
	defer stop()
	plain := p.Stdout
	p.Stdout = &output{plain, &p.working}
	defer func() { p.Stdout = plain }()

	p.prepare(root)
	err := root.ExecuteContext(ctx)
	if err != nil {
		err = translate(root, err)
	}
	return p.finish(ctx, root.Name(), err)
}

// helpWidth is how wide the help is at most, in columns.
const helpWidth = 90

// prepare gives a tree of commands the manners of this package.
func (p *Program) prepare(root *cobra.Command) {
	root.SetArgs(p.Args)
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.DisableSuggestions = true // ours stand on a line of their own
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd()
	root.AddCommand(manCommand(p))
	if root.Version == "" {
		root.Version = Version()
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", helpWidth)))
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n" + newBuild().lines())
	refuseStrayWords(root)
}
