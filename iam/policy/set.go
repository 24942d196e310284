package policy

import "strconv"

// Set is all policies that bear on one principal.
type Set struct {
	// Role is the ARN of the role whose policies these are, empty if that is not
	// known: then every condition is left to the request.
	Role string
	// Identity are the attached and inline policies.
	Identity []Named
	// Boundary is the permissions boundary, nil if there is none.
	Boundary *Named
	// SCPs are the service control policies by level: root, each organisational
	// unit, account. Each level must allow. Nil means that none bear on it: not
	// given, the management account, or a service-linked role.
	SCPs [][]Named
	// RCPs are the resource control policies by level. They bear on resources of
	// the organisation, and a role may use others: what they deny is conditional.
	RCPs [][]Named
}

// Named is a policy with the name it is told by.
type Named struct {
	// Name is the ARN of a managed policy, or "inline:NAME".
	Name string
	// Policy is the document; nil if it is not known.
	Policy *Compiled
}

// unread says that the policy, or a part of it, is not known.
func (n Named) unread() bool { return n.Policy == nil || n.Policy.err != nil }

// Ref names a statement of a policy.
type Ref struct {
	Policy string // as Named has it
	Sid    string // empty if the statement has none
	Number int    // position in the document, from 0; -1 names the policy as a whole
}

// String is "POLICY#SID", or with the number where there is no Sid: from 1, as people
// count, and as the errors about statements do.
func (r Ref) String() string {
	switch {
	case r.Number < 0:
		return r.Policy
	case r.Sid != "":
		return r.Policy + "#" + r.Sid
	}
	return r.Policy + "#" + strconv.Itoa(r.Number+1)
}

// Unread is a policy of a set that is not known in full.
type Unread struct {
	// Policy is its name; "…" stands for the set as a whole, if it has more patterns
	// for Unmatched than the limits allow.
	Policy string
	// MayDeny: what is not known may be a Deny, so that what the set allows may be
	// denied. Of a limit (boundary, service control policy) that is always so.
	MayDeny bool
	Err     error // nil if there was no document at all
}
