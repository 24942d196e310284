package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestManual looks at a page made of texts that a formatter would take for its own.
func TestManual(t *testing.T) {
	root := &cobra.Command{Use: "tool", Short: "Test this package", Version: "v1", Long: "Say it.\n.so /etc/passwd\n'br\n\n  a  list\n  b\\n\nAgain.", Example: "  tool a | tr '\\n' x\n.quit"}
	child := &cobra.Command{Use: "do \"THIS\"", Short: "Do this", RunE: func(*cobra.Command, []string) error { return nil }}
	child.Flags().String("how-much", "1", "so much")
	root.AddCommand(child, &cobra.Command{Use: "secret", Hidden: true, RunE: child.RunE})
	root.PersistentFlags().Bool("loud", false, "speak up")
	want := `.TH "TOOL" "1" "2026\-10\-01" "tool v1" "roletrail"
.SH "NAME"
tool \- Test this package
.SH "SYNOPSIS"
tool COMMAND [ARGUMENT…] [\-\-FLAG…]
.SH "DESCRIPTION"
Say it.
\&.so /etc/passwd
\&'br
.PP
.nf
  a  list
  b\en
.fi
Again.
.SH "COMMANDS"
.SS "tool do \(dqTHIS\(dq [flags]"
Do this.
.PP
.nf
      \-\-how\-much string   so much (default "1")
.fi
.SH "FLAGS OF ALL COMMANDS"
.nf
      \-\-loud   speak up
.fi
.SH "EXAMPLES"
.nf
  tool a | tr '\en' x
\&.quit
.fi
`
	got := manual(root, "2026-10-01")
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
