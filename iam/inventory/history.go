package inventory

import (
	"time"

	"roletrail/iam/policy"
)

// history is how a policy came to what it grants today. Writing a grant
// again unchanged does not make it younger (design 9.21): it is as old as the first
// of those versions that granted it without a break up to the default one. Which
// versions were the default one is known from events, or does not matter because all
// there were grant it, see [olderVersions]; a version that only may have been counts for
// nothing. Many roles share it, so that a grant to some role, by aws:PrincipalArn,
// counts as one to all.
type history struct {
	policy Policy
	// earlier and older are the results of the versions of these names, evaluated when
	// first asked for.
	earlier, older []*policy.Result
}

// since is when the policy began to grant the action of an index; zero if unknown.
func (h *history) since(j *Judge, index int) time.Time {
	if h.alwaysGranted(j, index) {
		return h.policy.older.since
	}
	at := h.policy.grantsSince()
	for i, v := range h.policy.earlier {
		if v.createdAt.IsZero() || !h.grants(j, &h.earlier, i, v.document, index) {
			break
		}
		at = v.createdAt
	}
	return at
}

// alwaysGranted says whether whatever version was the default one granted an action.
func (h *history) alwaysGranted(j *Judge, index int) bool {
	for i, document := range h.policy.older.documents {
		if !h.grants(j, &h.older, i, document, index) {
			return false
		}
	}
	return len(h.policy.older.documents) > 0
}

// grants says whether version i, whose result is kept in results, grants an action.
// Versions are asked for in order.
func (h *history) grants(j *Judge, results *[]*policy.Result, i int, document string, index int) bool {
	if len(*results) <= i {
		*results = append(*results, policy.Evaluate(j.universe, policy.Set{
			Identity: []policy.Named{{Name: h.policy.Name, Policy: j.compile(document)}},
		}))
	}
	return (*results)[i].Effect(index) != policy.Denied
}

// version is what a policy was from a moment on.
type version struct {
	createdAt time.Time
	document  string
}
