package inventory

import (
	"roletrail/iam"
	"roletrail/iam/policy"
)

// Privilege grades what a role may do: a closed set, to which finer grades will
// come with the evaluation of policies.
type Privilege string

const (
	// Ungraded says that the grade is not known: everything but the two below.
	Ungraded Privilege = ""
	// Admin: the role has no permissions boundary, and one of its inline or
	// attached policies (the default version, where the inventory holds it)
	// allows every action on every resource without a condition, or is AWS's own
	// AdministratorAccess; and none denies everything.
	Admin Privilege = "admin"
	// None: the role has no policy, neither inline nor attached, and its account
	// is complete.
	None Privilege = "none"
)

// permissions is what the privilege of a role is graded from.
type permissions struct {
	attached []string // ARNs of managed policies
	inline   []Policy // unreadable ones too, without their document
	listed   bool     // both lists of policies were there
	// boundaryUnread: there is a permissions boundary whose ARN cannot be read.
	boundaryUnread bool
}

// privilege grades a role. managed are the default versions of all managed
// policies known, from whichever page or file they came: this is why roles are
// graded after all pages are read.
func privilege(r Role, managed map[string]Policy, complete bool) Privilege {
	p := r.perms
	if p.listed && complete && len(p.inline) == 0 && len(p.attached) == 0 {
		return None
	}
	var grant policy.Grant
	for _, in := range p.inline {
		grant = grant.Or(grantOf(in.Document))
	}
	for _, arn := range p.attached {
		grant = grant.Or(grantOf(managed[arn].Document))
		if a, err := iam.ParseARN(arn); err == nil && a.IsAWSManagedPolicy("AdministratorAccess") {
			grant.AllowsAll = true
		}
	}
	if grant.AllowsAll && !grant.DeniesAll && r.Boundary == "" && !p.boundaryUnread {
		return Admin
	}
	return Ungraded
}

func grantOf(document string) policy.Grant {
	doc, _ := policy.Parse(document) // what is wrong with it is a Problem already
	return policy.GrantOf(doc)
}
