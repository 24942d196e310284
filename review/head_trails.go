package review

import (
	"fmt"
	"slices"
	"strings"

	"roletrail/queries"
)

// assumed is what a report takes for granted where it knows of no trail.
const assumed = "management events taken as logged and data events as not; ingest trail tells"

// trails names those that say what is logged at all, and the accounts of the
// inventory that none of them is about.
func trails(m *queries.Meta) string {
	if len(m.Trails) == 0 {
		return "none known, " + assumed
	}
	var names []string
	oldest, newest := m.Trails[0].Date, m.Trails[0].Date
	for _, t := range m.Trails {
		_, name, _ := strings.Cut(t.ARN, "/")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if t.Date.Before(oldest) {
			oldest = t.Date
		}
		if t.Date.After(newest) {
			newest = t.Date
		}
	}
	text := Few(names) + ", " + dates(oldest, newest)
	if without := withoutTrail(m); len(without) > 0 {
		text += fmt.Sprintf("; none known of %s, there %s", Few(without), assumed)
	}
	return text
}

// withoutTrail are the accounts of the inventory that no known trail logs.
func withoutTrail(m *queries.Meta) (accounts []string) {
	for _, s := range m.Inventory {
		if !slices.ContainsFunc(m.Trails, func(t queries.MetaTrail) bool { return t.Organization || t.AccountID == s.AccountID }) {
			accounts = append(accounts, s.AccountID)
		}
	}
	return accounts
}
