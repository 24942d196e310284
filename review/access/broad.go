package access

import (
	"slices"
	"strings"

	"roletrail/iam/policy"
)

// BroadGrant is a statement of a role's policies that grants by a wildcard: all actions of
// services, all that there are, or all but some, on every resource.
type BroadGrant struct {
	// Policy is the ARN of a managed policy, or inline:NAME; after # stands the statement, by
	// its Sid or, counted from 1, its place.
	Policy string `json:"policy"`
	// Actions are the patterns as they stand there, at most maxBroadActions of them; of a
	// statement that grants all but some, those that it leaves out, with a ! before.
	Actions []string `json:"actions"`
	// Conditional says that the statement holds under a condition only.
	Conditional bool `json:"conditional"`
}

// What is named of the broad grants of a role. Policies have thousands of patterns.
const (
	maxBroad        = 20
	maxBroadActions = 12
)

// broadGrants finds them in the policies of all roles. Documents that several roles have are
// read once.
func (r *reader) broadGrants() {
	read := map[string][]BroadGrant{}
	for _, role := range r.roles {
		held := r.held[role]
		if held == nil || !role.InReview {
			continue
		}
		for _, s := range held.Policies {
			found, known := read[s.Document]
			if !known {
				found = broadIn(s.Document)
				read[s.Document] = found
			}
			for _, b := range found[:min(len(found), maxBroad-min(len(role.BroadGrants), maxBroad))] {
				b.Policy = s.Name + b.Policy
				role.BroadGrants = append(role.BroadGrants, b)
			}
		}
	}
}

// broadIn are the broad grants of a document, without the name of the policy. What cannot be
// read grants nothing that could be named; the role says that a policy is not known.
func broadIn(document string) (found []BroadGrant) {
	doc, err := policy.Parse(document)
	if err != nil && len(doc.Statements) == 0 {
		return nil
	}
	for _, s := range doc.Statements {
		if !s.Allow || !slices.ContainsFunc(s.Resources, onlyStars) {
			continue
		}
		var actions []string
		for _, a := range s.Actions {
			if _, name, _ := strings.Cut(a, ":"); onlyStars(a) || onlyStars(name) {
				actions = append(actions, a)
			}
		}
		for _, a := range s.NotActions {
			actions = append(actions, "!"+a)
		}
		if len(actions) > 0 {
			found = append(found, BroadGrant{policy.Ref{Sid: s.Sid, Number: s.Number}.String(), actions[:min(len(actions), maxBroadActions)], s.Conditional})
		}
	}
	return found
}

func onlyStars(pattern string) bool { return pattern != "" && strings.Trim(pattern, "*") == "" }

// judgeBroad has one finding for what a role is granted by wildcards without a condition.
func (role *Role) judgeBroad() {
	var services, policies []string
	all := false
	for _, b := range role.BroadGrants {
		if b.Conditional {
			continue
		}
		name, _, _ := strings.Cut(b.Policy, "#")
		if !slices.Contains(policies, name) {
			policies = append(policies, name)
		}
		for _, a := range b.Actions {
			service, _, named := strings.Cut(a, ":")
			switch {
			case strings.HasPrefix(a, "!") || !named:
				all = true
			case !slices.Contains(services, service):
				services = append(services, service)
			}
		}
	}
	what := "all actions of " + listed(services)
	if all {
		what = "all actions, or all but some,"
	}
	if all || len(services) > 0 {
		role.finding(Low, "broad_grant", "is granted "+what+" on every resource, by "+listed(policies)+".", "the inventory", "", nil)
	}
}
