package rolechange

import (
	"strings"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// judgeDocuments moves the severity by the documents of a change that succeeded.
func (r *reading) judgeDocuments() {
	for _, of := range [...]struct {
		field field
		judge func(policy.Document) verdict
	}{{fieldGrant, judgeGrants}, {fieldTrust, r.judgeTrust}} {
		if len(r.event.fields[of.field]) == 0 {
			continue
		}
		document, ok := r.document(of.field)
		if !ok {
			r.note(verdict{1, "content unknown"})
			r.limit = High
			continue
		}
		r.note(of.judge(document))
	}
	if fields := r.event.fields[fieldDefault]; len(fields) > 0 && string(r.at(fieldDefault)) != "true" && r.rec.JSON[fields[0].in] != nil {
		r.note(verdict{-1, "not in force"})
	}
}

// verdict is what a document or a policy does to the severity, and why.
type verdict struct {
	steps  int
	reason string
}

func (r *reading) note(v verdict) {
	r.steps += v.steps
	if v.reason != "" {
		r.reasons = append(r.reasons, v.reason)
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
	arn, err := iam.ParseARN(r.text(fieldAttach))
	if err != nil {
		return
	}
	for _, name := range adminPolicies {
		if arn.IsAWSManagedPolicy(name) {
			r.note(verdict{1, "makes an administrator"})
		}
	}
	for _, name := range eksPolicies {
		if arn.Service == "eks" && strings.HasSuffix(arn.Resource, "/"+name) {
			r.note(verdict{1, "makes an administrator of the cluster"})
		}
	}
	for _, name := range readPolicies {
		if arn.IsAWSManagedPolicy(name) {
			r.note(verdict{-1, "only reads"})
		}
	}
}
