package proposal

import "slices"

// Verdicts on permissions (docs/verdicts.md) that a proposal keeps. What was refused
// every time is of no use to the role.
var (
	proven  = []string{"used"}
	inDoubt = []string{"possibly_used", "unobservable", "too_new"}
)

// Proven are the verdicts that prove a use: all that a strict proposal keeps.
func Proven() []string { return slices.Clone(proven) }

// InDoubt are those of which nobody can say that the permission was not used: what a call
// may have needed, what no log shows, and what is too young.
func InDoubt() []string { return slices.Clone(inDoubt) }

// Keeps are the verdicts on the permissions that a proposal keeps.
func Keeps(strict bool) []string {
	if strict {
		return Proven()
	}
	return slices.Concat(proven, inDoubt)
}
