package trust

import (
	"slices"

	"roletrail/iam/policy"
)

// Actions are the three actions that begin a session of a role.
func Actions() []string {
	return []string{"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"}
}

// covered are those of Actions that a statement is about. One without an action,
// which AWS refuses, is taken to be about all.
func covered(s policy.Statement) []string {
	fits := func(patterns []string, action string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return policy.FitsAction(p, action) })
	}
	return slices.DeleteFunc(Actions(), func(action string) bool {
		switch {
		case len(s.Actions) > 0:
			return !fits(s.Actions, action)
		case len(s.NotActions) > 0:
			return fits(s.NotActions, action)
		}
		return false
	})
}
