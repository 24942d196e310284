package cloudtrail

import "testing"

func TestOutcome(t *testing.T) {
	tests := []struct {
		code, message string
		want          Outcome
	}{
		{"", "", Success},
		{"AccessDenied", "", Denied},
		{"AccessDenied", "Access Denied", Denied},
		{"AccessDeniedException", "x", Denied},
		{"Client.AccessDenied", "", Denied},
		{"accessdenied", "", Denied},
		{"VpceAccessDenied", "", Denied},
		{"UnauthorizedException", "", Denied},
		{"Client.UnauthorizedOperation", "", Denied},
		{"Server.UnauthorizedOperation", "", Denied},
		{"UnauthorizedOperation", "", Denied},
		{"UnauthorizedAccess", "", Denied},
		{"NotAuthorized", "", Denied},
		{"NotAuthorizedException", "", Denied},
		{"ForbiddenException", "", Denied},
		{"Client.Forbidden", "", Denied},
		{"AuthorizationError", "", Denied},
		{"AuthorizationErrorException", "", Denied},
		{"AuthorizationFailure", "", Denied},
		{"ExplicitDenyException", "", Denied},
		{"", "User: x is not authorized to perform: eks:DescribeCluster on resource: y", Denied},

		{"ThrottlingException", "Rate exceeded", Failed},
		{"NoSuchEntity", "", Failed},
		{"NoSuchEntityException", "", Failed},
		{"ValidationException", "", Failed},
		{"Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set.", Failed},
		{"Client.InvalidPermission.NotFound", "", Failed},
		{"Client.AuthFailure", "", Failed},
		{"InvalidAccessException", "", Failed},
		{"InvalidPolicyDocument", "", Failed},
		{"PermissionsBoundaryNotFound", "", Failed},
		{"ForbiddenFruit", "", Failed},
		{"Exception", "", Failed},
		{".", "", Failed},
		{"404", "", Failed},
		{"", "Failed authentication", Failed},
		{"", "You are not authorized to perform this operation.", Failed},
		{"ThrottlingException", "User: x is not authorized to perform: a:b on resource: c", Failed},
	}
	for _, test := range tests {
		if got := OutcomeOf([]byte(test.code), []byte(test.message)); got != test.want {
			t.Errorf("%q, %q: %s, want %s", test.code, test.message, got, test.want)
		}
	}
}

func TestDeniedResource(t *testing.T) {
	const (
		user = "User: arn:aws:iam::111111111111:user/x is "
		role = "arn:aws:iam::222222222222:role/path/r"
	)
	tests := []struct{ name, message, action, resource string }{
		{"plain", user + "not authorized to perform: sts:AssumeRole on resource: " + role, "sts:AssumeRole", role},
		{"because", user + "not authorized to perform: sts:AssumeRole on resource: " + role + " because no identity-based policy allows the sts:AssumeRole action", "sts:AssumeRole", role},
		{"explicit deny", user + "not authorized to perform: sts:AssumeRole on resource: " + role + " with an explicit deny in a service control policy", "sts:AssumeRole", role},
		{"full stop", user + "not authorized to perform: sts:AssumeRole on resource: " + role + ".", "sts:AssumeRole", role},
		{"quoted", user + `not authorized to perform: iam:PassRole on resource: "` + role + `"`, "iam:PassRole", role},
		{"star", user + "not authorized to perform: organizations:LeaveOrganization on resource: * because no identity-based policy allows it", "organizations:LeaveOrganization", "*"},
		{"name", user + "not authorized to perform: secretsmanager:DescribeSecret on resource: a secret because no", "secretsmanager:DescribeSecret", "a secret"},
		{"backslash", user + `not authorized to perform: ssm:SendCommand on resource: arn:aws:ssm:us-east-1:111111111111:managed-instance/\ because no`, "ssm:SendCommand", `arn:aws:ssm:us-east-1:111111111111:managed-instance/\`},
		{"empty", user + "not authorized to perform: iam:GetRole on resource: ", "iam:GetRole", ""},
		{"no resource", user + "not authorized to perform: rds:ModifyDBInstance", "rds:ModifyDBInstance", ""},
		{"no resource, full stop", user + "not authorized to perform: rds:ModifyDBInstance.", "rds:ModifyDBInstance", ""},
		{"no resource, because", user + "not authorized to perform: ses:ListIdentities because no identity-based policy allows the ses:ListIdentities action", "ses:ListIdentities", ""},
		{"no resource, explicit deny", user + "not authorized to perform: s3:ListAllMyBuckets with an explicit deny in an identity-based policy", "s3:ListAllMyBuckets", ""},
		{"EC2", "You are not authorized to perform this operation. " + user + "not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:us-east-1:111111111111:instance/* because no identity-based policy allows the ec2:RunInstances action. Encoded authorization failure message: AbC-_1", "ec2:RunInstances", "arn:aws:ec2:us-east-1:111111111111:instance/*"},
		{"EC2, not because", "You are not authorized to perform this operation. " + user + "not authorized to perform: iam:PassRole on resource: " + role + ". Encoded authorization failure message: AbC", "iam:PassRole", role},
		{"EC2, encoded alone", "You are not authorized to perform this operation. Encoded authorization failure message: AbC:d", "", ""},
		{"STS, web identity", "Not authorized to perform sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity", ""},
		{"S3", "Access Denied", "", ""},
		{"cut off in the phrase", user + "not authorized to perf", "", ""},
		{"cut off behind the phrase", user + "not authorized to perform: ", "", ""},
		{"cut off in the resource", user + "not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::2222", "sts:AssumeRole", "arn:aws:iam::2222"},
		{"another language of error", "The role defined for the function cannot be assumed by Lambda.", "", ""},
		{"empty message", "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			action, resource := DeniedResource([]byte(test.message))
			if string(action) != test.action || string(resource) != test.resource {
				t.Errorf("%q on %q, want %q on %q", action, resource, test.action, test.resource)
			}
		})
	}
}
