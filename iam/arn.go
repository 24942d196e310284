package iam

import (
	"fmt"
	"strings"
)

// MaxARNLength is the longest ARN that is accepted, in bytes; IAM's own limit.
const MaxARNLength = 2048

// ARN is an Amazon resource name taken apart:
// arn:Partition:Service:Region:AccountID:Resource.
type ARN struct {
	Partition, Service, Region, AccountID string
	// Resource is all that follows the fifth colon, colons included.
	Resource string
}

// ParseARN takes an ARN apart. It checks the form (six parts, prefix arn,
// length), not the meaning: account and region may be empty, a wildcard or
// `aws`, as they are in the ARNs of AWS's own policies.
func ParseARN(s string) (ARN, error) {
	if len(s) > MaxARNLength {
		return ARN{}, fmt.Errorf("parsing ARN: %d bytes are more than the %d an ARN may have", len(s), MaxARNLength)
	}
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, fmt.Errorf("parsing ARN %q: not of the form arn:partition:service:region:account:resource", s)
	}
	return ARN{Partition: p[1], Service: p[2], Region: p[3], AccountID: p[4], Resource: p[5]}, nil
}

// Role returns path and name of an IAM role's ARN: the path with its slashes
// ("/" when it has none), the name without. ok is false when the ARN is not
// that of an IAM role in a numbered account.
func (a ARN) Role() (path, name string, ok bool) {
	rest, isRole := strings.CutPrefix(a.Resource, "role/")
	if !isRole || a.Service != "iam" || !IsAccountID(a.AccountID) {
		return "", "", false
	}
	cut := strings.LastIndexByte(rest, '/') + 1
	path, name = "/"+rest[:cut], rest[cut:]
	return path, name, name != ""
}

// IsAWSManagedPolicy says whether the ARN is that of the policy `name` which AWS
// itself keeps, in any partition (arn:aws-cn:iam::aws:policy/NAME).
func (a ARN) IsAWSManagedPolicy(name string) bool {
	return a.Service == "iam" && a.AccountID == "aws" && a.Resource == "policy/"+name
}
