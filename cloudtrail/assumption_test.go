package cloudtrail

import (
	"strings"
	"testing"
)

const (
	roleARN = "arn:aws:iam::222222222222:role/path/r"
	sts     = `"eventSource":"sts.amazonaws.com",`
	// answer is what STS answers, whose ARN lacks the role's path.
	answer = `"responseElements":{"credentials":{"accessKeyId":"ASIANEW","sessionToken":"REDACTED"},"assumedRoleUser":{"assumedRoleId":"AROANEW:s","arn":"arn:aws:sts::222222222222:assumed-role/r/s"}}`
	// resource is how some copies name the role.
	resource = `"resources":[{"accountId":"222222222222","type":"AWS::IAM::Role","ARN":"` + roleARN + `"}]`
	user     = `"userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111111111111:user/x","accountId":"111111111111","accessKeyId":"AKIAEXAMPLE","userName":"x"}`
)

// assumed is an assumption as tests write it.
type assumed struct{ role, id, session, key, external, caller, kind string }

// success is what most tests expect but for the caller.
func success(caller, kind string) assumed {
	return assumed{roleARN, "AROANEW", "s", "ASIANEW", "", caller, kind}
}

func parseAssumption(t *testing.T, members string) (assumed, bool) {
	t.Helper()
	rec := oneRecord(t, members)
	var id Identity
	if rec.UserIdentity != nil {
		new(IdentityParser).Parse(rec.UserIdentity, &id)
	}
	a := Assumption{RoleARN: []byte("of the record before")}
	is := new(AssumptionParser).Parse(rec, &id, &a)
	for _, text := range [][]byte{a.RoleARN, a.RoleID, a.SessionName, a.AccessKeyID, a.ExternalID, a.Caller, a.Provider, a.Audience, a.SourceIdentity, a.SessionTags} {
		if text != nil && len(text) == 0 {
			t.Error("an empty text instead of none")
		}
	}
	return assumed{string(a.RoleARN), string(a.RoleID), string(a.SessionName), string(a.AccessKeyID), string(a.ExternalID), string(a.Caller), string(a.CallerKind)}, is
}

func TestAssumption(t *testing.T) {
	const (
		request = `"requestParameters":{"roleArn":"` + roleARN + `","roleSessionName":"s"}`
		saml    = `"requestParameters":{"roleArn":"` + roleARN + `","principalArn":"arn:aws:iam::222222222222:saml-provider/Corp","roleSessionName":"s"}`
	)
	assumeRole := sts + `"eventName":"AssumeRole",`
	withSAML := sts + `"eventName":"AssumeRoleWithSAML",`
	tests := []struct {
		name, members string
		want          assumed
	}{
		{"caller's copy", assumeRole + user + `,"sharedEventID":"x","recipientAccountId":"111111111111",` + request + `,` + answer + `,` + resource, success("arn:aws:iam::111111111111:user/x", "user")},
		{"owner's copy", assumeRole + `"userIdentity":{"type":"AWSAccount","principalId":"AIDAEXAMPLE","accountId":"111111111111"},"sharedEventID":"x","recipientAccountId":"222222222222",` + request + `,` + answer + `,` + resource, success("111111111111:AIDAEXAMPLE", "account")},
		{"owner's copy of a role's", assumeRole + `"userIdentity":{"type":"AWSAccount","principalId":"AROAEXAMPLE:session","accountId":"111111111111"},` + request + `,` + answer, success("111111111111:AROAEXAMPLE", "account")},
		{"owner's copy, account alone", assumeRole + `"userIdentity":{"type":"AWSAccount","accountId":"111111111111"},` + request + `,` + answer, success("111111111111", "account")},
		{"resources alone", assumeRole + user + `,` + answer + `,` + resource, success("arn:aws:iam::111111111111:user/x", "user")},
		{"resources in lower case", assumeRole + user + `,` + answer + `,"resources":[{"arn":"` + roleARN + `"}]`, success("arn:aws:iam::111111111111:user/x", "user")},
		{"resources of others first", assumeRole + user + `,` + answer + `,"resources":[{"ARN":"arn:aws:s3:::b"},7,{"ARN":"` + roleARN + `"}]`, success("arn:aws:iam::111111111111:user/x", "user")},
		{"parameters alone", assumeRole + user + `,` + request + `,` + answer, success("arn:aws:iam::111111111111:user/x", "user")},
		{"answer alone", assumeRole + user + `,` + answer, assumed{"arn:aws:iam::222222222222:role/r", "AROANEW", "s", "ASIANEW", "", "arn:aws:iam::111111111111:user/x", "user"}},
		{"answer of another partition", assumeRole + user + `,"responseElements":{"assumedRoleUser":{"arn":"arn:aws-cn:sts::222222222222:assumed-role/r/s"}}`, assumed{"arn:aws-cn:iam::222222222222:role/r", "", "", "", "", "arn:aws:iam::111111111111:user/x", "user"}},
		{"external id", assumeRole + user + `,"requestParameters":{"roleArn":"` + roleARN + `","externalId":"e\/1","roleSessionName":"s"},` + answer, assumed{roleARN, "AROANEW", "s", "ASIANEW", "e/1", "arn:aws:iam::111111111111:user/x", "user"}},
		{"parameters of odd types", assumeRole + user + `,"requestParameters":{"roleArn":7,"externalId":{},"roleSessionName":null},"responseElements":"x","resources":{}`, assumed{"", "", "", "", "", "arn:aws:iam::111111111111:user/x", "user"}},
		{"denied", assumeRole + user + `,"errorCode":"AccessDenied","errorMessage":"User: arn:aws:iam::111111111111:user/x is not authorized to perform: sts:AssumeRole on resource: ` + roleARN + `","requestParameters":null,"responseElements":null`, assumed{roleARN, "", "", "", "", "arn:aws:iam::111111111111:user/x", "user"}},
		{"denied, no role named", assumeRole + user + `,"errorCode":"AccessDenied","errorMessage":"Access Denied","requestParameters":null`, assumed{"", "", "", "", "", "arn:aws:iam::111111111111:user/x", "user"}},
		{"failed", assumeRole + user + `,"errorCode":"ValidationException","errorMessage":"x",` + request, assumed{roleARN, "", "s", "", "", "arn:aws:iam::111111111111:user/x", "user"}},

		{"SAML", withSAML + `"userIdentity":{"type":"SAMLUser","principalId":"bdGExample=:ann","userName":"ann","identityProvider":"bdGExample="},` + saml + `,` + answer, success("saml:Corp/ann", "saml")},
		{"SAML, subject in the principal", withSAML + `"userIdentity":{"type":"SAMLUser","principalId":"bdGExample=:ann"},` + saml + `,` + answer, success("saml:Corp/ann", "saml")},
		{"SAML, denied", withSAML + `"userIdentity":{"type":"SAMLUser","principalId":"bdGExample=:ann","userName":"ann","identityProvider":"bdGExample="},"errorCode":"AccessDenied","requestParameters":null`, assumed{"", "", "", "", "", "saml:bdGExample=/ann", "saml"}},
		{"Identity Center's provider", withSAML + `"userIdentity":{"type":"SAMLUser","principalId":"x=:ann@example.org","userName":"ann@example.org"},"requestParameters":{"roleArn":"arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef","principalArn":"arn:aws:iam::222222222222:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE","roleSessionName":"ann@example.org"}`,
			assumed{"arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", "", "ann@example.org", "", "", "sso:ann@example.org", "identity_center"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, is := parseAssumption(t, test.members)
			if !is || got != test.want {
				t.Errorf("%v %+v\nwant %+v", is, got, test.want)
			}
		})
	}
}

// TestCallers has one assumption by every kind of principal (design 9.6, 9.18).
func TestCallers(t *testing.T) {
	const issuer = `"sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111111111111:role/p/from","principalId":"AROAFROM"}}`
	web := func(members string) string { return `"type":"WebIdentityUser",` + members }
	tests := []struct{ name, identity, caller, kind string }{
		{"user", `"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/p/x","accountId":"111111111111","principalId":"AIDAEXAMPLE"`, "arn:aws:iam::111111111111:user/p/x", "user"},
		{"user without ARN", `"type":"IAMUser","accountId":"111111111111","principalId":"AIDAEXAMPLE"`, "111111111111:AIDAEXAMPLE", "account"},
		{"root", `"type":"Root","arn":"arn:aws:iam::111111111111:root","accountId":"111111111111","principalId":"111111111111"`, "arn:aws:iam::111111111111:root", "root"},
		{"role, path included", `"type":"AssumedRole","arn":"arn:aws:sts::111111111111:assumed-role/from/s","principalId":"AROAFROM:s","accountId":"111111111111",` + issuer, "arn:aws:iam::111111111111:role/p/from", "role"},
		{"role without issuer", `"type":"AssumedRole","arn":"arn:aws:sts::111111111111:assumed-role/from/s","principalId":"AROAFROM:s","accountId":"111111111111"`, "111111111111:AROAFROM", "account"},
		{"role for a service", `"type":"AssumedRole","invokedBy":"lambda.amazonaws.com","principalId":"AROAFROM:s",` + issuer, "arn:aws:iam::111111111111:role/p/from", "role"},
		{"service", `"type":"AWSService","invokedBy":"lambda.amazonaws.com"`, "lambda.amazonaws.com", "service"},
		{"service by its address", `"type":"AWSService"`, "ec2.amazonaws.com", "service"},
		{"federated user", `"type":"FederatedUser","arn":"arn:aws:sts::111111111111:federated-user/f","sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/x"}}`, "arn:aws:iam::111111111111:user/x", "user"},
		{"federated user of root", `"type":"FederatedUser","arn":"arn:aws:sts::111111111111:federated-user/f","sessionContext":{"sessionIssuer":{"type":"Root","arn":"arn:aws:iam::111111111111:root"}}`, "arn:aws:iam::111111111111:root", "root"},
		{"Identity Center, its id", `"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1"},"userName":"ann"`, "sso:u-1", "identity_center"},
		{"Identity Center, its name", `"type":"IdentityCenterUser","userName":"ann"`, "sso:ann", "identity_center"},
		{"EKS", web(`"principalId":"arn:aws:iam::222222222222:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC:sts.amazonaws.com:system:serviceaccount:ns:sa","userName":"system:serviceaccount:ns:sa","identityProvider":"arn:aws:iam::222222222222:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"`), "oidc:oidc.eks.eu-west-1.amazonaws.com/id/ABC/system:serviceaccount:ns:sa", "web_identity"},
		{"EKS, subject in the principal", web(`"principalId":"arn:aws:iam::222222222222:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC:sts.amazonaws.com:system:serviceaccount:ns:sa","identityProvider":"arn:aws:iam::222222222222:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"`), "oidc:oidc.eks.eu-west-1.amazonaws.com/id/ABC/system:serviceaccount:ns:sa", "web_identity"},
		{"GitHub", web(`"principalId":"arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com:sts.amazonaws.com:repo:example-org/app:ref:refs/heads/main","userName":"repo:example-org/app:ref:refs/heads/main","identityProvider":"arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"`), "oidc:token.actions.githubusercontent.com/repo:example-org/app:ref:refs/heads/main", "web_identity"},
		{"provider as a URL", web(`"userName":"s","identityProvider":"https://idp.example.com/path"`), "oidc:idp.example.com/path/s", "web_identity"},
		{"Cognito", web(`"principalId":"cognito-identity.amazonaws.com:eu-west-1:pool:eu-west-1:person","userName":"eu-west-1:person","identityProvider":"cognito-identity.amazonaws.com"`), "oidc:cognito-identity.amazonaws.com/eu-west-1:person", "web_identity"},
		{"Cognito, subject in the principal", web(`"principalId":"cognito-identity.amazonaws.com:eu-west-1:pool:eu-west-1:person","identityProvider":"cognito-identity.amazonaws.com"`), "oidc:cognito-identity.amazonaws.com/eu-west-1:person", "web_identity"},
		{"web identity, no provider", web(`"principalId":"x:y:z","userName":"z"`), "x", "unknown"},
		{"Directory", `"type":"Directory","accountId":"111111111111","principalId":"d-1:x"`, "111111111111:d-1", "account"},
		{"Unknown", `"type":"Unknown","principalId":"x"`, "x", "unknown"},
		{"a new type", `"type":"New","arn":"arn:aws:iam::111111111111:new/x","accountId":"111111111111","principalId":"x"`, "111111111111:x", "account"},
		{"nothing", ``, "", "unknown"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			name := "AssumeRole"
			got, is := parseAssumption(t, sts+`"eventName":"`+name+`","sourceIPAddress":"ec2.amazonaws.com","userIdentity":{`+test.identity+`},`+answer+`,`+resource)
			if want := success(test.caller, test.kind); !is || got != want {
				t.Errorf("%+v\nwant %+v", got, want)
			}
		})
	}
}

// TestSwitchRole reads the records of the account left and of the account entered.
func TestSwitchRole(t *testing.T) {
	const (
		signin  = `"eventSource":"signin.amazonaws.com","eventName":"SwitchRole","eventType":"AwsConsoleSignIn",`
		entered = `"userIdentity":{"type":"AssumedRole","principalId":"AROANEW:ann","arn":"arn:aws:sts::222222222222:assumed-role/r/ann","accountId":"222222222222","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROANEW","arn":"` + roleARN + `"}}}`
	)
	in := func(caller, kind string) assumed { return assumed{roleARN, "AROANEW", "ann", "", "", caller, kind} }
	out := assumed{roleARN, "", "", "", "", "arn:aws:iam::111111111111:user/x", "user"}
	tests := []struct {
		name, members string
		want          assumed
	}{
		{"left", user + `,"additionalEventData":{"SwitchTo":"` + roleARN + `"},"responseElements":{"SwitchRole":"Success"}`, out},
		{"left, denied", user + `,"errorMessage":"User: x is not authorized to perform: sts:AssumeRole on resource: ` + roleARN + `","additionalEventData":{"SwitchTo":"r"}`, out},
		{"left, role unknown", user, assumed{"", "", "", "", "", "arn:aws:iam::111111111111:user/x", "user"}},
		{"left, a role that switches on", entered + `,"additionalEventData":{"SwitchTo":"arn:aws:iam::333333333333:role/next"}`, assumed{"arn:aws:iam::333333333333:role/next", "", "", "", "", roleARN, "role"}},
		{"entered by a user", entered + `,"additionalEventData":{"SwitchFrom":"arn:aws:iam::111111111111:user/p/x","RedirectTo":"x"}`, in("arn:aws:iam::111111111111:user/p/x", "user")},
		{"entered by a session", entered + `,"additionalEventData":{"SwitchFrom":"arn:aws:sts::111111111111:assumed-role/from/ann"}`, in("arn:aws:iam::111111111111:role/from", "role")},
		{"entered by a role", entered + `,"additionalEventData":{"SwitchFrom":"arn:aws:iam::111111111111:role/p/from"}`, in("arn:aws:iam::111111111111:role/p/from", "role")},
		{"entered by root", entered + `,"additionalEventData":{"SwitchFrom":"arn:aws:iam::111111111111:root"}`, in("arn:aws:iam::111111111111:root", "root")},
		{"entered by another", entered + `,"additionalEventData":{"SwitchFrom":"someone"}`, in("someone", "unknown")},
		{"entered, both named", entered + `,"additionalEventData":{"SwitchFrom":"arn:aws:iam::111111111111:user/x","SwitchTo":"` + roleARN + `"}`, in("arn:aws:iam::111111111111:user/x", "user")},
		{"direction unknown", entered, assumed{"", "", "", "", "", roleARN, "role"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, is := parseAssumption(t, signin+test.members)
			if !is || got != test.want {
				t.Errorf("%v %+v\nwant %+v", is, got, test.want)
			}
		})
	}
}

func TestIsNoAssumption(t *testing.T) {
	for _, members := range []string{
		sts + `"eventName":"GetCallerIdentity"`, sts + `"eventName":"GetFederationToken"`, sts + `"eventName":"GetSessionToken"`,
		sts + `"eventName":"AssumeRoot"`, sts + `"eventName":"SwitchRole"`, `"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin"`,
		`"eventSource":"signin.amazonaws.com","eventName":"AssumeRole"`, `"eventSource":"iam.amazonaws.com","eventName":"AssumeRole"`, `"eventName":"AssumeRole"`,
	} {
		if got, is := parseAssumption(t, members+`,`+user+`,`+resource); is || got != (assumed{}) {
			t.Errorf("%s: %+v", members, got)
		}
	}
}

// TestWhatAnAssumptionCarries is about what trust policies ask besides who came.
func TestWhatAnAssumptionCarries(t *testing.T) {
	type carried struct{ provider, audience, identity, tags string }
	web := `"eventSource":"sts.amazonaws.com","eventName":"AssumeRoleWithWebIdentity","userIdentity":{"type":"WebIdentityUser","userName":"sub","identityProvider":"%s"}`
	saml := `"eventSource":"sts.amazonaws.com","eventName":"AssumeRoleWithSAML","userIdentity":{"type":"SAMLUser","userName":"ann","identityProvider":"x="},"requestParameters":{"principalArn":"%s"}`
	call := sts + `"eventName":"AssumeRole",` + user
	for name, test := range map[string]struct {
		members string
		want    carried
	}{
		"provider by ARN":         {strings.Replace(web, "%s", "arn:aws:iam::111111111111:oidc-provider/token.example.com/path", 1), carried{provider: "token.example.com/path"}},
		"provider by URL":         {strings.Replace(web, "%s", "https://accounts.google.com", 1), carried{provider: "accounts.google.com"}},
		"provider by name":        {strings.Replace(web, "%s", "www.amazon.com", 1), carried{provider: "www.amazon.com"}},
		"no provider":             {strings.Replace(web, "%s", "", 1), carried{}},
		"audience":                {strings.Replace(web, "%s", "p", 1) + `,"responseElements":{"audience":"sts.amazonaws.com","provider":"p"}`, carried{"p", "sts.amazonaws.com", "", ""}},
		"SAML provider":           {strings.Replace(saml, "%s", "arn:aws:iam::111111111111:saml-provider/Corp", 1), carried{provider: "Corp", tags: "[]"}},
		"SAML provider, hidden":   {strings.Replace(saml, "%s", "Corp", 1), carried{tags: "[]"}},
		"source identity, tags":   {call + `,"requestParameters":{"sourceIdentity":"ann","tags":[{"key":"Team","value":"x\"y"}]}`, carried{"", "", "ann", `[{"key":"Team","value":"x\"y"}]`}},
		"tags of odd types":       {call + `,"requestParameters":{"sourceIdentity":7,"tags":{"key":"Team"}},"responseElements":{"audience":[]}`, carried{tags: "[]"}},
		"tags of a web identity":  {strings.Replace(web, "%s", "p", 1) + `,"requestParameters":{"principalTags":{"Team":"x\"y","a\"b":"","n":7}}`, carried{"p", "", "", `[{"key":"Team","value":"x\"y"},{"key":"a\"b","value":""}]`}},
		"tags of the caller":      {call + `,"requestParameters":{"principalTags":{"Team":"x"}}`, carried{tags: "[]"}},
		"identity in the answer":  {strings.Replace(web, "%s", "p", 1) + `,"responseElements":{"sourceIdentity":"ann"}`, carried{"p", "", "ann", ""}},
		"nothing of the response": {call + `,"requestParameters":null,"responseElements":null`, carried{}},
	} {
		rec := oneRecord(t, test.members)
		var id Identity
		new(IdentityParser).Parse(rec.UserIdentity, &id)
		var a Assumption
		new(AssumptionParser).Parse(rec, &id, &a)
		if got := (carried{string(a.Provider), string(a.Audience), string(a.SourceIdentity), string(a.SessionTags)}); got != test.want {
			t.Errorf("%s: %+v\nwant %+v", name, got, test.want)
		}
	}
}
