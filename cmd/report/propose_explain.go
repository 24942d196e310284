package main

import (
	"fmt"
	"slices"
	"strings"

	"roletrail/iam/amount"
	"roletrail/iam/policy"
	"roletrail/queries"
	"roletrail/review"
	"roletrail/review/proposal"
	"roletrail/review/termtext"
)

// explain writes what the proposal rests on, what it drops, what it keeps without
// proof, and what a person has to know before using it.
func (r *report) explain(meta *queries.Meta, f *questionFlags, role grantee, c *choice, p *policy.Proposal, flags *proposeFlags) error {
	options := f.options(r, "")
	options.Colour, options.Terminal = false, r.StderrTerminal()
	options.Wide = f.wide || !r.StderrTerminal() // reasons are sentences
	var sections []review.Section
	add := func(title string, actions int, table gathered) {
		if actions > 0 {
			sections = append(sections, review.Section{Title: fmt.Sprintf("%s: %s", title, amount.Of(actions, "action")), Rows: review.HeldRows(table.columns, table.rows)})
		}
	}
	dropped, kept := c.rows(false, c.keeps), c.rows(true, c.unproven())
	droppedTable, groupsDropped := c.listed(dropped)
	keptTable, groupsKept := c.listed(kept)
	add("dropped", len(dropped.rows), droppedTable)
	add("kept without proof of use", len(kept.rows), keptTable)
	used := c.resources(p)
	add("used, and on which resources it stays", len(used.rows), used)
	notes := r.Notes()
	if err := review.WriteSections(notes, review.Table, meta, sections, options); err != nil {
		return err
	}
	var text strings.Builder
	text.WriteByte('\n')
	lines := slices.Concat(remarks(role, c, p), sizeRemarks(p, flags))
	if groupsDropped || groupsKept {
		lines = append(lines, "each action with its reason: "+r.listing(f, role, meta))
	}
	for _, line := range lines {
		text.WriteString("report: " + termtext.Line(line) + "\n")
	}
	_, err := notes.Write([]byte(text.String()))
	return err
}

// unproven are the verdicts that are kept though nothing proves a use.
func (c *choice) unproven() []string {
	return slices.DeleteFunc(slices.Clone(c.keeps), func(v string) bool { return slices.Contains(proposal.Proven(), v) })
}

// resources lists the used actions with what they are cut down to, or why they are
// not.
func (c *choice) resources(p *policy.Proposal) gathered {
	g := gathered{columns: []queries.Column{{Name: "action", Type: "varchar"}, {Name: "resources", Type: "varchar"}}}
	for _, row := range c.rows(true, proposal.Proven()).rows {
		action, _ := row[c.action].(string)
		text := "as granted: " + c.why[action]
		switch {
		case p.Narrowed[action] != nil:
			text = strings.Join(p.Narrowed[action], ", ")
		case c.touched[action] != nil:
			text = "as granted: it touched all of that, or what another policy grants"
		}
		g.rows = append(g.rows, []any{action, text})
	}
	return g
}

// only are the named columns, in that order.
func (g gathered) only(names ...string) gathered {
	out := gathered{}
	for _, name := range names {
		out.columns = append(out.columns, g.columns[g.column(name)])
	}
	for _, row := range g.rows {
		var cells []any
		for _, name := range names {
			cells = append(cells, row[g.column(name)])
		}
		out.rows = append(out.rows, cells)
	}
	return out
}

// remarks say what the proposal leaves to a person.
func remarks(role grantee, c *choice, p *policy.Proposal) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if n := len(c.rows(true, []string{"probably_unused"}).rows); n > 0 {
		add("%s dropped though the logs do not prove it unused (probably_unused): look at these first", amount.Of(n, "action"))
	}
	if n := len(c.rows(true, proposal.InDoubt()).rows); n > 0 && !slices.Contains(c.keeps, proposal.InDoubt()[0]) {
		add("%s dropped by --strict whose use the logs cannot show, or had no time to: the role may need them", amount.Of(n, "action"))
	}
	if n := len(p.Conditional); n > 0 {
		add("%s under a condition of today's: %s", amount.Of(n, "action")+" kept", listOf(p.Conditional))
	}
	if p.Denials > 0 {
		add("%s of today's that deny stay as they are", amount.Of(p.Denials, "statement"))
	}
	if len(p.Open) > 0 {
		add("%s: what this grants of actions that the catalogue does not know is dropped too", listOf(p.Open))
	}
	if strings.Contains(role.arn, ":role/aws-reserved/sso.amazonaws.com/") {
		add("the role belongs to a permission set of Identity Center: change that, for it overwrites the role")
	}
	return lines
}

// sizeRemarks say what was written.
func sizeRemarks(p *policy.Proposal, flags *proposeFlags) []string {
	n := len(p.Drafts)
	var lines []string
	switch {
	case n == 0:
		lines = append(lines, "nothing is kept, so the role needs no policy")
	case n > 1 && flags.form == asJSON:
		lines = append(lines, fmt.Sprintf("%d policies, because one may have %d characters: a JSON array of documents, which belong together", n, policy.MaxManaged))
	case n > 1:
		lines = append(lines, fmt.Sprintf("%d policies, because one may have %d characters: they belong together", n, policy.MaxManaged))
	}
	if n > policy.MaxAttached {
		hint := ""
		if !flags.strict {
			hint = "; --strict keeps less"
		}
		lines = append(lines, fmt.Sprintf("a role may have %d managed policies unless AWS raises the quota%s", policy.MaxAttached, hint))
	}
	return lines
}

// listOf names the first of a list.
func listOf(names []string) string {
	const shown = 10
	if more := len(names) - shown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), more)
	}
	return strings.Join(names, ", ")
}
