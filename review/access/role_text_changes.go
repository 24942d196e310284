package access

import (
	"slices"
	"strings"

	"roletrail/iam/amount"
	"roletrail/review"
	"roletrail/review/termfit"
)

// What a page shows of changes: the newest, each with the beginning of its documents.
const (
	mostChanges = 8
	mostLines   = 24
)

// changes lists what was changed about the role, with the document before and after.
func (t *roleText) changes() {
	list := t.Role.ChangeList
	if len(list) == 0 {
		t.title("What changed", "")
		t.say("", "Nothing about this role changed in the window.")
		return
	}
	t.title("What changed", "")
	for _, place := range list[:min(len(list), mostChanges)] {
		t.change(&t.Changes[place])
	}
	if more := len(list) - mostChanges; more > 0 {
		t.say(termfit.Faint, "and "+amount.Of(more, "more change"))
	}
}

func (t *roleText) change(c *Change) {
	title := minute(&c.EventTime) + ", " + string(c.Severity) + ": " + strings.ReplaceAll(string(c.Change), "_", " ")
	if c.Outcome != "success" {
		title += " (" + string(c.Outcome) + ")"
	}
	t.under(indent, indent, review.SeverityStyle(string(c.Severity)), title)
	if c.Summary != "" {
		t.below("", cut(string(c.Summary)))
	}
	who := "by " + callerText(c.Actor, c.ActorKind)
	for _, part := range []struct{ before, text string }{{" with ", principalLabel(string(c.Via))}, {" from ", string(c.SourceIP)}, {", event ", string(c.EventID)}} {
		if part.text != "" {
			who += part.before + part.text
		}
	}
	t.below(termfit.Faint, who)
	for _, line := range c.Lines[:min(len(c.Lines), mostLines)] {
		t.difference(line)
	}
	if more := len(c.Lines) - mostLines; more > 0 {
		t.below(termfit.Faint, "… "+amount.Of(more, "more line"))
	}
}

// differenceStyles are those of lines of a document: gone, new.
var differenceStyles = map[Text]termfit.Style{"-": termfit.Red, "+": termfit.Green}

// difference is a line of a document. Its own indentation is kept on all its lines.
func (t *roleText) difference(line Line) {
	text := harmless(string(line.Text))
	own := len(text) - len(strings.TrimLeft(text, " "))
	mark := string(line.Mark)
	if !slices.Contains([]string{"+", "-", " "}, mark) {
		mark = "…" // lines that are left out
	}
	deeper := indent + indent + mark + " " + strings.Repeat(" ", min(own, t.width/2))
	t.under(deeper, deeper, differenceStyles[line.Mark], text)
}
