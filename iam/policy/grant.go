package policy

import "strings"

// Grant is what a document does to everything at once.
type Grant struct {
	// AllowsAll: a statement allows every action on every resource without a
	// condition.
	AllowsAll bool
	// DeniesAll: a statement denies every action on every resource without a
	// condition, which no allowance outweighs.
	DeniesAll bool
}

// Or returns the grants of both documents together.
func (g Grant) Or(other Grant) Grant {
	return Grant{AllowsAll: g.AllowsAll || other.AllowsAll, DeniesAll: g.DeniesAll || other.DeniesAll}
}

// GrantOf returns what a document does to everything at once. Only Action "*" or
// "*:*" (any number of stars) on Resource "*" counts, without a Condition. Sums
// of narrower statements, NotAction and NotResource are left to evaluation
// against the action catalogue.
func GrantOf(doc Document) Grant {
	var g Grant
	for _, s := range doc.Statements {
		if s.Conditional || !anyEverything(s.Actions, true) || !anyEverything(s.Resources, false) {
			continue
		}
		if s.Allow {
			g.AllowsAll = true
		} else {
			g.DeniesAll = true
		}
	}
	return g
}

// anyEverything says whether one of the patterns matches everything: stars
// alone, and for actions also stars on both sides of the colon.
func anyEverything(patterns []string, actions bool) bool {
	for _, p := range patterns {
		left, right, colon := strings.Cut(p, ":")
		if allStars(left) && (!colon || actions && allStars(right)) {
			return true
		}
	}
	return false
}
