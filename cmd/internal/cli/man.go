package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// manWidth is how wide flags stand on a manual page, in columns: man indents them.
const manWidth = 72

// manCommand writes the manual page. It is made of what --help says, which a library for man
// pages would read as Markdown and join the lines of its lists.
func manCommand(p *Program) *cobra.Command {
	return &cobra.Command{
		Use:   "man",
		Short: "Write the manual page, for man",
		Long: `man writes the manual page of the program with all of its commands and flags, for
man to show or to be put where it looks.`,
		Args: NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(p.Stdout, manual(cmd.Root(), newBuild().day()))
			return err
		},
	}
}

// manual is the manual page of a program, in the macros of man(7). day is when the program was
// made, empty if nobody knows.
func manual(root *cobra.Command, day string) string {
	var m page
	m.macro(".TH", strings.ToUpper(root.Name()), "1", day, root.Name()+" "+root.Version, "roletrail")
	m.macro(".SH", "NAME")
	m.text(root.Name() + " - " + root.Short)
	m.macro(".SH", "SYNOPSIS")
	m.text(root.Name() + " COMMAND [ARGUMENT…] [--FLAG…]")
	m.macro(".SH", "DESCRIPTION")
	m.text(root.Long)
	m.macro(".SH", "COMMANDS")
	m.commands(root)
	m.macro(".SH", "FLAGS OF ALL COMMANDS")
	m.asIs(root.PersistentFlags().FlagUsagesWrapped(manWidth))
	if root.HasExample() {
		m.macro(".SH", "EXAMPLES")
		m.asIs(root.Example)
	}
	m.macro(".SH", "EXIT STATUS")
	m.text("0 done, 1 failed, 2 wrong usage, 3 done but something was quarantined.")
	m.macro(".SH", "ENVIRONMENT")
	m.text("NO_COLOR, if it is set, keeps colours away. COLUMNS is how wide results may get, in the place of the terminal's width.")
	m.macro(".SH", "FILES")
	m.text("./roletrail.yaml holds settings, if it is there; --config names another file.")
	return m.String()
}

// page is a manual page as it grows.
type page struct{ strings.Builder }

// commands writes a part for each command, those below it behind it.
func (m *page) commands(parent *cobra.Command) {
	for _, cmd := range parent.Commands() {
		if !cmd.IsAvailableCommand() {
			continue
		}
		m.macro(".SS", cmd.UseLine())
		if cmd.Long != "" {
			m.text(cmd.Long)
		} else {
			m.text(cmd.Short + ".")
		}
		if flags := cmd.LocalFlags(); flags.HasAvailableFlags() {
			m.macro(".PP")
			m.asIs(flags.FlagUsagesWrapped(manWidth))
		}
		if cmd.HasExample() {
			m.macro(".PP")
			m.asIs(cmd.Example)
		}
		m.commands(cmd)
	}
}

// macro writes a macro with its arguments.
func (m *page) macro(name string, arguments ...string) {
	m.WriteString(name)
	for _, a := range arguments {
		m.WriteString(` "` + strings.ReplaceAll(escaped(a), `"`, `\(dq`) + `"`)
	}
	m.WriteString("\n")
}

// text writes paragraphs. Lines that are indented are a list: each stands by itself.
func (m *page) text(text string) {
	list := false
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimRight(line, " \n")
		switch indented := strings.HasPrefix(line, "  "); {
		case indented && !list:
			m.WriteString(".nf\n")
			list = true
		case !indented && list:
			m.WriteString(".fi\n")
			list = false
		}
		if line == "" {
			m.WriteString(".PP\n")
			continue
		}
		m.WriteString(escapedLine(line) + "\n")
	}
	if list {
		m.WriteString(".fi\n")
	}
}

// asIs writes lines as they are.
func (m *page) asIs(text string) {
	m.WriteString(".nf\n")
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		m.WriteString(escapedLine(strings.TrimRight(line, " \n")) + "\n")
	}
	m.WriteString(".fi\n")
}

// escaped is a text whose characters mean themselves.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
}

// escapedLine is a line of it: one that begins like a macro is none.
func escapedLine(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + escaped(line)
	}
	return escaped(line)
}
