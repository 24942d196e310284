package review

import (
	"bufio"
	"io"
	"strings"

	"roletrail/queries"
	"roletrail/review/termfit"
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

// diffStyles are those of the lines of a document, by their marks.
var diffStyles = map[rune]termfit.Style{'-': termfit.Red, '+': termfit.Green}

// maxDiffLine bounds a line of a document, in characters; the longest ARN has half of it.
const maxDiffLine = 4096

// WriteChanges writes changes with their documents before and after, one below the other.
// Only the formats for people have them.
func WriteChanges(w io.Writer, format Format, meta *queries.Meta, changes []Change, o Options) error {
	return flushed(w, func(b *bufio.Writer) error {
		if err := writeHead(b, format, meta, o); err != nil {
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

// severityStyles are those of a change's title.
var severityStyles = map[string]termfit.Style{"critical": termfit.Red, "high": termfit.Red, "medium": termfit.Yellow}

// SeverityStyle is how a terminal shows the severity of a change.
func SeverityStyle(severity string) termfit.Style { return severityStyles[severity] }

func (c *Change) text(colour bool) string {
	var b strings.Builder
	line := func(style termfit.Style, indent, text string) {
		text = indent + termfit.Shorten(termtext.Line(head(text, maxDiffLine)), maxDiffLine)
		b.WriteString(style.Paint(colour, text) + "\n")
	}
	line(termfit.Strong+SeverityStyle(c.Severity), "", c.Title)
	for _, fact := range c.Facts {
		line(termfit.Faint, "  ", fact)
	}
	for _, reason := range c.Reasons {
		line("", "  ", reason)
	}
	for _, l := range c.Lines {
		line(diffStyles[l.Mark], "  ", l.text())
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
