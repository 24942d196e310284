package trust

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

const (
	assumeRole  = "sts:AssumeRole"
	webIdentity = "sts:AssumeRoleWithWebIdentity"
	withSAML    = "sts:AssumeRoleWithSAML"
)

// Callers, as events show them.
var (
	ann = Call{
		Action: assumeRole, Caller: "arn:aws:iam::222222222222:user/team/ann", Kind: "user",
		Account: "222222222222", PrincipalID: "AIDAANN1234567EXAMPLE",
		Shown: map[string][]string{
			"aws:principalarn": {"arn:aws:iam::222222222222:user/team/ann"}, "aws:principalaccount": {"222222222222"},
			"sts:externalid": {"xyz"}, "aws:multifactorauthpresent": {}, "aws:sourceip": {"192.0.2.7"},
			"sts:rolesessionname": {"ann"}, "sts:sourceidentity": {}, "aws:requesttag/team": {"red"},
		},
	}
	deploy = Call{
		Action: assumeRole, Caller: "arn:aws:iam::222222222222:role/ci/deploy", Kind: "role",
		Account: "222222222222", PrincipalID: "AROADEPLOY1234EXAMPLE",
		SessionARN: "arn:aws:sts::222222222222:assumed-role/deploy/job-7",
		Shown:      map[string][]string{"aws:principalarn": {"arn:aws:iam::222222222222:role/ci/deploy"}},
	}
	// stranger is the owner's copy of an assumption from another account.
	stranger = Call{
		Action: assumeRole, Caller: "333333333333:AROASTRANGER12EXAMPLE", Kind: "account",
		Account: "333333333333", PrincipalID: "AROASTRANGER12EXAMPLE",
		Shown: map[string][]string{"sts:externalid": {}, "aws:principalaccount": {"333333333333"}},
	}
	lambda = Call{Action: assumeRole, Caller: "lambda.amazonaws.com", Kind: "service", Shown: map[string][]string{"aws:principalarn": {}}}
	github = Call{
		Action: webIdentity, Caller: "oidc:idp.example.com/repo:org/app", Kind: "web_identity", Provider: "idp.example.com",
		Shown: map[string][]string{"aud": {"sts.amazonaws.com"}, "sub": {"repo:org/app"}},
	}
	dave = Call{
		Action: withSAML, Caller: "saml:Corp/dave", Kind: "saml", Provider: "Corp",
		Shown: map[string][]string{"aud": {"https://signin.aws.amazon.com/saml"}, "sub": {"dave"}},
	}
	alice = Call{Action: withSAML, Caller: "sso:alice", Kind: "identity_center"}
	dark  = Call{Action: assumeRole, Kind: "unknown"}
)

// with returns a call changed.
func with(c Call, change func(*Call)) Call {
	c.Shown = maps.Clone(c.Shown)
	change(&c)
	return c
}

// trusting is a policy of one statement that allows all three actions, with a
// condition unless that is empty.
func trusting(principal, condition string) string {
	if condition == "" {
		condition = "{}"
	}
	return document(`{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole*","Condition":` + condition + `}`)
}

// describe is a result in one line.
func describe(r Result) string {
	var findings []string
	for _, f := range r.Findings {
		findings = append(findings, string(f))
	}
	return strings.TrimSpace(strings.Join(findings, " ") + " " + strings.Join(r.NotShown, ","))
}

// Principals and answers of TestMatchPrincipals.
const (
	refused   = "not_trusted"
	expected  = "expected"
	broadly   = "broadly_trusted"
	may       = "condition_dependent principal"
	oidc      = `{"Federated":"arn:aws:iam::111111111111:oidc-provider/idp.example.com"}`
	saml      = `{"Federated":"arn:aws:iam::111111111111:saml-provider/Corp"}`
	sso       = `{"Federated":"arn:aws:iam::111111111111:saml-provider/AWSSSO_0f1e_DO_NOT_DELETE"}`
	anyLambda = `{"Service":"lambda.amazonaws.com"}`
)

func TestMatchPrincipals(t *testing.T) {
	noID := func(c *Call) { c.PrincipalID = "" }
	noProvider := func(c *Call) { c.Provider = "" }
	for _, c := range []struct {
		name, principal string
		call            Call
		want            string
	}{
		{"anyone", `"*"`, ann, broadly},
		{"anyone in a map", `{"AWS":"*"}`, stranger, broadly},
		{"anyone and a service", `"*"`, lambda, broadly},
		{"anyone and nobody known", `"*"`, dark, broadly},
		{"account", `{"AWS":"222222222222"}`, ann, broadly},
		{"account and a role", `{"AWS":"arn:aws:iam::222222222222:root"}`, deploy, broadly},
		{"account of a stranger", `{"AWS":"333333333333"}`, stranger, broadly},
		{"other account", `{"AWS":"333333333333"}`, ann, refused},
		{"account and a service", `{"AWS":"222222222222"}`, lambda, refused},
		{"account and a caller without one", `{"AWS":"222222222222"}`, with(ann, func(c *Call) { c.Account = "" }), may},
		{"account and nobody known", `{"AWS":"222222222222"}`, dark, may},
		{"account and an odd caller of it", `{"AWS":"222222222222"}`, with(dark, func(c *Call) { c.Account = "222222222222" }), broadly},
		{"account and an odd caller of another", `{"AWS":"222222222222"}`, with(dark, func(c *Call) { c.Account = "333333333333" }), refused},
		{"root of the account", `{"AWS":"222222222222"}`, with(ann, func(c *Call) { c.Kind, c.Caller = "root", "arn:aws:iam::222222222222:root" }), broadly},
		{"user", `{"AWS":"arn:aws:iam::222222222222:user/team/ann"}`, ann, expected},
		{"other user", `{"AWS":"arn:aws:iam::222222222222:user/team/bob"}`, ann, refused},
		{"user of the role's name", `{"AWS":"arn:aws:iam::222222222222:user/deploy"}`, deploy, refused},
		{"namesake elsewhere", `{"AWS":"arn:aws:iam::333333333333:user/team/ann"}`, ann, refused},
		{"user and a role of a stranger", `{"AWS":"arn:aws:iam::333333333333:user/x"}`, stranger, refused},
		{"role", `{"AWS":"arn:aws:iam::222222222222:role/ci/deploy"}`, deploy, expected},
		{"role without its path", `{"AWS":"arn:aws:iam::222222222222:role/ci/deploy"}`,
			with(deploy, func(c *Call) { c.Caller = "arn:aws:iam::222222222222:role/deploy" }), expected},
		{"other role", `{"AWS":"arn:aws:iam::222222222222:role/ci/other"}`, deploy, refused},
		{"role of a stranger", `{"AWS":"arn:aws:iam::333333333333:role/x"}`, stranger, may},
		{"role and a user of a stranger", `{"AWS":"arn:aws:iam::333333333333:role/x"}`, with(stranger, func(c *Call) { c.PrincipalID = "AIDASTRANGER12EXAMPLE" }), refused},
		{"session", `{"AWS":"arn:aws:sts::222222222222:assumed-role/deploy/job-7"}`, deploy, expected},
		{"other session", `{"AWS":"arn:aws:sts::222222222222:assumed-role/deploy/job-8"}`, deploy, refused},
		{"session that is not shown", `{"AWS":"arn:aws:sts::222222222222:assumed-role/deploy/job-8"}`, with(deploy, func(c *Call) { c.SessionARN = "" }), may},
		{"session of another role", `{"AWS":"arn:aws:sts::222222222222:assumed-role/other/job-7"}`, with(deploy, func(c *Call) { c.SessionARN = "" }), refused},
		{"session and a user", `{"AWS":"arn:aws:sts::222222222222:assumed-role/ann/x"}`, ann, refused},
		{"session of a stranger", `{"AWS":"arn:aws:sts::333333333333:assumed-role/x/y"}`, stranger, may},
		{"dangling", `{"AWS":"AROAGONE123456EXAMPLE"}`, deploy, refused},
		{"dangling, before it was deleted", `{"AWS":"AROASTRANGER12EXAMPLE"}`, stranger, expected},
		{"dangling and no id", `{"AWS":"AROAGONE123456EXAMPLE"}`, with(deploy, noID), may},
		{"dangling and a service", `{"AWS":"AROAGONE123456EXAMPLE"}`, lambda, refused},
		{"service", anyLambda, lambda, expected},
		{"service with Region", `{"Service":"lambda.eu-west-1.amazonaws.com"}`, lambda, expected},
		{"other service", `{"Service":"ec2.amazonaws.com"}`, lambda, refused},
		{"service and a user", anyLambda, ann, refused},
		{"service and AWS itself", anyLambda, with(lambda, func(c *Call) { c.Caller = "AWS Internal" }), may},
		{"service and nobody known", anyLambda, dark, may},
		{"OIDC", oidc, github, broadly},
		{"other OIDC provider", `{"Federated":"accounts.google.com"}`, github, refused},
		{"OIDC provider that is the beginning of another", oidc, with(github, func(c *Call) { c.Provider = "idp.example.com/id/7" }), refused},
		{"OIDC provider that is not shown", oidc, with(github, noProvider), may},
		{"OIDC and a user", oidc, ann, refused},
		{"OIDC and nobody known", oidc, with(dark, func(c *Call) { c.Action = webIdentity }), may},
		{"SAML", saml, dave, expected},
		{"other SAML provider", sso, dave, refused},
		{"SAML provider that is not shown", saml, with(dave, noProvider), may},
		{"Identity Center", sso, alice, expected},
		{"Identity Center's provider", sso, with(alice, func(c *Call) { c.Provider = "AWSSSO_0f1e_DO_NOT_DELETE" }), expected},
		{"Identity Center by another provider", sso, with(alice, func(c *Call) { c.Provider = "AWSSSO_beef_DO_NOT_DELETE" }), refused},
		{"Identity Center at a provider of ours", saml, alice, refused},
		{"SAML and a service", saml, lambda, refused},
		{"canonical user", `{"CanonicalUser":"7a7a"}`, ann, may},
		{"unknown", `{"AWS":"arn:aws:iam::222222222222:role/*"}`, ann, may},
		{"nobody", `{}`, ann, refused},
		{"the best of several", `{"AWS":["222222222222","arn:aws:iam::222222222222:user/team/ann"]}`, ann, expected},
	} {
		if got := describe(Match(parse(t, trusting(c.principal, "")), c.call)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestMatchConditions(t *testing.T) {
	const (
		root    = `{"AWS":"222222222222"}`
		annOnly = `{"AWS":"arn:aws:iam::222222222222:user/team/ann"}`
		idp     = `{"Federated":"arn:aws:iam::111111111111:oidc-provider/idp.example.com"}`
		saml    = `{"Federated":"arn:aws:iam::111111111111:saml-provider/Corp"}`
	)
	for _, c := range []struct {
		principal, condition string
		call                 Call
		want                 string
	}{
		{annOnly, `{"StringEquals":{"sts:ExternalId":"xyz"}}`, ann, "expected"},
		{annOnly, `{"StringEquals":{"sts:ExternalId":"abc"}}`, ann, "not_trusted"},
		{annOnly, `{"StringEquals":{"aws:SourceVpc":"vpc-1"}}`, ann, "expected condition_dependent aws:sourcevpc"},
		{annOnly, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, ann, "not_trusted"},
		{annOnly, `{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`, ann, "expected"},
		{annOnly, `{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"},"StringLike":{"aws:RequestTag/Team":"r*"}}`, ann, "expected"},
		{annOnly, `{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"},"StringEquals":{"aws:SourceVpc":"vpc-1"}}`, ann, "not_trusted"},
		{annOnly, `{"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}`, ann, "expected condition_dependent sts:rolesessionname"},
		{root, `{"StringEquals":{"sts:ExternalId":"xyz"}}`, ann, "broadly_trusted"}, // exact, and still anybody of the account
		{root, `{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:user/team/ann"}}`, ann, "expected"},
		{root, `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222222222222:user/team/*"}}`, ann, "broadly_trusted"},
		{root, `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222222222222:user/team/*"}}`, deploy, "not_trusted"},
		{root, `{"StringNotEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:user/bob"}}`, ann, "broadly_trusted"},
		{root, `{"Null":{"aws:PrincipalArn":"false"}}`, ann, "broadly_trusted"},
		{`"*"`, `{"StringEquals":{"aws:PrincipalArn":["arn:aws:iam::222222222222:user/team/ann","x"]}}`, ann, "expected"},
		{`"*"`, `{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`, ann, "broadly_trusted condition_dependent aws:principalorgid"},
		{`"*"`, `{"StringEquals":{"aws:PrincipalAccount":"222222222222"}}`, ann, "broadly_trusted"},
		{`"*"`, `{"StringEquals":{"aws:PrincipalAccount":"222222222222"}}`, stranger, "not_trusted"},
		{`{"AWS":"333333333333"}`, `{"StringEquals":{"sts:ExternalId":"xyz"}}`, stranger, "not_trusted"},
		{`{"AWS":"333333333333"}`, `{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::333333333333:role/x"}}`, stranger, "broadly_trusted condition_dependent aws:principalarn"},
		{`{"Service":"lambda.amazonaws.com"}`, `{"StringEquals":{"aws:SourceAccount":"1"},"ArnLike":{"aws:SourceArn":"x"}}`, lambda, "expected condition_dependent aws:sourceaccount,aws:sourcearn"},
		{idp, `{"StringEquals":{"idp.example.com:aud":"sts.amazonaws.com"}}`, github, "broadly_trusted"},
		{idp, `{"StringEquals":{"idp.example.com:aud":"other"}}`, github, "not_trusted"},
		{idp, `{"StringEquals":{"idp.example.com:sub":"repo:org/app"}}`, github, "expected"},
		{idp, `{"StringLike":{"IDP.example.com:sub":"repo:org/*"}}`, github, "broadly_trusted"},
		{idp, `{"StringLike":{"idp.example.com:sub":"repo:org/app"}}`, github, "expected"},
		{idp, `{"StringLike":{"idp.example.com:sub":"repo:other/*"}}`, github, "not_trusted"},
		{idp, `{"ForAnyValue:StringEquals":{"idp.example.com:amr":"x"}}`, github, "broadly_trusted condition_dependent idp.example.com:amr"},
		{idp, `{"StringEquals":{"other.example.com:sub":"repo:org/app"}}`, github, "not_trusted"},
		{annOnly, `{"StringEquals":{"idp.example.com:sub":"x"}}`, ann, "not_trusted"},
		{annOnly, `{"StringNotEquals":{"saml:sub":"x"}}`, ann, "expected"},
		{saml, `{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}`, dave, "expected"},
		{saml, `{"StringEquals":{"SAML:iss":"https://idp"}}`, dave, "expected condition_dependent saml:iss"},
		{`"*"`, `{"StringEquals":{"saml:sub":"x"}}`, dark, "broadly_trusted condition_dependent saml:sub"},
		{`"*"`, `{"StringEquals":{"idp.example.com:sub":"x"}}`, dark, "broadly_trusted condition_dependent idp.example.com:sub"},
	} {
		if got := describe(Match(parse(t, trusting(c.principal, c.condition)), c.call)); got != c.want {
			t.Errorf("%s %s for %s: got %s, want %s", c.principal, c.condition, c.call.Caller, got, c.want)
		}
	}
}

func TestMatchStatements(t *testing.T) {
	const (
		byName  = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:user/team/ann"},"Action":"sts:AssumeRole"}`
		byVPC   = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:user/team/ann"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceVpc":"v"}}}`
		broadly = `{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole"}`
		broadOr = `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o"}}}`
		perhaps = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/*"},"Action":"sts:AssumeRole"}`
		denyAll = `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`
		denyVPC = `{"Effect":"Deny","Principal":"*","Action":"sts:*","Condition":{"StringNotEquals":{"aws:SourceVpc":"v"}}}`
		denyIP  = `{"Effect":"Deny","Principal":"*","Action":"sts:*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}`
		denyWho = `{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::222222222222:role/*"},"Action":"sts:*"}`
		tags    = `{"Effect":"Allow","Principal":"*","Action":["sts:TagSession","sts:SetSourceIdentity"]}`
		bySAML  = `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRoleWithSAML"}`
	)
	not := func(effect, principal string) string {
		return `{"Effect":"` + effect + `","NotPrincipal":{"AWS":` + principal + `},"Action":"sts:AssumeRole"}`
	}
	for _, c := range []struct {
		statements []string
		want       string
	}{
		{[]string{broadly, byName}, "expected"},
		{[]string{byVPC, broadly}, "broadly_trusted"},
		{[]string{broadOr, byVPC}, "expected condition_dependent aws:sourcevpc"},
		{[]string{perhaps, broadOr}, "broadly_trusted condition_dependent aws:principalorgid"},
		{[]string{perhaps}, "condition_dependent principal"},
		{[]string{tags, bySAML}, "not_trusted"},
		{[]string{denyAll}, "not_trusted"},
		{[]string{byName, denyAll}, "not_trusted"},
		{[]string{byName, denyVPC}, "expected condition_dependent aws:sourcevpc"},
		{[]string{broadOr, denyVPC}, "broadly_trusted condition_dependent aws:principalorgid,aws:sourcevpc"},
		{[]string{byName, denyIP}, "expected"},
		{[]string{byName, denyWho}, "expected condition_dependent principal"},
		{[]string{byName, not("Deny", `"arn:aws:iam::222222222222:user/team/ann"`)}, "expected"},
		{[]string{byName, not("Deny", `["333333333333","arn:aws:iam::222222222222:user/team/bob"]`)}, "not_trusted"},
		{[]string{byName, not("Deny", `["333333333333","222222222222"]`)}, "expected condition_dependent principal"},
		{[]string{byName, not("Deny", `"*"`)}, "expected"},
		{[]string{not("Allow", `"333333333333"`)}, "broadly_trusted"},
		{[]string{strings.Replace(not("Allow", `"333333333333"`), `"Action"`, `"Condition":{"StringEquals":{"aws:PrincipalAccount":"222222222222","aws:PrincipalArn":"`+ann.Caller+`"}},"Action"`, 1)}, "broadly_trusted"},
		{[]string{not("Allow", `"222222222222"`)}, "condition_dependent principal"},
		{[]string{not("Allow", `["333333333333","arn:aws:iam::222222222222:user/team/ann"]`)}, "not_trusted"},
	} {
		if got := describe(Match(parse(t, document(c.statements...)), ann)); got != c.want {
			t.Errorf("%s: got %s, want %s", strings.Join(c.statements, "\n  "), got, c.want)
		}
	}
}

// Nobody is accused because of a statement that cannot be read, and nobody is
// sure who may be refused by one.
func TestMatchUnread(t *testing.T) {
	lost := `{"Effect":"Deny","Principal":{"AWS":{"x":1}},"Action":"*"}`
	p, err := Parse(document(allow(`{"AWS":"arn:aws:iam::222222222222:user/team/ann"}`), lost))
	if err == nil {
		t.Fatal("no error")
	}
	if got := describe(Match(p, ann)); got != "expected condition_dependent principal" {
		t.Errorf("ann: %s", got)
	}
	if got := describe(Match(p, deploy)); got != "condition_dependent principal" {
		t.Errorf("deploy: %s", got)
	}
	if got := Match(Policy{}, ann).Findings; !slices.Equal(got, []Finding{NotTrusted}) {
		t.Errorf("without a policy: %v", got)
	}
}
