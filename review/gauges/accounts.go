package gauges

import (
	"slices"
	"strings"
)

// MostAccounts is how many accounts have series of their own.
const MostAccounts = 1000

// OtherAccounts is the account_id under which all others are counted.
const OtherAccounts = "other"

// accounts are those with series of their own: the first of all known by their ids, so
// that the choice is the same at every refresh.
type accounts struct {
	own    map[string]bool
	beyond int // known accounts without series
}

func newAccounts(known []string) accounts {
	slices.Sort(known)
	known = slices.Compact(known)
	a := accounts{own: map[string]bool{}}
	for _, id := range known {
		if isAccountID(id) && len(a.own) < MostAccounts {
			a.own[id] = true
		} else {
			a.beyond++
		}
	}
	return a
}

// label is the account_id of a series.
func (a accounts) label(id string) string {
	if a.own[id] {
		return id
	}
	return OtherAccounts
}

// isAccountID tells account ids from what else a record may claim to be one.
func isAccountID(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}
