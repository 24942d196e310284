package access

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"roletrail/iam/amount"
	"roletrail/review"
	"roletrail/review/termfit"
)

// bars are those of a day's use, by level.
var bars = [levels + 1]string{"·", "▂", "▄", "▆", "█"}

// noLogs stands for what nobody can know: a day without logs, a permission that no log shows.
const noLogs = "░"

// mostMonths bounds the lines of days; the window may be years.
const mostMonths = 24

// use draws a bar for each day of the window, a line for each month.
func (t *roleText) use() {
	role := t.Role
	used := 0
	for _, n := range role.UsesByDay {
		if n > 0 {
			used++
		}
	}
	t.title("When it was used", fmt.Sprintf("On %d of %s.", used, amount.Of(t.Window.Days, "day")))
	most := slices.Max(append([]int64{0}, role.UsesByDay...))
	first := dayOf(t.Window.Since)
	months := t.months()
	if left := len(months) - mostMonths; left > 0 {
		t.say(termfit.Faint, amount.Of(left, "month")+" before these are not shown.")
		months = months[left:]
	}
	var rows [][]cell
	for _, m := range months {
		rows = append(rows, t.month(first, m, most))
	}
	t.grid([]column{{}, {upTo: 31}, {}}, rows)
	t.say(termfit.Faint, "A bar is a day; "+bars[0]+" no use, x refused calls alone, "+noLogs+" no logs")
}

// daysOf are days of the window, [from, to), that lie in one month.
type daysOf struct {
	name     string
	from, to int
}

func (t *roleText) months() (months []daysOf) {
	first := dayOf(t.Window.Since)
	for day := range t.Window.Days {
		at := first.AddDate(0, 0, day)
		if day == 0 || at.Day() == 1 {
			name := at.Format("Jan")
			if at.Year() != t.year {
				name = at.Format("Jan 2006")
			}
			months = append(months, daysOf{name, day, day})
		}
		months[len(months)-1].to = day + 1
	}
	return months
}

// month is a line: the days stand where the month has them, so that the same days are below
// each other.
func (t *roleText) month(first time.Time, m daysOf, most int64) []cell {
	role := t.Role
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", first.AddDate(0, 0, m.from).Day()-1))
	var uses, denied int64
	for day := m.from; day < m.to; day++ {
		u, d := at(role.UsesByDay, day), at(role.DeniedByDay, day)
		uses, denied = uses+u, denied+d
		switch {
		case u > 0:
			b.WriteString(bars[level(u, most)])
		case d > 0:
			b.WriteString("x")
		case t.withoutLogs(day):
			b.WriteString(noLogs)
		default:
			b.WriteString(bars[0])
		}
	}
	figures := amount.Of(uses, "use")
	if denied > 0 {
		figures += ", " + amount.Grouped(denied) + " denied"
	}
	return []cell{{m.name, ""}, {b.String(), termfit.Green}, {figures, ""}}
}

// at is the figure of a day; a list may be missing.
func at(list []int64, day int) int64 {
	if day >= len(list) {
		return 0
	}
	return list[day]
}

// withoutLogs says whether the lake lacks a day of the role's account.
func (t *roleText) withoutLogs(day int) bool {
	for _, a := range t.Accounts {
		if a.AccountID == t.Role.AccountID {
			return day < len(a.Days) && a.Days[day] == 'm'
		}
	}
	return false
}

// barWidth is how many columns a bar of a service takes.
const barWidth = 28

// services draws what is granted of each service against what was used.
func (t *roleText) services() {
	g := t.Role.Grants
	switch {
	case g == nil:
		t.title("What it may do", "")
		t.say("", "Not known: no inventory has it.")
		return
	case g.Granted == 0:
		t.title("What it may do", "")
		t.say("", "Its policies grant nothing.")
		return
	}
	t.title("What it may do and what it did", fmt.Sprintf("%s of %s used, in %s of %s.",
		amount.Grouped(g.Used), amount.Of(g.Granted, "granted action"), amount.Grouped(g.ServicesUsed), amount.Of(g.ServicesGranted, "service")))
	var rows [][]cell
	for _, s := range t.Role.ServiceList {
		name := string(s.Service)
		if name == "" {
			name = amount.Of(s.Services, "other service")
		}
		rows = append(rows, []cell{{name, ""}, {amount.Grouped(s.Used), ""}, {"of " + amount.Grouped(s.Granted), ""}, {serviceBar(s), termfit.Green}})
	}
	t.grid([]column{{}, {right: true}, {right: true}, {}}, rows)
	t.say(termfit.Faint, "█ used, ▓ possibly used, "+noLogs+" cannot be seen or too new, "+bars[0]+" not used")
}

// serviceBar draws the verdicts on the actions of a service. A part that is there is never too
// thin to be seen.
func serviceBar(s Service) string {
	parts := []struct {
		mark string
		n    int64
	}{{"█", s.Used}, {"▓", s.PossiblyUsed}, {noLogs, s.Unobservable + s.TooNew}, {bars[0], s.Unused + s.ProbablyUnused + s.DeniedOnly}}
	var b strings.Builder
	left, rest := int64(barWidth), s.Granted
	for i, p := range parts {
		if p.n == 0 || rest == 0 {
			continue
		}
		after := int64(0) // parts behind this one, a column each
		for _, q := range parts[i+1:] {
			after += min(q.n, 1)
		}
		width := min(max((left*p.n+rest/2)/rest, 1), left-after)
		b.WriteString(strings.Repeat(p.mark, int(width)))
		left, rest = left-width, rest-p.n
	}
	return b.String()
}

// sessions lists the newest.
func (t *roleText) sessions() {
	role := t.Role
	if len(role.SessionList) == 0 {
		return
	}
	t.title("Sessions", fmt.Sprintf("The newest %d of %s.", len(role.SessionList), amount.Grouped(max(role.Sessions, int64(len(role.SessionList))))))
	rows := [][]cell{heads("made", "name", "calls", "denied", "caller")}
	for _, s := range role.SessionList {
		made := ""
		if s.CreatedAt != nil {
			made = minute(s.CreatedAt)
		}
		rows = append(rows, []cell{{made, ""}, {review.Name(string(s.SessionName)), ""}, {amount.Grouped(s.Events), ""}, {dashed(s.Denied), termfit.Red}, {t.chain(s.Caller, s.CallerKind, s.ViaRole), ""}})
	}
	t.grid([]column{{}, {upTo: 20}, {right: true}, {right: true}, {cut: true}}, rows)
}

// heads are the names of the columns of a grid.
func heads(names ...string) (row []cell) {
	for _, name := range names {
		row = append(row, cell{name, termfit.Faint})
	}
	return row
}

// dashed is a count, or a dash for none.
func dashed(n int64) string {
	if n == 0 {
		return "-"
	}
	return amount.Grouped(n)
}
