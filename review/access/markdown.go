package access

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"roletrail/iam/amount"
	"roletrail/review"
)

// md makes a text harmless within Markdown.
func md[T ~string](s T) string { return review.MarkdownText(string(s)) }

// writeMarkdown writes the review as a page of a wiki or a ticket has it: what matters
// first, then a line per role under review.
func (r *Review) writeMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	p := newPage(r)
	fmt.Fprintf(b, "# %s\n\n", md(p.Title))
	for _, s := range p.Lead {
		if s.Strong {
			fmt.Fprintf(b, "**%s**", md(s.Text))
		} else {
			b.WriteString(s.Text) // ours, numbers and words
		}
	}
	b.WriteString("\n\n")
	for _, f := range p.Facts {
		fmt.Fprintf(b, "- %s: %s\n", md(f.Name), md(f.Value))
	}
	fmt.Fprintf(b, "- Coverage: %s\n\n", md(p.CoverageText))
	b.WriteString("| | | |\n| --- | ---: | --- |\n")
	for _, n := range p.Numbers {
		fmt.Fprintf(b, "| %s | %s | %s |\n", md(n.Name), md(n.Value), md(n.Delta))
	}
	if len(r.First) > 0 {
		b.WriteString("\n## Answer these first\n\n")
	}
	for _, f := range r.First {
		writeFinding(b, f)
	}
	b.WriteString("\n## What we cannot say\n\n")
	for _, u := range r.Unknowns {
		fmt.Fprintf(b, "- **%s** %s\n", md(u.What), md(u.Then))
	}
	if p.Earlier != nil {
		fmt.Fprintf(b, "\n## What became of %s\n\n| | | |\n| --- | --- | --- |\n", md(p.Earlier.Title))
		for _, l := range p.Earlier.Lines {
			fmt.Fprintf(b, "| %s | %s | %s |\n", md(l.Name), md(l.Count), md(l.Text))
		}
	}
	b.WriteString("\n## Roles\n\n| role | account | owner | verdict | used of granted | question | suggestion | decision |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for i := range r.Roles {
		role := &r.Roles[i]
		if role.InReview {
			grant, _, _ := grantText(role)
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", md(role.called()), md(role.AccountID), md(role.Owner), md(role.Verdict), md(grant), md(role.Question), md(role.Suggestion), md(role.Decided.text()))
		}
	}
	return b.Flush()
}

func writeFinding(b *bufio.Writer, f Finding) {
	fmt.Fprintf(b, "- **%s**: %s %s (%s", f.Severity, md(f.RoleName), md(f.Says), md(f.Code))
	if f.Evidence != "" {
		fmt.Fprintf(b, ", event %s", md(f.Evidence))
	}
	b.WriteString(")\n")
}

// writeOwner writes what one owner is asked, ready to be mailed or posted.
func (r *Review) writeOwner(w io.Writer, o *ownedRoles) error {
	b := bufio.NewWriter(w)
	d := dates{year: r.Window.Until.Add(-time.Microsecond).Year()}
	whom := o.name
	if whom == "" {
		whom = "nobody knows whom"
	}
	fmt.Fprintf(b, "# %s: %s for %s\n\n", md(r.heading()), md(amount.Of(len(o.roles), "role")), md(whom))
	b.WriteString("Please say of each role: keep, trim, remove, or an exception until a day, and why. The review has the evidence.\n")
	for _, role := range o.roles {
		fmt.Fprintf(b, "\n## %s\n\n%s\n\n", md(role.called()), md(role.Question))
		fmt.Fprintf(b, "- %s\n- %s\n- suggested: %s. %s\n", md(role.key()), md(role.verdictText(d)), md(role.Suggestion), md(role.Why))
		for _, f := range role.Findings {
			if f.Code != "no_owner" {
				writeFinding(b, f)
			}
		}
		b.WriteString("- decision: \n")
	}
	return b.Flush()
}
