package alert

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An incoming webhook answers nothing by which a later message could go on in the thread of an earlier one.
// So a message says itself what was told of its roles shortly before: as far as this process told it.
const (
	// shortlyBefore is how long before a change others of its roles are named.
	shortlyBefore = time.Hour
	// mostTold is how many changes are kept in mind.
	mostTold = 1000
)

// toldChange is a change that a webhook accepted.
type toldChange struct {
	webhook string
	roles   []string // see [roleOf]
	at      time.Time
	what    string
}

// remember keeps in mind what a webhook accepted, of which the oldest is forgotten.
func (s *Sender) remember(w Webhook, changes []Change) {
	for _, c := range changes {
		if c.Change != "" && len(c.RoleARNs) > 0 {
			s.told = append(s.told, toldChange{w.Name, rolesChanged(c), c.EventTime, words(c.Change)})
		}
	}
	s.told = slices.Delete(s.told, 0, max(len(s.told)-mostTold, 0))
}

// before says how many changes of the same roles were told that were made shortly before this one, and
// what the last of them was; "" if none was.
func (s *Sender) before(w Webhook, c Change) string {
	count, roles := 0, rolesChanged(c)
	var last toldChange
	for _, t := range s.told {
		ago := c.EventTime.Sub(t.at)
		if t.webhook != w.Name || ago < 0 || ago > shortlyBefore || !slices.ContainsFunc(t.roles, func(r string) bool { return slices.Contains(roles, r) }) {
			continue
		}
		if count++; !t.at.Before(last.at) {
			last = t
		}
	}
	switch count {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("one change within an hour, %s at %s UTC", last.what, last.at.UTC().Format(time.TimeOnly))
	}
	return fmt.Sprintf("%d changes within an hour, the last %s at %s UTC", count, last.what, last.at.UTC().Format(time.TimeOnly))
}

func rolesChanged(c Change) (roles []string) {
	for _, arn := range c.RoleARNs {
		roles = append(roles, roleOf(arn))
	}
	return roles
}

// roleOf tells roles apart whether their ARN has the path or not, as names are unique in an account.
func roleOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4] + "/" + lastPart(arn)
	}
	return arn
}

// words are the words of a kind of change or finding.
func words(kind string) string { return strings.ReplaceAll(kind, "_", " ") }
