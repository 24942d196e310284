package rolechange

import (
	"strings"

	"roletrail/iam"
	"roletrail/iam/difference"
	"roletrail/iam/policy"
)

// judgeDocuments moves the severity by the documents of a change that succeeded.
func (r *reading) judgeDocuments() {
	for _, of := range [...]struct {
		field field
		judge func(policy.Document) difference.Verdict
	}{{fieldGrant, difference.OfGrants}, {fieldTrust, r.judgeTrust}} {
		if len(r.event.fields[of.field]) == 0 {
			continue
		}
		document, ok := r.document(of.field)
		if !ok {
			r.note(1, "content unknown")
			r.limit = difference.High
			continue
		}
		v := of.judge(document)
		r.note(v.Steps, v.Reason)
	}
	if fields := r.event.fields[fieldDefault]; len(fields) > 0 && string(r.at(fieldDefault)) != "true" && r.rec.JSON[fields[0].in] != nil {
		r.note(-1, "not in force")
	}
}

// judgeTrust judges a trust policy. Which other accounts are one's own the record does not say.
func (r *reading) judgeTrust(d policy.Document) difference.Verdict {
	return difference.OfTrust(d, func(account string) bool { return account == r.account() })
}

func (r *reading) note(steps int, reason string) {
	r.steps += steps
	if reason != "" {
		r.reasons = append(r.reasons, reason)
	}
}

// document reads a policy document; ok is false if it is missing or not readable in full.
func (r *reading) document(f field) (d policy.Document, ok bool) {
	text, err := policy.Decode(r.at(f))
	if err != nil {
		return d, false
	}
	d, err = policy.Parse(text)
	return d, err == nil
}

// Names of AWS's own policies that make an administrator, and that only read.
var (
	adminPolicies = []string{"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}
	readPolicies  = []string{"ReadOnlyAccess", "SecurityAudit", "job-function/ViewOnlyAccess"}
	eksPolicies   = []string{"AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy"}
)

// judgeAttached judges a policy that is attached by its name: AWS keeps its own, so the
// name says what they grant.
func (r *reading) judgeAttached() {
	if r.attach == "" {
		return
	}
	arn, err := iam.ParseARN(r.attach)
	if err != nil {
		return
	}
	for _, name := range adminPolicies {
		if arn.IsAWSManagedPolicy(name) {
			r.note(1, "makes an administrator")
		}
	}
	for _, name := range eksPolicies {
		if arn.Service == "eks" && strings.HasSuffix(arn.Resource, "/"+name) {
			r.note(1, "makes an administrator of the cluster")
		}
	}
	for _, name := range readPolicies {
		if arn.IsAWSManagedPolicy(name) {
			r.note(-1, "only reads")
		}
	}
}
