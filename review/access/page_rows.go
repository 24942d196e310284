package access

import (
	"fmt"
	"strconv"
	"strings"

	"roletrail/iam/amount"
	"roletrail/review/termtext"
)

// rowView is a row of the table of roles.
type rowView struct {
	Link, Name, Account, Owner, Kind string
	Severity, Finding                string
	Verdict, Apart                   string
	Strip                            strip
	UseText                          string
	Idle                             string
	IdleBar                          *idleBar
	Grant                            string
	GrantBar                         []path
	GrantLabel                       string
	Callers, Unexpected              string
	Suggestion                       string
}

// idleBar is a length of 100, of which a year and a half is the whole. The notch is the
// window's length.
type idleBar struct{ Fill, Notch, Label string }

const idleScale = 548

func (p *page) addRoles() {
	for i := range p.Review.Roles {
		p.Roles = append(p.Roles, p.row(&p.Review.Roles[i]))
	}
}

func (p *page) row(role *Role) rowView {
	v := rowView{
		Link: roleLink(string(role.identity())), Name: termtext.Line(string(role.RoleName)), Account: termtext.Line(string(role.AccountID)), Owner: termtext.Line(string(role.Owner)),
		Kind: termtext.Line(string(role.Kind)), Verdict: termtext.Line(string(role.Verdict)), Suggestion: termtext.Line(string(role.Suggestion)),
	}
	if v.Name == "" {
		v.Name = termtext.Line(string(role.identity()))
	}
	if role.severity() >= Medium {
		v.Severity, v.Finding = role.severity().String(), termtext.Line(string(role.Findings[0].Code))
	}
	if role.State == "deleted" {
		v.Apart = "deleted"
	}
	days := p.accountsDays[role.AccountID]
	v.Strip = useStrip(p.first, p.Days, role.UsesByDay, role.DeniedByDay, func(day int) bool { return day < len(days) && days[day] == 'm' }, p.dates)
	v.UseText = useText(role)
	v.Idle, v.IdleBar = p.idle(role)
	v.Grant, v.GrantBar, v.GrantLabel = grantText(role)
	v.Callers, v.Unexpected = callersText(role)
	return v
}

// identity is what a decision about a role is bound to: its id, or its ARN where nobody
// knows the id.
func (role *Role) identity() Text {
	if role.RoleID != "" {
		return role.RoleID
	}
	return role.RoleARN
}

func useText(role *Role) string {
	used := 0
	for _, n := range role.UsesByDay {
		if n > 0 {
			used++
		}
	}
	text := ""
	switch {
	case role.Uses > 0:
		text = amount.Of(role.Uses, "use") + " on " + amount.Of(used, "day")
	case role.Verdict == "active":
		text = "in use, no call logged"
	default:
		text = "no use"
	}
	if role.Denied > 0 {
		text += ", " + amount.Grouped(role.Denied) + " denied"
	}
	return text
}

func (p *page) idle(role *Role) (string, *idleBar) {
	bar := func(days int64) *idleBar {
		return &idleBar{scaled(min(days, idleScale), idleScale), scaled(int64(min(p.Days, idleScale)), idleScale), "Idle for " + amount.Of(days, "day") + "; the notch is at " + amount.Of(p.Days, "day") + ", the window"}
	}
	switch {
	case role.IdleDays != nil:
		return amount.Of(*role.IdleDays, "day"), bar(*role.IdleDays)
	case role.Verdict == "active" || role.Verdict == "unknown":
		return "not known", nil
	case role.Verdict == "denied_only":
		return "never allowed", nil
	}
	return "never used", nil
}

// scaled is a part of a whole, of 100.
func scaled(part, whole int64) string {
	if whole <= 0 {
		return "0"
	}
	return strconv.FormatFloat(float64(part*1000/whole)/10, 'f', -1, 64)
}

// grantText says how much of what is granted was used, draws it, and says what is drawn.
func grantText(role *Role) (text string, bar []path, label string) {
	g := role.Grants
	switch {
	case g == nil:
		return "not known", nil, ""
	case g.Granted == 0:
		return "nothing granted", nil, ""
	}
	var parts []string
	at := int64(0)
	for _, part := range []struct {
		class, name string
		n           int64
	}{{"s-used", "used or possibly used", g.Used + g.PossiblyUsed}, {"s-too_new", "too new", g.TooNew}, {"s-unobservable", "unobservable", g.Unobservable}} {
		if part.n > 0 {
			bar = append(bar, path{part.class, fmt.Sprintf("M%s 3h%s", scaled(at, g.Granted), scaled(part.n, g.Granted))})
			parts = append(parts, amount.Grouped(part.n)+" "+part.name)
		}
		at += part.n
	}
	if at < g.Granted {
		parts = append(parts, amount.Grouped(g.Granted-at)+" without use")
	}
	return amount.Grouped(g.Used) + " of " + amount.Grouped(g.Granted), bar, "Of " + amount.Grouped(g.Granted) + " granted: " + strings.Join(parts, ", ")
}

func callersText(role *Role) (text, unexpected string) {
	if role.UnexpectedCallers > 0 {
		unexpected = amount.Grouped(role.UnexpectedCallers) + " unexpected"
	}
	return amount.Grouped(role.Callers), unexpected
}
