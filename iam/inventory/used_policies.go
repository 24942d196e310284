package inventory

import (
	"slices"
	"strings"

	"roletrail/iam"
)

// PolicyKind is what a policy is: a closed set.
type PolicyKind string

const (
	AWSManaged      PolicyKind = "aws_managed"
	CustomerManaged PolicyKind = "customer_managed"
	Inline          PolicyKind = "inline"
	SCP             PolicyKind = "scp"
	RCP             PolicyKind = "rcp"
)

// UsedPolicy is a policy that bears on a role of an account: a row of iam/policies.
type UsedPolicy struct {
	Policy
	Kind PolicyKind
	Role string // ARN of the role of an inline policy
}

// PoliciesOf are the policies that bear on the roles of an account: attached, as
// boundary, inline, and the control policies; in this order, then by ARN, role and
// name.
func (j *Judge) PoliciesOf(account string) []UsedPolicy {
	var out []UsedPolicy
	seen := map[string]bool{}
	add := func(arn string) {
		if arn != "" && !seen[arn] {
			seen[arn] = true
			p := j.of(arn).history.policy
			p.ARN = arn
			out = append(out, UsedPolicy{Policy: p, Kind: managedKind(arn)})
		}
	}
	for _, r := range j.inv.Roles {
		if r.AccountID != account {
			continue
		}
		for _, arn := range r.perms.attached {
			add(arn)
		}
		add(r.Boundary)
		for _, in := range r.perms.inline {
			out = append(out, UsedPolicy{Policy: in, Kind: Inline, Role: r.ARN})
		}
	}
	out = append(out, j.control...)
	slices.SortStableFunc(out, func(a, b UsedPolicy) int {
		if n := kindOrder(a.Kind) - kindOrder(b.Kind); n != 0 {
			return n
		}
		return strings.Compare(a.ARN+"\x00"+a.Role+"\x00"+a.Name, b.ARN+"\x00"+b.Role+"\x00"+b.Name)
	})
	return out
}

func kindOrder(k PolicyKind) int {
	return slices.Index([]PolicyKind{AWSManaged, CustomerManaged, Inline, SCP, RCP}, k)
}

func managedKind(arn string) PolicyKind {
	if a, err := iam.ParseARN(arn); err == nil && a.AccountID == "aws" {
		return AWSManaged
	}
	return CustomerManaged
}
