package access

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	"roletrail/iam/amount"
	"roletrail/review/termtext"
)

// page is what the templates are filled with: texts that are ready to be shown.
type page struct {
	Review        *Review
	Policy        string
	Style         template.CSS
	Script        template.JS
	Data          template.HTML
	Digest        string
	Name, Title   string
	Lead          []span
	Facts         []fact
	CoverageText  string
	Numbers       []headline
	MoreFindings  string
	Days          int
	Months        []month
	Accounts      []accountView
	FirstAccounts []accountView
	Made          []fact
	Roles         []rowView
	Owners        []ownerView
	Earlier       *earlierView
	Words         []word
	accountsDays  map[Text]string
	first         time.Time // the first day of the window
	dates         dates
}

type span struct {
	Text   string
	Strong bool
}

type fact struct {
	Name, Value string
	Code        bool
}

type headline struct {
	// Link is the whole address: after a # of the template's own its = would be escaped.
	Name, Value, Note, Link string
	// Delta is the change since the last review, and Better and Worse say whether that is
	// good, where the direction has a meaning.
	Delta         string
	Better, Worse bool
}

type month struct{ At, Name string }

type accountView struct {
	AccountID                         Text
	Strip                             strip
	Present, Missing, Objects, Events string
	// Full, Partly and None are the days of the strip in words.
	Full, Partly, None string
}

type ownerView struct {
	Key, Name                string
	Roles, Grave, WithoutUse int
	Unused                   int64
}

type word struct {
	Name, Meaning string
	Mark          bool
}

var quarterNames = map[byte]string{'1': "first", '2': "second", '3': "third", '4': "fourth"}

func newPage(r *Review) *page {
	p := &page{Review: r, Days: r.Window.Days, Words: words, accountsDays: map[Text]string{}}
	last := r.Window.Until.Add(-time.Microsecond)
	p.first = dayOf(r.Window.Since)
	p.dates = dates{year: last.Year()}
	if q := string(r.Window.Quarter); len(q) == 6 {
		p.Name = q[:4] + " " + q[4:]
		p.Title = "IAM roles, " + quarterNames[q[5]] + " quarter of " + q[:4]
	} else {
		p.Name = r.Window.Since.Format("2 Jan 2006") + " to " + last.Format("2 Jan 2006")
		p.Title = "IAM roles, " + p.Name
	}
	p.addFacts(last)
	p.addAccounts()
	p.addLead()
	p.addNumbers()
	p.addRoles()
	p.addOwners()
	p.addEarlier()
	return p
}

func (p *page) addFacts(last time.Time) {
	m := p.Review.Meta
	p.Facts = append(p.Facts,
		fact{Name: "Window", Value: fmt.Sprintf("%s to %s, %s, UTC", p.Review.Window.Since.Format("2 Jan 2006"), last.Format("2 Jan 2006"), amount.Of(p.Days, "day"))},
		fact{Name: "Scope", Value: amount.Of(p.Review.Numbers.Roles, "role") + " in " + amount.Of(len(p.Review.Accounts), "account")},
		fact{Name: "Inventory", Value: inventoryText(p.Review)})
	if m.Catalogue != nil {
		p.Facts = append(p.Facts, fact{Name: "Action catalogue", Value: m.Catalogue.Date.Format("2 Jan 2006") + " (" + termtext.Line(m.Catalogue.Source) + ")"})
	}
	p.CoverageText = fmt.Sprintf("%s of %s", amount.Grouped(m.Coverage.DaysPresent), amount.Of(m.Coverage.DaysPresent+m.Coverage.DaysMissing, "account-day"))
	p.Made = append(p.Made, fact{Name: "Control total", Value: controlTotal(p.Review)})
	for _, t := range m.Trails {
		p.Made = append(p.Made, fact{Name: "Trail", Value: termtext.Line(t.ARN) + ", as of " + t.Date.Format("2 Jan 2006"), Code: false})
	}
}

// controlTotal says how much was looked at, so that another run can be held against it.
func controlTotal(r *Review) string {
	var objects, events int64
	for _, a := range r.Accounts {
		objects, events = objects+a.Objects, events+a.Events
	}
	return amount.Of(events, "event") + " of " + amount.Of(objects, "log file") + ", each event once"
}

func inventoryText(r *Review) string {
	var days []string
	for _, s := range r.Meta.Inventory {
		if day := s.Date.Format("2 Jan 2006"); !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	if len(days) == 0 {
		return "none"
	}
	return listed(days)
}

func (p *page) addAccounts() {
	for _, a := range p.Review.Accounts {
		p.accountsDays[a.AccountID] = a.Days
		view := accountView{AccountID: a.AccountID, Strip: coverStrip(p.first, a, p.dates), Present: fmt.Sprintf("%d of %d", a.DaysPresent, p.Days), Objects: amount.Grouped(a.Objects), Events: amount.Grouped(a.Events)}
		if a.DaysMissing > 0 {
			view.Missing = fmt.Sprintf("%d missing", a.DaysMissing)
		}
		for letter, text := range map[byte]*string{'f': &view.Full, 'p': &view.Partly, 'm': &view.None} {
			*text = cmp.Or(strings.Join(p.dates.runs(p.first, len(a.Days), func(day int) bool { return a.Days[day] == letter }), ", "), "-")
		}
		p.Accounts = append(p.Accounts, view)
	}
	p.FirstAccounts = p.Accounts[:min(len(p.Accounts), 6)]
	for day := range p.Days {
		if at := p.first.AddDate(0, 0, day); at.Day() == 1 || day == 0 && at.Day() < 20 {
			p.Months = append(p.Months, month{fmt.Sprintf("%.2f%%", 100*float64(day)/float64(p.Days)), at.Format("Jan")})
		}
	}
}

// addLead makes the one sentence that the page begins with.
func (p *page) addLead() {
	n := p.Review.Numbers
	add := func(strong bool, format string, args ...any) {
		p.Lead = append(p.Lead, span{fmt.Sprintf(format, args...), strong})
	}
	be := map[bool]string{true: "was", false: "were"}
	if p.Review.Meta.Coverage.Events == 0 {
		add(true, "The lake holds no event of this window.")
		add(false, " ")
	}
	add(false, "Of ")
	add(true, "%s", amount.Of(n.Roles, "role"))
	add(false, " under review, %s %s used %s", amount.Grouped(n.Active), be[n.Active == 1], p.Review.Window.called())
	if n.WithoutUse > 0 {
		add(false, " and ")
		add(true, "%s %s not", amount.Grouped(n.WithoutUse), be[n.WithoutUse == 1])
	}
	if n.Unknown > 0 {
		add(false, "; of %s nobody can say", amount.Grouped(n.Unknown))
	}
	add(false, ". ")
	if n.Unused > 0 {
		add(true, "%s of %s", amount.Grouped(n.Unused), amount.Of(n.Granted, "permission"))
		if likely := p.probablyUnused(); likely > 0 {
			add(false, " were not seen in use, %s of them only probably unused. ", amount.Grouped(likely))
		} else {
			add(false, " were not needed, as far as the logs can show. ")
		}
	}
	if grave := p.withFindings(High); grave > 0 {
		add(true, "%s", amount.Of(grave, "role"))
		add(false, " %s a grave finding that somebody has to explain.", map[bool]string{true: "has", false: "have"}[grave == 1])
	} else {
		add(false, "No role has a grave finding.")
	}
}

// probablyUnused counts those of the unused permissions that nothing proves to be.
func (p *page) probablyUnused() (n int64) {
	for i := range p.Review.Roles {
		if role := &p.Review.Roles[i]; role.InReview && role.Grants != nil {
			n += role.Grants.ProbablyUnused
		}
	}
	return n
}

// withFindings counts the roles whose worst finding is at least as grave.
func (p *page) withFindings(severity Severity) (n int) {
	for i := range p.Review.Roles {
		if p.Review.Roles[i].severity() >= severity {
			n++
		}
	}
	return n
}

func (p *page) addNumbers() {
	n := p.Review.Numbers
	apart := amount.Of(n.ServiceLinked, "service-linked") // an adjective has no plural
	apart = strings.TrimSuffix(apart, "s")
	p.Numbers = []headline{
		{Name: "Roles under review", Value: amount.Grouped(n.Roles), Note: fmt.Sprintf("apart: %s, %s deleted", apart, amount.Grouped(n.Deleted)), Link: "#view=review"},
		{Name: "Active", Value: amount.Grouped(n.Active), Note: share(int64(n.Active), int64(n.Roles)) + " of them", Link: "#view=review&verdict=active"},
		{Name: "Without use", Value: amount.Grouped(n.WithoutUse), Note: fmt.Sprintf("%s more not known", amount.Grouped(n.Unknown)), Link: "#view=unused"},
		{Name: "Unused permissions", Value: amount.Grouped(n.Unused), Note: fmt.Sprintf("%s of %s", share(n.Unused, n.Granted), amount.Grouped(n.Granted)), Link: "#view=trim"},
		{Name: "Unexpected callers", Value: amount.Grouped(n.UnexpectedCallers), Note: "of roles under review", Link: "#view=callers"},
		{Name: "Role changes", Value: amount.Grouped(n.Changes), Note: "and refused attempts", Link: "#view=changed"},
	}
	p.addDeltas()
	if more := p.withFindings(Medium) - len(p.Review.First); more > 0 {
		p.MoreFindings = amount.Of(more, "more role") + " with findings of this kind"
	}
}

// addDeltas puts the change since the last review beside each number, where its decisions
// tell its numbers. More roles, or more changes, are neither good nor bad.
func (p *page) addDeltas() {
	e := p.Review.Earlier
	if e == nil || e.Numbers == nil {
		return
	}
	n, before := p.Review.Numbers, *e.Numbers
	since := "the last review"
	if e.Quarter != "" {
		since = string(line(string(e.Quarter)))
	}
	for i, change := range []struct {
		by         int64
		lessIsGood bool
	}{
		{int64(n.Roles - before.Roles), false}, {int64(n.Active - before.Active), false}, {int64(n.WithoutUse - before.WithoutUse), true},
		{n.Unused - before.Unused, true}, {int64(n.UnexpectedCallers - before.UnexpectedCallers), true}, {int64(n.Changes - before.Changes), false},
	} {
		h := &p.Numbers[i]
		switch {
		case change.by == 0:
			h.Delta = "as in " + since
		case change.by > 0:
			h.Delta, h.Worse = amount.Grouped(change.by)+" more than in "+since, change.lessIsGood
		default:
			h.Delta, h.Better = amount.Grouped(-change.by)+" fewer than in "+since, change.lessIsGood
		}
	}
}

// share is a part of a whole in percent, never 0 % or 100 % where that is not true.
func share(part, whole int64) string {
	switch {
	case whole == 0:
		return "0 %"
	case part > 0 && part*100 < whole:
		return "under 1 %"
	case part < whole && part*100 > whole*99:
		return "over 99 %"
	}
	return fmt.Sprintf("%d %%", part*100/whole)
}

func (p *page) addOwners() {
	at := map[Text]int{}
	for i := range p.Review.Roles {
		role := &p.Review.Roles[i]
		if !role.InReview {
			continue
		}
		n, ok := at[role.Owner]
		if !ok {
			n = len(p.Owners)
			at[role.Owner] = n
			name := termtext.Line(string(role.Owner))
			if role.Owner == "" {
				name = "no owner known"
			}
			p.Owners = append(p.Owners, ownerView{Key: termtext.Line(string(role.Owner)), Name: name})
		}
		o := &p.Owners[n]
		o.Roles++
		if role.severity() >= Medium {
			o.Grave++
		}
		if role.Verdict == "dormant" || role.Verdict == "never_used" || role.Verdict == "denied_only" {
			o.WithoutUse++
		}
		if g := role.Grants; g != nil {
			o.Unused += g.Unused + g.ProbablyUnused
		}
	}
	slices.SortStableFunc(p.Owners, func(a, b ownerView) int {
		return cmp.Or(-cmp.Compare(len(a.Key)/max(len(a.Key), 1), len(b.Key)/max(len(b.Key), 1)), cmp.Compare(a.Key, b.Key))
	})
}

// roleLink is the address of a role's page within this one.
func roleLink(role string) string { return "#role=" + url.QueryEscape(role) }

// words are all verdicts, as docs/verdicts.md has them.
var words = []word{
	{"active", "Used inside the window, or assumed there where no call is logged.", true},
	{"dormant", "Last used before the window.", true},
	{"never_used", "No use in the whole lake.", true},
	{"denied_only", "Tried, and was refused every time.", true},
	{"unknown", "Coverage of its account is too thin to say.", true},
	{"service_linked", "AWS owns it. It is reported, not reviewed.", true},
	{"used", "Seen inside the window, with evidence.", false},
	{"possibly_used", "A call may have needed it besides the action it is named after.", false},
	{"denied_only", "Attempted, and denied every time.", false},
	{"unused", "Not seen, and CloudTrail would have shown it.", false},
	{"probably_unused", "Not seen, but something is missing that would make it sure.", false},
	{"unobservable", "No log can show it, or these do not. Kept in every proposal.", false},
	{"too_new", "Granted inside the window.", false},
}
