package cli

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"roletrail/config/didyoumean"
)

// NoArguments is for commands that take flags only.
func NoArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return Usage(fmt.Errorf("%s takes no argument, not %q", cmd.CommandPath(), args[0]), seeHelp(cmd))
}

// OneArgument is for commands that take exactly one; what names it as the
// help does.
func OneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch len(args) {
		case 1:
			return nil
		case 0:
			return Usage(fmt.Errorf("%s needs %s", cmd.CommandPath(), what), seeHelp(cmd))
		}
		return Usage(fmt.Errorf("%s takes one %s, not also %q", cmd.CommandPath(), what, args[1]), seeHelp(cmd))
	}
}

// Arguments is for commands that take one or more.
func Arguments(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return Usage(fmt.Errorf("%s needs at least one %s", cmd.CommandPath(), what), seeHelp(cmd))
	}
}

func seeHelp(cmd *cobra.Command) string {
	return fmt.Sprintf("see %s --help", cmd.CommandPath())
}

// refuseStrayWords makes every command that only groups others an error of
// usage, alone and with a word that names none of them. The root's Args stay
// unset: cobra then looks at its words before its flags, and a mistyped
// command is not hidden behind a flag that the root does not have.
func refuseStrayWords(cmd *cobra.Command) {
	if !cmd.Runnable() {
		cmd.RunE = noCommand
		if cmd.HasParent() {
			cmd.Args = unknownCommand
		}
	}
	for _, sub := range cmd.Commands() {
		if sub.HasSubCommands() {
			refuseStrayWords(sub)
		}
	}
}

func noCommand(cmd *cobra.Command, _ []string) error {
	return Usage(fmt.Errorf("%s needs a command: %s", cmd.CommandPath(), strings.Join(commandNames(cmd), ", ")), seeHelp(cmd))
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil // noCommand says it
	}
	hint := didyoumean.Hint(args[0], commandNames(cmd))
	if hint == "" {
		hint = seeHelp(cmd)
	}
	return Usage(fmt.Errorf("unknown command %q", args[0]), hint)
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}

var cobraUnknownCommand = regexp.MustCompile(`^unknown command ("(?:[^"\\]|\\.)*") for "`)

// translate turns the one error that cobra makes itself into ours.
func translate(root *cobra.Command, err error) error {
	found := cobraUnknownCommand.FindStringSubmatch(err.Error())
	if found == nil {
		return err
	}
	word, unquoteErr := strconv.Unquote(found[1])
	if unquoteErr != nil {
		return err
	}
	return unknownCommand(root, []string{word})
}

// helpCommand is cobra's, with an error instead of a page when the command is
// unknown.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return unknownCommand(about, rest)
			}
			about.InitDefaultHelpFlag()
			about.InitDefaultVersionFlag()
			return about.Help()
		},
	}
}
