package access

import (
	"fmt"
	"strings"
	"time"

	"roletrail/iam"
	"roletrail/iam/amount"
	"roletrail/review"
	"roletrail/review/termtext"
)

// times is "once", "twice", "14 times".
func times(n int64) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return amount.Grouped(n) + " times"
}

// dates write days as people do. The year stands there where it is not that of the window.
type dates struct{ year int }

func (d dates) day(t time.Time) string {
	t = t.UTC()
	if t.Year() == d.year {
		return t.Format("2 Jan")
	}
	return t.Format("2 Jan 2006")
}

// called is the window in a sentence.
func (w Window) called() string {
	if w.Quarter != "" {
		return "this quarter"
	}
	return "in this window"
}

// upTo is ", 1 Jul to 30 Sep" for so many days from the first.
func (d dates) upTo(first time.Time, days int) string {
	if days == 0 {
		return ""
	}
	return ", " + d.day(first) + " to " + d.day(first.AddDate(0, 0, days-1))
}

// span is "on 2 Jul", "between 2 Jul and 5 Sep".
func (d dates) span(first, last *time.Time) string {
	switch {
	case first == nil || last == nil:
		return ""
	case d.day(*first) == d.day(*last):
		return " on " + d.day(*last)
	}
	return " between " + d.day(*first) + " and " + d.day(*last)
}

// runs are the days that are so, one after another as "12 Aug to 13 Aug".
func (d dates) runs(first time.Time, days int, is func(day int) bool) (runs []string) {
	for day := 0; day < days; day++ {
		if !is(day) {
			continue
		}
		end := day
		for end+1 < days && is(end+1) {
			end++
		}
		text := d.day(first.AddDate(0, 0, day))
		if end > day {
			text += " to " + d.day(first.AddDate(0, 0, end))
		}
		runs = append(runs, text)
		day = end
	}
	return runs
}

// listed is "a, b and c", at most three of them.
func listed(names []string) string {
	short := make([]string, 0, len(names))
	for _, name := range names {
		short = append(short, review.Name(name))
	}
	more := len(short) - 3
	if more > 0 {
		short = append(short[:3], fmt.Sprintf("%d more", more))
	}
	if len(short) < 2 {
		return strings.Join(short, "")
	}
	return strings.Join(short[:len(short)-1], ", ") + " and " + short[len(short)-1]
}

// maxSummary bounds what a log says within a sentence, in characters.
const maxSummary = 300

// cut is a text out of the lake as a sentence can hold it.
func cut(s string) string {
	runes := []rune(termtext.Line(s))
	if len(runes) <= maxSummary {
		return string(runes)
	}
	return string(runes[:maxSummary]) + "…"
}

// called is the name of a role in a sentence.
func (role *Role) called() string {
	switch {
	case role.RoleName != "":
		return review.Name(string(role.RoleName))
	case role.RoleID != "":
		return review.Name(string(role.RoleID))
	}
	return "a role without a name"
}

// key says which role is meant, wherever it is named apart from its row.
func (role *Role) key() Text {
	if role.RoleARN != "" {
		return role.RoleARN
	}
	return role.RoleID
}

// callerText is who came, in words. caller is as the reports have it (design 9.6).
func callerText(caller Text, kind Text) string {
	s := string(caller)
	name := func(s string) string { return review.Name(s) }
	switch {
	case s == "":
		return "somebody whom the logs do not name"
	case strings.HasPrefix(s, "sso:"):
		return name(s[len("sso:"):])
	case strings.HasPrefix(s, "oidc:"):
		if provider, subject, ok := strings.Cut(s[len("oidc:"):], "/"); ok {
			return name(subject) + " of " + name(provider)
		}
	case strings.HasPrefix(s, "saml:"):
		if provider, subject, ok := strings.Cut(s[len("saml:"):], "/"); ok {
			return name(subject) + " of " + name(provider)
		}
	case strings.HasPrefix(s, "arn:"):
		return principalText(s)
	case kind == "account":
		if account, id, ok := strings.Cut(s, ":"); ok {
			return name(id) + " of account " + name(account)
		}
	}
	return name(s)
}

// principalText is the principal of an ARN: "user carol of account 222222222222".
func principalText(arn string) string {
	if set, ok := permissionSet(arn); ok {
		return "permission set " + review.Name(set) + " of account " + review.Name(strings.SplitN(arn, ":", 6)[4])
	}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return review.Name(arn)
	}
	if parts[5] == "root" {
		return "account " + review.Name(parts[4])
	}
	kind, rest, ok := strings.Cut(parts[5], "/")
	if !ok {
		return review.Name(arn)
	}
	return kind + " " + review.Name(rest[strings.LastIndex(rest, "/")+1:]) + " of account " + review.Name(parts[4])
}

// principalName is the name at the end of an ARN.
func principalName(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// principalLabel is a principal in few words, where its account is not in question.
func principalLabel(arn string) string {
	if set, ok := permissionSet(arn); ok {
		return "permission set " + set
	}
	return principalName(arn)
}

// permissionSet is the permission set whose role has the ARN.
func permissionSet(arn string) (name string, ok bool) {
	parsed, err := iam.ParseARN(arn)
	if err != nil {
		return "", false
	}
	return parsed.PermissionSet()
}

// sentence begins a text with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
