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
	prefix, rest, _ := strings.Cut(s, ":")
	var a ARN
	for _, part := range [...]*string{&a.Partition, &a.Service, &a.Region, &a.AccountID} {
		*part, rest, _ = strings.Cut(rest, ":")
	}
	if a.Resource = rest; prefix != "arn" || a.Partition == "" || a.Service == "" || a.Resource == "" {
		return ARN{}, notARN(s)
	}
	return a, nil
}

// notARN is the error of a text that is none. Most texts that are asked about by the million
// are none, so its message is made for those alone whom it is shown to.
type notARN string

func (e notARN) Error() string {
	return fmt.Sprintf("parsing ARN %q: not of the form arn:partition:service:region:account:resource", string(e))
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
