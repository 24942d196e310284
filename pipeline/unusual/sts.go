package unusual

import (
	"encoding/json"

	"roletrail/iam"
	"roletrail/iam/difference"
	"roletrail/iam/policy"
)

// maxJSON is the largest field of a record that is read, in bytes: texts of CloudTrail have
// at most 100 KB (P20), which escapes may make a few times as long.
const maxJSON = 512 << 10

// OfRoot is what a call of AssumeRoot is: its parameters name the member account.
func OfRoot(request []byte, e *Evidence) Finding {
	var in struct{ TargetPrincipal string }
	unpack(request, &in)
	f := Finding{Kind: RootAssumed, Severity: difference.High, Evidence: *e, Key: keyOf(RootAssumed, e), Summary: "root user of another account assumed"}
	if in.TargetPrincipal != "" {
		f.Summary = "root user of " + in.TargetPrincipal + " assumed"
	}
	return f.attempted()
}

// OfFederation is what a call of GetFederationToken is. The session may do what both its
// user and its policies allow.
func OfFederation(request []byte, e *Evidence) Finding {
	var in struct {
		Name       string
		Policy     string
		PolicyArns []struct{ Arn string }
	}
	unpack(request, &in)
	f := Finding{Kind: FederationToken, Severity: difference.Medium, Evidence: *e, Key: keyOf(FederationToken, e), Summary: "federation token for " + in.Name}
	isAdmin := false
	for _, p := range in.PolicyArns {
		arn, err := iam.ParseARN(p.Arn)
		isAdmin = isAdmin || err == nil && arn.IsAWSManagedPolicy("AdministratorAccess")
	}
	if d, err := policy.Parse(in.Policy); err == nil && difference.OfGrants(d).Steps > 0 {
		isAdmin = true
	}
	if isAdmin {
		f.Severity, f.Summary = difference.High, f.Summary+", for an administrator"
	}
	return f.attempted()
}

// attempted takes one severity off what did not succeed.
func (f Finding) attempted() Finding {
	if f.Outcome != "success" {
		f.Severity, f.Summary = f.Severity.Moved(-1), f.Summary+": "+f.Outcome
	}
	return f
}

// unpack reads parameters. What cannot be read stays empty: the call alone is a finding.
func unpack(request []byte, into any) {
	if len(request) <= maxJSON {
		_ = json.Unmarshal(request, into)
	}
}
