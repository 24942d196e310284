package access

import (
	"fmt"
	"slices"
	"strings"

	"roletrail/iam/amount"
	"roletrail/iam/trust"
	"roletrail/review"
	"roletrail/review/termfit"
	"roletrail/review/termtext"
)

// arrow leads from one who became a role to the role.
const arrow = " → "

// mostCallers is how many callers a page lists.
const mostCallers = 12

// word is how the role was called, as a shell takes it.
func (t *roleText) word() string { return termtext.ShellWord(t.asked) }

// chain is who stands at the start and by way of whom, without the role itself.
func (t *roleText) chain(caller, kind, via Text) string {
	text := callerText(caller, kind)
	if via != "" {
		text += arrow + review.Name(principalLabel(string(via)))
	}
	return text
}

// callers lists those who came, and how: from the start of the chain to this role.
func (t *roleText) callers() {
	came := slices.DeleteFunc(slices.Clone(t.Role.CallerList), func(c Caller) bool { return c.FirstSeen == nil })
	if len(came) == 0 {
		t.title("Who came, and how", "")
		t.say("", "Nobody, as far as the logs reach.")
		return
	}
	t.title("Who came, and how", "")
	var rows [][]cell
	for i := range came[:min(len(came), mostCallers)] {
		c := &came[i]
		rows = append(rows,
			[]cell{{howOften(c), ""}, {t.chain(c.Caller, c.CallerKind, c.ViaRole) + arrow + t.Role.called(), ""}},
			[]cell{{}, {t.callerNote(c), c.style()}})
	}
	t.grid([]column{{right: true}, {}}, rows)
	if more := len(came) - mostCallers + t.Role.CallersLeftOut; more > 0 {
		t.say(termfit.Faint, "and "+amount.Of(more, "more caller"))
	}
}

// howOften is how often a caller came, or was refused.
func howOften(c *Caller) string {
	switch {
	case c.Assumptions > 0:
		return amount.Grouped(c.Assumptions) + "×"
	case c.Denied > 0:
		return "refused " + amount.Grouped(c.Denied) + "×"
	}
	return "before"
}

// callerNote is what else is to be said of a caller.
func (t *roleText) callerNote(c *Caller) string {
	parts := []string{string(c.CallerKind)}
	if c.Assumptions > 0 && c.Denied > 0 {
		parts = append(parts, "refused "+times(c.Denied))
	}
	parts = append(parts, strings.TrimSpace(t.span(c.FirstSeen, c.LastSeen)))
	parts = append(parts, c.Findings...)
	if c.Evidence != "" {
		parts = append(parts, "event "+string(c.Evidence))
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// style is that of the worst that was found about a caller.
func (c *Caller) style() termfit.Style {
	if _, severity := c.worst(); c.unexpected() && severity > Low {
		return findingStyles[severity]
	}
	return termfit.Faint
}

// trust writes whom the trust policy names beside those who came.
func (t *roleText) trust() {
	t.title("Who is trusted, beside who came", "")
	left, right := t.trusted(), t.seen()
	t.beside(append([]cell{{"the trust policy of the inventory", termfit.Faint}}, left...), append([]cell{{"seen", termfit.Faint}}, right...))
}

// mostTrusted bounds the lines about a trust policy.
const mostTrusted = 40

// trusted are the principals of the trust policy, each under the conditions of its statement.
func (t *roleText) trusted() (lines []cell) {
	if t.Role.TrustPolicy == "" {
		return []cell{{"Not known: no inventory has a trust policy of it that can be read.", termfit.Faint}}
	}
	p, err := trust.Parse(string(t.Role.TrustPolicy))
	if err != nil {
		lines = append(lines, cell{sentence(err.Error()) + ".", termfit.Red})
	}
	for i, row := range p.Rows {
		if len(row.Actions) == 0 && row.PrincipalKind != trust.PrincipalUnknown {
			continue // which admits nobody
		}
		lines = append(lines, trustedCell(row))
		if i+1 == len(p.Rows) || p.Rows[i+1].Statement != row.Statement {
			lines = append(lines, conditionsOf(p, row.Statement)...)
		}
	}
	if len(lines) == 0 {
		return []cell{{"It admits nobody.", ""}}
	}
	if more := len(lines) - mostTrusted; more > 0 {
		lines = append(lines[:mostTrusted], cell{"and " + amount.Of(more, "more line"), termfit.Faint})
	}
	return lines
}

// trustedCell is a principal in words.
func trustedCell(row trust.Row) cell {
	text := principalWords(row)
	if row.Negated {
		text = "all but " + text
	}
	if row.Effect == trust.Deny {
		return cell{"denied: " + text, termfit.Red}
	}
	if row.PrincipalKind == trust.PrincipalAnyone || row.Negated {
		return cell{text, termfit.Red}
	}
	return cell{text, ""}
}

func principalWords(row trust.Row) string {
	switch row.PrincipalKind {
	case trust.PrincipalAnyone:
		return "anybody"
	case trust.PrincipalAccount:
		return "account " + review.Name(row.PrincipalAccount)
	case trust.PrincipalUser, trust.PrincipalRole, trust.PrincipalSession:
		return principalText(row.Principal)
	case trust.PrincipalDangling:
		return "a deleted principal, " + review.Name(row.Principal)
	case trust.PrincipalOIDC, trust.PrincipalSAML:
		return string(row.PrincipalKind) + " provider " + review.Name(row.Principal[strings.Index(row.Principal, "/")+1:])
	}
	return orElse(review.Name(row.Principal), "nobody can tell whom")
}

// conditionsOf are the conditions of a statement.
func conditionsOf(p trust.Policy, statement int) (lines []cell) {
	for _, c := range p.Conditions {
		if c.Statement == statement {
			lines = append(lines, cell{"  if " + c.Key + " " + c.Operator + " " + cut(strings.Join(c.Values, ", ")), termfit.Faint})
		}
	}
	return lines
}

// seen are those who came, by what the trust policy says of them.
func (t *roleText) seen() (lines []cell) {
	notTrusted := func(c *Caller) bool { return slices.Contains(c.Findings, "not_trusted") }
	for _, group := range []struct {
		title string
		style termfit.Style
		is    func(*Caller) bool
	}{
		{"no statement admits", termfit.Red, func(c *Caller) bool { return c.inWindow() && notTrusted(c) }},
		{"admitted, or not judged", "", func(c *Caller) bool { return c.inWindow() && !notTrusted(c) }},
		{"came before the window only", "", func(c *Caller) bool { return !c.inWindow() && !c.neverCame() }},
		{"trusted, and never came", termfit.Yellow, func(c *Caller) bool { return c.neverCame() }},
	} {
		var names []cell
		for i := range t.Role.CallerList {
			if c := &t.Role.CallerList[i]; group.is(c) {
				names = append(names, cell{"  " + direct(c), group.style})
			}
		}
		if len(names) == 0 {
			continue
		}
		lines = append(lines, cell{group.title, ""})
		lines = append(lines, names[:min(len(names), mostCallers)]...)
		if more := len(names) - mostCallers; more > 0 {
			lines = append(lines, cell{fmt.Sprintf("  and %d more", more), termfit.Faint})
		}
	}
	if len(lines) == 0 {
		return []cell{{"Nobody came.", ""}}
	}
	return lines
}

// direct is the principal that the trust policy is asked about, with how often it came.
func direct(c *Caller) string {
	text := callerText(c.Caller, c.CallerKind)
	if c.ViaRole != "" {
		text = principalText(string(c.ViaRole)) + ", for " + text
	}
	if c.inWindow() {
		text += ", " + howOften(c)
	}
	return text
}
