package rolechange

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"roletrail/cloudtrail"
	"roletrail/iam/difference"
)

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

func statement(members string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + members + `}]}`
}

// TestGrants holds the severity of an inline policy to what it allows.
func TestGrants(t *testing.T) {
	for _, c := range []struct{ members, severity, reason string }{
		{`"Action":"*","Resource":"*"`, "high", "allows every action"},
		{`"Action":["*:*"],"Resource":["*"]`, "high", "allows every action"},
		{`"Action":"iam:*","Resource":"*"`, "high", "allows iam:putrolepolicy"},
		{`"Action":"IAM:Put*","Resource":"*"`, "high", "allows iam:putrolepolicy"},
		{`"Action":"iam:PassRole","Resource":"arn:aws:iam::111111111111:role/*"`, "high", "allows iam:passrole"},
		{`"NotAction":"s3:*","Resource":"*"`, "high", "allows all actions but some, iam:putrolepolicy among them"},
		{`"NotAction":["iam:*"],"Resource":"*"`, "medium", ""},
		{`"Action":"*","NotResource":"arn:aws:s3:::x"`, "high", "allows every action"},
		{`"Action":"iam:PassRole","Resource":"arn:aws:iam::111111111111:role/app"`, "medium", ""},
		{`"Action":"*","Resource":"arn:aws:s3:::x/*"`, "medium", ""},
		{`"Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, "medium", ""},
		{`"Action":["s3:Get*","ec2:DescribeInstances"],"Resource":"*"`, "low", "only reads"},
		{`"Action":"secretsmanager:GetSecretValue","Resource":"*"`, "medium", ""},
		{`"Action":"secretsmanager:Get*","Resource":"*"`, "medium", ""},
		{`"Action":["s3:GetObject","s3:PutObject"],"Resource":"*"`, "medium", ""},
		{`"Action":"s3:*","Resource":"*"`, "medium", ""},
	} {
		e := example{Source: "iam.amazonaws.com", Name: "PutRolePolicy",
			Request: json.RawMessage(`{"roleName":"app","policyName":"p","policyDocument":` + quoted(statement(c.members)) + `}`)}
		_, got, _ := read(e.record(), cloudtrail.Success)
		want := "PutRolePolicy p"
		if c.reason != "" {
			want += ": " + c.reason
		}
		if got.Severity.String() != c.severity || got.Summary != want {
			t.Errorf("%s: %s %q, want %s %q", c.members, got.Severity, got.Summary, c.severity, want)
		}
	}
}

// TestTrust holds the severity of a trust policy to whom it lets in.
func TestTrust(t *testing.T) {
	const github = `"Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity"`
	const pods = `"Principal":{"Federated":"arn:aws:iam::111111111111:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X"},"Action":"sts:AssumeRoleWithWebIdentity"`
	const everybody = `"Principal":"*","Action":"sts:AssumeRole"`
	const vendor = `"Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"sts:AssumeRole"`
	for _, c := range []struct{ members, severity, reason string }{
		{`"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"`, "high", ""},
		{everybody, "critical", "lets in anybody"},
		{`"Principal":{"AWS":["arn:aws:iam::111111111111:root","*"]},"Action":"sts:*"`, "critical", "lets in anybody"},
		{everybody + `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`, "critical", "lets in anybody"},
		{everybody + `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`, "critical", "lets in anybody"},
		{everybody + `,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-x"}}`, "critical", "lets in anybody"},
		{everybody + `,"Condition":{"StringLike":{"aws:PrincipalOrgID":"*"}}`, "critical", "lets in anybody"},
		{everybody + `,"Condition":{"StringEquals":{"aws:principalorgid":"o-x"}}`, "high", ""},
		{`"NotPrincipal":{"AWS":"arn:aws:iam::111111111111:user/u"},"Action":"sts:AssumeRole"`, "critical", "lets in all but some"},
		{vendor, "critical", "lets in account 999999999999 without a condition"},
		{`"Principal":{"AWS":"999999999999"},"Action":"sts:AssumeRole"`, "critical", "lets in account 999999999999 without a condition"},
		{`"Principal":{"AWS":["999999999999","888888888888","arn:aws:iam::999999999999:role/x"]},"Action":"sts:AssumeRole"`, "critical",
			"lets in account 999999999999 without a condition, lets in account 888888888888 without a condition"},
		{vendor + `,"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`, "high", ""},
		{`"Principal":{"AWS":"arn:aws:iam::111111111111:user/u"},"Action":"sts:AssumeRole"`, "high", ""},
		{`"Principal":"*","Action":"sts:TagSession"`, "high", ""},
		{github, "critical", "lets in every token of token.actions.githubusercontent.com"},
		{github + `,"Condition":{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`, "critical", "lets in every token of token.actions.githubusercontent.com"},
		{github + `,"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"*"}}`, "critical", "lets in every token of token.actions.githubusercontent.com"},
		{github + `,"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:example-org/*"}}`, "high", ""},
		{pods, "critical", "lets in every token of oidc.eks.eu-west-1.amazonaws.com/id/X"},
		{pods + `,"Condition":{"StringEquals":{"oidc.eks.eu-west-1.amazonaws.com/id/X:aud":"sts.amazonaws.com"}}`, "high", ""},
	} {
		e := example{Source: "iam.amazonaws.com", Name: "UpdateAssumeRolePolicy",
			Request: json.RawMessage(`{"roleName":"app","policyDocument":` + quoted(statement(c.members)) + `}`)}
		_, got, _ := read(e.record(), cloudtrail.Success)
		want := "UpdateAssumeRolePolicy"
		if c.reason != "" {
			want += ": " + c.reason
		}
		if got.Severity.String() != c.severity || got.Summary != want {
			t.Errorf("%s: %s %q, want %s %q", c.members, got.Severity, got.Summary, c.severity, want)
		}
		// The same policy on a new role: one severity lower.
		e.Name = "CreateRole"
		e.Request = json.RawMessage(strings.Replace(string(e.Request), "policyDocument", "assumeRolePolicyDocument", 1))
		if _, created, _ := read(e.record(), cloudtrail.Success); created.Severity+1 != got.Severity {
			t.Errorf("%s: CreateRole is %s", c.members, created.Severity)
		}
	}
}

// TestReads holds severity and summary to what else moves them.
func TestReads(t *testing.T) {
	const admin = `{"roleName":"app","policyArn":"arn:aws-cn:iam::aws:policy/AdministratorAccess"}`
	all := quoted(statement(`"Action":"*","Resource":"*"`))
	for _, c := range []struct {
		name, request string
		outcome       cloudtrail.Outcome
		severity      string
		summary       string
	}{
		{"AttachRolePolicy", admin, cloudtrail.Success, "high", "AttachRolePolicy AdministratorAccess: makes an administrator"},
		{"AttachRolePolicy", admin, cloudtrail.Failed, "high", "AttachRolePolicy AdministratorAccess: makes an administrator; failed"},
		{"AttachRolePolicy", admin, cloudtrail.Denied, "medium", "AttachRolePolicy AdministratorAccess: makes an administrator; denied"},
		{"AttachRolePolicy", `{"policyArn":"arn:aws:iam::111111111111:policy/AdministratorAccess"}`, cloudtrail.Success, "medium", "AttachRolePolicy AdministratorAccess"},
		{"AttachRolePolicy", `{"policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}`, cloudtrail.Success, "low", "AttachRolePolicy ReadOnlyAccess: only reads"},
		{"DetachRolePolicy", admin, cloudtrail.Success, "low", "DetachRolePolicy AdministratorAccess"},
		{"UpdateAssumeRolePolicy", "", cloudtrail.Success, "high", "UpdateAssumeRolePolicy: content unknown"},
		{"UpdateAssumeRolePolicy", `{"roleName":"app","policyDocument":"{\"Statement\":"}`, cloudtrail.Success, "high", "UpdateAssumeRolePolicy: content unknown"},
		{"UpdateAssumeRolePolicy", `{"roleName":"app","policyDocument":` + quoted(statement(`"Principal":"*","Action":"sts:AssumeRole"`)) + `}`,
			cloudtrail.Denied, "medium", "UpdateAssumeRolePolicy: denied"},
		{"PutRolePolicy", "", cloudtrail.Success, "high", "PutRolePolicy: content unknown"},
		{"PutRolePolicy", "", cloudtrail.Denied, "low", "PutRolePolicy: denied"},
		{"PutRolePolicy", `{"policyName":"p","policyDocument":` + quoted(`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`) + `}`,
			cloudtrail.Success, "low", "PutRolePolicy p: allows nothing"},
		{"CreatePolicy", `{"policyName":"p","policyDocument":` + all + `}`, cloudtrail.Success, "medium", "CreatePolicy p: allows every action"},
		{"CreatePolicyVersion", `{"policyDocument":` + all + `,"setAsDefault":true}`, cloudtrail.Success, "high", "CreatePolicyVersion: allows every action"},
		{"CreatePolicyVersion", `{"policyDocument":` + all + `,"setAsDefault":false}`, cloudtrail.Success, "medium", "CreatePolicyVersion: allows every action; not in force"},
		{"DeleteRolePermissionsBoundary", `{"RoleName":"app"}`, cloudtrail.Success, "high", "DeleteRolePermissionsBoundary"},
		{"CreateUser", "", cloudtrail.Denied, "info", "CreateUser: denied"},
	} {
		e := example{Source: "iam.amazonaws.com", Name: c.name, Request: json.RawMessage(c.request)}
		_, got, ok := read(e.record(), c.outcome)
		if !ok || got.Severity.String() != c.severity || got.Summary != c.summary {
			t.Errorf("%s %s, %s: %s %q, want %s %q", c.name, c.request, c.outcome, got.Severity, got.Summary, c.severity, c.summary)
		}
	}
}

// TestRefused reads the role out of the message, since the parameters are left out (P12).
func TestRefused(t *testing.T) {
	for message, want := range map[string]string{
		"User: u is not authorized to perform: iam:PutRolePolicy on resource: role app because no identity-based policy allows it":                 "arn:aws:iam::111111111111:role/app",
		"User: u is not authorized to perform: iam:PutRolePolicy on resource: arn:aws:iam::111111111111:role/team/app with an explicit deny in it": "arn:aws:iam::111111111111:role/team/app",
		"User: u is not authorized to perform: iam:PutRolePolicy on resource: policy app because no":                                               "",
		"User: u is not authorized": "",
	} {
		e := example{Source: "iam.amazonaws.com", Name: "PutRolePolicy"}
		rec := e.record()
		rec.Text[cloudtrail.ErrorMessage] = []byte(message)
		_, got, _ := read(rec, cloudtrail.Denied)
		if strings.Join(got.Roles, ",") != want {
			t.Errorf("%s: %v, want %s", message, got.Roles, want)
		}
	}
}

// TestNoNames are taken for no roles and no policies.
func TestNoNames(t *testing.T) {
	for _, name := range []string{"", "a b", "*", "a/b", "\x1b[31m", "<!channel>", "a\u202eb", "é", strings.Repeat("a", 129), "arn:aws:iam::111111111111:role/a\nb",
		"arn:aws:iam::111111111111:role/*", "arn:aws:iam::111111111111:user/a", "arn:aws:iam::1:role/a", "arn%3Aaws%zz"} {
		e := example{Source: "iam.amazonaws.com", Name: "AttachRolePolicy",
			Request: json.RawMessage(`{"roleName":` + quoted(name) + `,"policyArn":` + quoted("arn:aws:iam::111111111111:policy/"+name+" ") + `}`)}
		if _, got, ok := read(e.record(), cloudtrail.Success); !ok || len(got.Roles) > 0 || got.Policy != "" {
			t.Errorf("%q: %+v", name, got)
		}
	}
}

// TestPartitions names roles in the partition of the event's Region (P35).
func TestPartitions(t *testing.T) {
	for region, want := range map[string]string{"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "eu-west-1": "aws", "": "aws"} {
		e := example{Source: "iam.amazonaws.com", Name: "DeleteRole", Request: json.RawMessage(`{"roleName":"app"}`)}
		rec := e.record()
		rec.Text[cloudtrail.AWSRegion] = []byte(region)
		if _, got, _ := read(rec, cloudtrail.Success); len(got.Roles) != 1 || got.Roles[0] != "arn:"+want+":iam::111111111111:role/app" {
			t.Errorf("%q: %v", region, got.Roles)
		}
	}
}

// FuzzRead reads hostile parameters and answers as every kind of event: nothing panics,
// and what is found is within its limits.
func FuzzRead(f *testing.F) {
	f.Add(`{"roleName":"app","policyDocument":"{}"}`, `{"role":{"arn":"x"}}`)
	f.Add(`{"roleName":["a",{}],"RoleName":null,"rolename":"b","policyArn":7,"setAsDefault":"true"}`, `[]`)
	f.Add(`{"roleArns":["arn:aws:iam::111111111111:role/a","arn%3Aaws%zz"],"principalArn":"arn%3A"}`, `"text"`)
	events, err := parseEvents(eventsText)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, request, response string) {
		for _, event := range events {
			e := example{Source: event.Source, Name: event.Name, Request: json.RawMessage(request), Response: json.RawMessage(response)}
			for _, outcome := range []cloudtrail.Outcome{cloudtrail.Success, cloudtrail.Denied, cloudtrail.Failed} {
				_, got, ok := read(e.record(), outcome)
				if !ok {
					continue
				}
				if len(got.Summary) > maxSummary || len(got.Roles) > maxRoles || got.Severity > difference.Critical || outcome != cloudtrail.Success && got.Severity == difference.Critical {
					t.Errorf("%s: %+v", event.Name, got)
				}
				if !utf8.ValidString(got.Summary) || !utf8.ValidString(got.Policy) || !utf8.ValidString(strings.Join(got.Roles, "")) {
					t.Errorf("%s: not UTF-8: %+v", event.Name, got)
				}
			}
		}
	})
}

// TestActor holds the severity to who made the change, where that matters.
func TestActor(t *testing.T) {
	const sso = `"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111111111111:role/`
	for _, c := range []struct{ name, identity, agent, severity, reason string }{
		{"AddRoleToInstanceProfile", `"principalId":"AROAX:i-0123456789abcdef0"`, "", "high", "from a session of EC2 or Lambda"},
		{"AddRoleToInstanceProfile", `"principalId":"AROAX:i-0123456789abcdefg"`, "", "medium", ""},
		{"AddRoleToInstanceProfile", `"principalId":"AROAX:alice"`, "Terraform/1.5", "medium", ""},
		{"AddRoleToInstanceProfile", `"principalId":"AROAX:f"`, "Boto3/1.34 exec-env/AWS_Lambda_python3.12", "high", "from a session of EC2 or Lambda"},
		{"CreateInstanceProfile", `"inScopeOf":{"issuerType":"AWS::Lambda::Function"}`, "", "high", "from a session of EC2 or Lambda"},
		{"CreateInstanceProfile", `"inScopeOf":{"issuerType":"AWS::ECS::Task"}`, "", "medium", ""},
		{"CreateInstanceProfile", `"sessionContext":{"ec2RoleDelivery":"2.0"}`, "", "high", "from a session of EC2 or Lambda"},
		{"RemoveRoleFromInstanceProfile", `"sessionContext":{"ec2RoleDelivery":"2.0"}`, "", "low", ""},
		{"CreateSAMLProvider", sso + `aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO"}}`, "", "info", "by Identity Center itself"},
		{"UpdateSAMLProvider", `"type":"AWSService","invokedBy":"sso.amazonaws.com"`, "", "info", "by Identity Center itself"},
		{"UpdateSAMLProvider", sso + `AWSServiceRoleForSSO"}}`, "", "high", ""}, // anybody may call a role so
		{"UpdateSAMLProvider", `"type":"AWSService","invokedBy":"sso.amazonaws.com.example.com"`, "", "high", ""},
		{"CreateOpenIDConnectProvider", `"type":"AWSService","invokedBy":"sso.amazonaws.com"`, "", "high", ""},
	} {
		e := example{Source: "iam.amazonaws.com", Name: c.name}
		rec := e.record()
		rec.UserIdentity, rec.Text[cloudtrail.UserAgent] = []byte("{"+c.identity+"}"), []byte(c.agent)
		_, got, _ := read(rec, cloudtrail.Success)
		if want := strings.TrimSuffix(c.name+": "+c.reason, ": "); got.Severity.String() != c.severity || got.Summary != want {
			t.Errorf("%s by {%s} %q: %s %q, want %s %q", c.name, c.identity, c.agent, got.Severity, got.Summary, c.severity, want)
		}
	}
}
