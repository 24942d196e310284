package access

import (
	"strings"
	"time"

	"roletrail/iam/amount"
	"roletrail/review"
	"roletrail/review/termfit"
)

// What a page lists one by one; the rest is counted.
const (
	mostPermissions = 15
	mostUnseen      = 6
	mostCalls       = 12
)

// verdictOrder is the order of docs/verdicts.md, and what each verdict means.
var verdictOrder = []struct {
	verdict, meaning string
	count            func(*Grants) int64
}{
	{"used", "seen, with evidence", func(g *Grants) int64 { return g.Used }},
	{"possibly_used", "a call may have needed it besides", func(g *Grants) int64 { return g.PossiblyUsed }},
	{"denied_only", "attempted, always denied", func(g *Grants) int64 { return g.DeniedOnly }},
	{"unobservable", "cannot be seen in these logs; kept", func(g *Grants) int64 { return g.Unobservable }},
	{"too_new", "granted inside the window", func(g *Grants) int64 { return g.TooNew }},
	{"unused", "would have been seen, and was not", func(g *Grants) int64 { return g.Unused }},
	{"probably_unused", "not seen; nothing attests that it would be", func(g *Grants) int64 { return g.ProbablyUnused }},
}

// permissions lists what the role may do, verdict by verdict.
func (t *roleText) permissions() {
	g := t.Role.Grants
	if g == nil || g.Granted == 0 {
		return
	}
	t.title("Permissions by verdict", "")
	for _, v := range verdictOrder {
		n := v.count(g)
		if n == 0 {
			continue
		}
		style := review.VerdictStyle(v.verdict)
		t.under(indent, indent, style, v.verdict+", "+amount.Grouped(n)+": "+v.meaning)
		t.listSeen(v.verdict)
		t.listUnseen(v.verdict)
	}
}

// listSeen lists the permissions of a verdict that calls speak of, under their reasons.
func (t *roleText) listSeen(verdict string) {
	var reasons []Text
	byReason := map[Text][]Permission{}
	listed, all := 0, 0
	for _, p := range t.Role.Permissions {
		if string(p.Verdict) != verdict {
			continue
		}
		if all++; listed == mostPermissions {
			continue
		}
		listed++
		if byReason[p.Reason] == nil {
			reasons = append(reasons, p.Reason)
		}
		byReason[p.Reason] = append(byReason[p.Reason], p)
	}
	for _, reason := range reasons {
		t.below(termfit.Faint, string(reason))
		t.listPermissions(byReason[reason])
	}
	if more := all - listed; more > 0 {
		t.below(termfit.Faint, "and "+amount.Grouped(more)+" more")
	}
}

// listPermissions lists permissions with their figures, or one after the other where they have
// none.
func (t *roleText) listPermissions(list []Permission) {
	var rows [][]cell
	var names []string
	figures := false
	for _, p := range list {
		figures = figures || p.Uses > 0 || p.LastUsed != nil
		names = append(names, string(p.Action))
		rows = append(rows, []cell{{"  " + string(p.Action), ""}, {dashed(p.Uses), ""}, {t.dayOr(p.LastUsed), ""}})
	}
	if figures {
		t.grid([]column{{}, {right: true}, {}}, rows)
		return
	}
	t.below("", strings.Join(names, ", "))
}

// below writes a paragraph that is about the one before.
func (t *roleText) below(style termfit.Style, text string) {
	t.under(indent+indent, indent+indent, style, text)
}

// listUnseen lists the permissions of a verdict that calls do not speak of, by service.
func (t *roleText) listUnseen(verdict string) {
	var rows [][]cell
	groups, actions := 0, int64(0)
	for _, u := range t.Role.Unseen {
		switch {
		case string(u.Verdict) != verdict:
		case len(rows) == 2*mostUnseen:
			groups, actions = groups+1, actions+u.Actions
		default:
			name := orElse(string(u.Service), "other services")
			rows = append(rows, []cell{{indent + name, ""}, {amount.Grouped(u.Actions), ""}, {string(u.Reason), termfit.Faint}}, []cell{{}, {}, {examplesOf(u), ""}})
		}
	}
	t.grid([]column{{}, {right: true}, {}}, rows)
	if groups > 0 {
		t.below(termfit.Faint, "and "+amount.Of(actions, "action")+" of "+amount.Of(groups, "more service"))
	}
}

// examplesOf names the gravest actions of a group, without the service before each.
func examplesOf(u Unseen) string {
	names := make([]string, 0, len(u.Examples))
	for _, action := range u.Examples {
		names = append(names, strings.TrimPrefix(action, string(u.Service)+":"))
	}
	text := strings.Join(names, ", ")
	if int64(len(names)) < u.Actions {
		text += ", …"
	}
	return text
}

func (t *roleText) dayOr(at *time.Time) string {
	if at == nil {
		return "-"
	}
	return t.day(*at)
}

// calls lists what the role called, where no permissions tell.
func (t *roleText) calls() {
	if g := t.Role.Grants; g != nil && g.Granted > 0 || len(t.Calls) == 0 {
		return
	}
	t.title("What it called", "")
	rows := [][]cell{heads("uses", "denied", "last", "call")}
	for _, c := range t.Calls[:min(len(t.Calls), mostCalls)] {
		rows = append(rows, []cell{{dashed(c.Uses), ""}, {dashed(c.Denied), termfit.Red}, {t.dayOr(c.LastUsed), ""}, {operation(c.Source, c.Name), ""}})
	}
	t.grid([]column{{right: true}, {right: true}, {}, {}}, rows)
	if more := len(t.Calls) - mostCalls; more > 0 {
		t.say(termfit.Faint, "and "+amount.Of(more, "more operation"))
	}
}

// refusals lists what the role was denied, granted or not.
func (t *roleText) refusals() {
	if len(t.Refusals) == 0 {
		return
	}
	t.title("What it was denied", "Granted or not, in the window.")
	var rows [][]cell
	for _, r := range t.Refusals[:min(len(t.Refusals), mostCalls)] {
		rows = append(rows, []cell{{amount.Grouped(r.Denied) + "×", termfit.Red}, {operation(r.Source, r.Name), ""}, {string(r.Error) + ", last " + t.dayOr(r.LastDenied) + ", event " + string(r.Evidence), termfit.Faint}})
	}
	t.grid([]column{{right: true}, {}, {}}, rows)
	if more := len(t.Refusals) - mostCalls; more > 0 {
		t.say(termfit.Faint, "and "+amount.Of(more, "more operation"))
	}
}

// operation is a call as service and operation.
func operation(source, name Text) string {
	return strings.TrimSuffix(string(source), ".amazonaws.com") + " " + string(name)
}
