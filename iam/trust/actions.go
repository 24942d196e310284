package trust

import (
	"slices"
	"strings"

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
		return slices.ContainsFunc(patterns, func(p string) bool { return glob(strings.ToLower(p), strings.ToLower(action)) })
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

// glob says whether text fits a pattern of * (any text) and ? (one character).
func glob(pattern, text string) bool {
	star, mark, at, in := -1, 0, 0, 0
	for in < len(text) {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			star, mark = at, in
			at++
		case at < len(pattern) && (pattern[at] == '?' || pattern[at] == text[in]):
			at++
			in++
		case star >= 0:
			mark++
			at, in = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}
