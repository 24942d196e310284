package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"roletrail/config"
)

// LogFormat is how the programs write to standard error what happens while
// they run.
type LogFormat string

// The formats of --log-format.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Common is what both programs know before a command begins: the flags that
// all commands have, laid over roletrail.yaml. It is filled when the command
// runs, not before.
type Common struct {
	// Lake is the folder of the lake, or s3://BUCKET/PREFIX.
	Lake string
	// Config is the file over the defaults; its Lake and LogFormat are what the
	// flags made of them.
	Config config.Config

	program   *Program
	path      string
	logFormat LogFormat
}

// AddCommon gives a program's root command the common flags. It takes the
// root's PersistentPreRunE; a command that sets its own loses the
// configuration.
func AddCommon(root *cobra.Command, p *Program) *Common {
	c := &Common{program: p, logFormat: LogText}
	flags := root.PersistentFlags()
	flags.StringVar(&c.Lake, "lake", config.Default().Lake, "folder of the lake, or s3://BUCKET/PREFIX")
	flags.StringVar(&c.path, "config", "", "configuration file (default ./"+config.FileName+" if there is one)")
	EnumVar(root, true, &c.logFormat, "log-format", "how messages are written to standard error", LogText, LogJSON)
	root.PersistentPreRunE = c.load
	return c
}

func (c *Common) load(cmd *cobra.Command, _ []string) error {
	if needsNothing(cmd) {
		return nil
	}
	if err := checkEmpty(cmd); err != nil {
		return err
	}
	loaded, err := Await(cmd.Context(), func() (config.Config, error) { return config.Load(c.path, c.program.Dir) })
	switch {
	case cmd.Context().Err() != nil:
		return err
	case err != nil:
		return Usage(err, hintOf(err))
	}
	flags := cmd.Flags()
	if flags.Changed("lake") {
		loaded.Lake = c.Lake
	}
	if flags.Changed("log-format") {
		loaded.LogFormat = string(c.logFormat)
	}
	if strings.HasPrefix(loaded.Lake, inS3) && !takesS3(cmd) {
		return Usage(fmt.Errorf("opening lake %q: %s cannot use a lake on S3", loaded.Lake, cmd.CommandPath()), "name a local folder with --lake")
	}
	c.Config, c.Lake = loaded, loaded.Lake
	c.program.format = LogFormat(loaded.LogFormat)
	return nil
}

// CheckConfig is everything that is wrong with the configuration file, and which file that
// is; it is empty if there is none. It is for a command that needs no configuration.
func (c *Common) CheckConfig() (file string, mistakes []error) {
	return config.Check(c.path, c.program.Dir)
}

// ConfigFile is the file that the configuration is read from; nil if there is none.
func (c *Common) ConfigFile() (*config.File, error) { return config.FileOf(c.path, c.program.Dir) }

// LoadConfig loads the configuration for a command that needs none to begin.
func (c *Common) LoadConfig(cmd *cobra.Command) error { return c.load(cmd, nil) }

// inS3 begins the names of lakes that lie on S3.
const inS3 = "s3://"

// LakeInS3 reports whether the lake is a prefix of a bucket.
func (c *Common) LakeInS3() bool { return strings.HasPrefix(c.Lake, inS3) }

// s3Lake marks commands that take a lake on S3.
const s3Lake = "lake on S3"

// TakesS3Lake lets a command, and those below it, take a lake on S3.
func TakesS3Lake(cmd *cobra.Command) { cmd.Annotations = map[string]string{s3Lake: "yes"} }

func takesS3(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		if c.Annotations[s3Lake] != "" {
			return true
		}
	}
	return false
}

// checkEmpty refuses flags with an empty text, as an unset variable of a script
// gives them: --quarter "$QUARTER" would silently mean another window.
func checkEmpty(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" && err == nil {
			err = Usage(fmt.Errorf("flag --%s needs a value", f.Name), "leave it out for its default")
		}
	})
	return err
}

// needsNothing is true of the commands that must work whatever the
// configuration says: help, completion and the manual page.
func needsNothing(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		switch c.Name() {
		case "help", "completion", "man", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
			return true
		}
	}
	return false
}
