package review

import (
	"bufio"
	"io"
	"strings"

	"roletrail/queries"
	"roletrail/review/termtext"
)

// Change is a role change as people read it.
type Change struct {
	// Title is one line, Severity how grave it is.
	Title, Severity string
	// Facts are lines about who and how, Reasons those of what is different.
	Facts, Reasons []string
	// Lines are those of the documents before and after.
	Lines []DiffLine
}

// DiffLine is a line of two documents: '+' marks one of the document after, '-' one of
// that before, a space one of both; anything else stands for lines that are left out.
type DiffLine struct {
	Mark rune
	Text string
}

// maxDiffLine bounds a line of a document, in characters; the longest ARN has half of it.
const maxDiffLine = 4096

// WriteChanges writes changes with their documents before and after, one below the other.
// Only the formats for people have them.
func WriteChanges(w io.Writer, format Format, meta *queries.Meta, changes []Change, o Options) error {
	return flushed(w, func(b *bufio.Writer) error {
		if err := writeHead(b, format, meta, o.Report); err != nil {
			return err
		}
		for i := range changes {
			text := changes[i].text(o.Colour)
			if format == Markdown {
				text = changes[i].markdown()
			}
			if i > 0 {
				text = "\n" + text
			}
			if _, err := b.WriteString(text); err != nil {
				return err
			}
		}
		return nil
	})
}

// severityColours are those of a change's title.
var severityColours = map[string]string{"critical": red, "high": red, "medium": yellow}

func (c *Change) text(colour bool) string {
	var b strings.Builder
	line := func(style, indent, text string) {
		text = indent + shorten(termtext.Line(head(text, maxDiffLine)), maxDiffLine)
		if colour && style != "" {
			text = style + text + noStyle
		}
		b.WriteString(text + "\n")
	}
	line(strong+severityColours[c.Severity], "", c.Title)
	for _, fact := range c.Facts {
		line(faint, "  ", fact)
	}
	for _, reason := range c.Reasons {
		line("", "  ", reason)
	}
	for _, l := range c.Lines {
		line(map[rune]string{'-': red, '+': green, ' ': ""}[l.Mark], "  ", l.text())
	}
	return b.String()
}

func (c *Change) markdown() string {
	var b strings.Builder
	b.WriteString("## " + escapeMarkdown(termtext.Line(head(c.Title, maxDiffLine))) + "\n\n")
	for _, list := range [][]string{c.Facts, c.Reasons} {
		for _, text := range list {
			b.WriteString("- " + escapeMarkdown(termtext.Line(head(text, maxDiffLine))) + "\n")
		}
	}
	if len(c.Lines) == 0 {
		return b.String()
	}
	b.WriteString("\n```diff\n")
	for _, l := range c.Lines {
		// JSON never begins a line with the marks that would end the block.
		b.WriteString(termtext.Line(head(l.text(), maxDiffLine)) + "\n")
	}
	return b.String() + "```\n"
}

func (l DiffLine) text() string {
	switch l.Mark {
	case '+', '-', ' ':
		return string(l.Mark) + l.Text
	}
	return "… " + l.Text
}
