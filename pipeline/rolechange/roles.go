package rolechange

import (
	"net/url"
	"slices"
	"strings"

	"roletrail/cloudtrail"
	"roletrail/iam"
)

// Limits of names. IAM's own are 64 characters for a role and 250 roles for a profile
// of Roles Anywhere.
const (
	maxRoleName = 128
	maxRoles    = 250
)

// roles are the ARNs of the roles that the record names.
func (r *reading) roles(passed string) (arns []string) {
	add := func(name string) {
		if arn := r.roleARN(name); arn != "" && len(arns) < maxRoles && !slices.Contains(arns, arn) {
			arns = append(arns, arn)
		}
	}
	if r.event.passes {
		if isRoleARN(passed) {
			add(passed)
		}
		return arns
	}
	value := r.at(fieldRole)
	if one, ok := textOf(value); ok {
		add(one)
	} else if len(value) > 0 {
		for _, name := range textsOf(value) {
			add(name)
		}
	}
	if len(arns) > 0 || r.outcome != cloudtrail.Denied {
		return arns
	}
	// "role NAME", where IAM does not write the ARN.
	_, resource := r.refused()
	if name, ok := strings.CutPrefix(resource, "role "); ok {
		add(name)
	} else if isRoleARN(resource) {
		add(resource)
	}
	return arns
}

// roleARN is the ARN of a role that is named by it, by its URL-encoded form as EKS does,
// or by its name alone; empty if it is no role.
func (r *reading) roleARN(name string) string {
	if strings.HasPrefix(name, "arn%3A") || strings.HasPrefix(name, "arn%3a") {
		decoded, err := url.PathUnescape(name)
		if err != nil {
			return ""
		}
		name = decoded
	}
	if strings.HasPrefix(name, "arn:") {
		if isRoleARN(name) {
			return name
		}
		return ""
	}
	account := r.account()
	if name == "" || len(name) > maxRoleName || !isPlain(name, "+=,.@_-") || !iam.IsAccountID(account) {
		return ""
	}
	return "arn:" + partition(r.rec.Text[cloudtrail.AWSRegion]) + ":iam::" + account + ":role/" + name
}

// account is the account of the roles that are only named.
func (r *reading) account() string { return string(r.rec.Account()) }

// partition is that of a Region (P35).
func partition(region []byte) string {
	switch {
	case strings.HasPrefix(string(region), "cn-"):
		return "aws-cn"
	case strings.HasPrefix(string(region), "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func isRoleARN(text string) bool {
	arn, err := iam.ParseARN(text)
	if err != nil {
		return false
	}
	_, _, ok := arn.Role()
	return ok && isPlain(text, "+=,.@_-/:")
}

// isPlain says whether a text has letters and digits of ASCII and these marks alone, as
// names of IAM have: what else a record calls a role is none.
func isPlain(text, marks string) bool {
	for _, c := range []byte(text) {
		isLetter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !isLetter && (c < '0' || c > '9') && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return true
}

// lastName is what stands behind the last slash.
func lastName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
