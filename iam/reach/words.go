package reach

import (
	"fmt"
	"slices"
	"strings"

	"roletrail/iam/amount"
)

// mostNamed is how many accounts or units a text names.
const mostNamed = 5

// Summarise adds to the summary of a change whom it reaches. Roles are not named: they stand in a
// list of their own.
func (r *Reach) Summarise(summary string) string {
	if r == nil {
		return summary
	}
	mark := ": "
	if strings.Contains(summary, mark) {
		mark = "; "
	}
	return summary + mark + strings.Join(r.words(), "; ")
}

func (r *Reach) words() (words []string) {
	var whole []string
	if len(r.Accounts) > 0 {
		whole = append(whole, list("account", r.Accounts))
	}
	if len(r.Units) > 0 {
		whole = append(whole, list("unit", r.Units)+" with accounts that are unknown")
	}
	if len(whole) > 0 {
		text := "reaches " + strings.Join(whole, " and ")
		if r.ByLogs {
			text += ", as far as the logs tell"
		}
		words = append(words, text)
	}
	switch {
	case r.Unknown != "" && len(whole) > 0:
		words = append(words, "which roles is unknown: "+r.Unknown)
	case r.Unknown != "":
		words = append(words, "whom it reaches is unknown: "+r.Unknown)
	case len(r.Roles) == 1:
		words = append(words, "reaches one role")
	case len(r.Roles) > 1:
		words = append(words, "reaches "+amount.Of(len(r.Roles), "role"))
	case len(whole) == 0:
		words = append(words, "reaches no role of the inventory")
	}
	return words
}

// list names some things of a kind, and says how many more there are.
func list(kind string, names []string) string {
	if len(names) == 1 {
		return kind + " " + names[0]
	}
	if more := len(names) - mostNamed; more > 0 {
		return fmt.Sprintf("%ss %s and %d more", kind, strings.Join(names[:mostNamed], ", "), more)
	}
	return kind + "s " + strings.Join(names, ", ")
}

// AddTo adds the roles to those that a record names.
func (r *Reach) AddTo(roles []string) []string {
	if r == nil || len(r.Roles) == 0 {
		return roles
	}
	return each(slices.Concat(roles, r.Roles))
}
