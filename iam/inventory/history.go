package inventory

import (
	"time"

	"roletrail/iam/policy"
)

// history is how a policy came to what it grants today. Writing a grant
// again unchanged does not make it younger (design 9.21): it is as old as the first
// of those versions that granted it without a break up to the default one. Many roles
// share it, so that a grant to some role, by aws:PrincipalArn, counts as one to all.
type history struct {
	policy Policy
	// results are those of the earlier versions, evaluated when first asked for.
	results []*policy.Result
}

// since is when the policy began to grant the action of an index; zero if unknown.
func (h *history) since(j *Judge, index int) time.Time {
	at := h.policy.grantsSince()
	for i, v := range h.policy.earlier {
		if len(h.results) <= i {
			h.results = append(h.results, policy.Evaluate(j.universe, policy.Set{
				Identity: []policy.Named{{Name: h.policy.Name, Policy: j.compile(v.document)}},
			}))
		}
		if v.createdAt.IsZero() || h.results[i].Effect(index) == policy.Denied {
			break
		}
		at = v.createdAt
	}
	return at
}

// version is an earlier version of a managed policy.
type version struct {
	createdAt time.Time
	document  string
}
