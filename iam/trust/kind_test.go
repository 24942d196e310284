package trust

import (
	"strings"
	"testing"

	"roletrail/iam"
)

const own = "111111111111"

func roleARN(t *testing.T, path string) iam.ARN {
	t.Helper()
	a, err := iam.ParseARN("arn:aws:iam::" + own + ":role" + path + "name")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// allow is a statement that lets the principal, in JSON, assume the role.
func allow(principal string) string {
	return `{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}`
}

func TestKindOfPrincipal(t *testing.T) {
	for principal, want := range map[string]Kind{
		`"*"`:                         CrossAccount,
		`{"AWS":"*"}`:                 CrossAccount,
		`{"AWS":["` + own + `","*"]}`: CrossAccount,
		`{"AWS":"222222222222"}`:      CrossAccount,
		`{"AWS":"arn:aws:iam::222222222222:root"}`:                                             CrossAccount,
		`{"AWS":"arn:aws:iam::222222222222:role/x"}`:                                           CrossAccount,
		`{"AWS":"arn:aws:sts::222222222222:assumed-role/x/y"}`:                                 CrossAccount,
		`{"AWS":"arn:aws:iam::*:role/x"}`:                                                      CrossAccount,
		`{"AWS":"arn:aws:iam::1111:root"}`:                                                     CrossAccount,
		`{"AWS":"somebody"}`:                                                                   CrossAccount,
		`{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}`: CrossAccount,
		`{"Federated":"arn:aws:iam::111111111111:oidc-provider/token.actions.example.com"}`:    WebIdentity,
		`{"Federated":"cognito-identity.amazonaws.com"}`:                                       WebIdentity,
		`{"Federated":"accounts.google.com"}`:                                                  WebIdentity,
		`{"Federated":"arn:aws:iam::111111111111:saml-provider/x"}`:                            SAML,
		`{"Federated":["arn:aws:iam::111111111111:saml-provider/x","www.amazon.com"]}`:         WebIdentity,
		`{"Service":"ec2.amazonaws.com"}`:                                                      InstanceProfile,
		`{"Service":"ec2.amazonaws.com.cn"}`:                                                   InstanceProfile,
		`{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}`:                             InstanceProfile,
		`{"Service":"ecs-tasks.amazonaws.com"}`:                                                Service,
		`{"Service":"rolesanywhere.amazonaws.com"}`:                                            Service,
		`{"Service":"lambda.amazonaws.com","AWS":"` + own + `"}`:                               Service,
		`{"Service":"lambda.amazonaws.com","AWS":"222222222222"}`:                              CrossAccount,
		`{"service":"lambda.amazonaws.com"}`:                                                   Service,
		`{"AWS":"` + own + `"}`:                                                                SameAccount,
		`{"AWS":"arn:aws:iam::111111111111:root"}`:                                             SameAccount,
		`{"AWS":"arn:aws:iam::111111111111:user/x"}`:                                           SameAccount,
		`{"AWS":"arn:aws:sts::111111111111:assumed-role/x/y"}`:                                 SameAccount,
		`{"AWS":"AIDA1234567890EXAMPLE"}`:                                                      SameAccount, // deleted
		`{"AWS":"AROA1234567890EXAMPLE"}`:                                                      SameAccount, // deleted
		`{"AWS":["AROA1234567890EXAMPLE","222222222222"]}`:                                     CrossAccount,
		`{"Odd":"x"}`: Unknown,
		`{}`:          Unknown,
	} {
		got, err := KindOf(roleARN(t, "/"), document(allow(principal)), false)
		if err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", principal, got, err, want)
		}
	}
}

func TestKindOfStatements(t *testing.T) {
	service := allow(`{"Service":"lambda.amazonaws.com"}`)
	for name, c := range map[string]struct {
		text string
		want Kind
	}{
		"single statement":    {`{"Statement":` + service + `}`, Service},
		"most exposed wins":   {document(service, allow(`{"AWS":"222222222222"}`), allow(`{"AWS":"`+own+`"}`)), CrossAccount},
		"conditions stay out": {document(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}}`), CrossAccount},
		"deny is no trust":    {document(service, `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`), Service},
		"deny alone":          {document(`{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}`), Unknown},
		"NotPrincipal":        {document(`{"Effect":"Allow","NotPrincipal":{"AWS":"` + own + `"},"Action":"sts:AssumeRole"}`), CrossAccount},
		"denied NotPrincipal": {document(service, `{"Effect":"Deny","NotPrincipal":{"AWS":"`+own+`"},"Action":"sts:AssumeRole"}`), Service},
		"tags only":           {document(service, `{"Effect":"Allow","Principal":"*","Action":["sts:TagSession","STS:setSourceIdentity"]}`), Service},
		"tags and more":       {document(`{"Effect":"Allow","Principal":"*","Action":["sts:TagSession","sts:*"]}`), CrossAccount},
		"no action":           {document(`{"Effect":"Allow","Principal":"*"}`), CrossAccount},
		"odd case":            {`{"statement":{"effect":"ALLOW","principal":{"aws":"*"},"action":"sts:AssumeRole"}}`, CrossAccount},
		"no document":         {"", Unknown},
	} {
		if got, err := KindOf(roleARN(t, "/"), c.text, false); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v; want %s", name, got, err, c.want)
		}
	}
}

// Path comes first: only AWS can make roles there.
func TestKindOfPath(t *testing.T) {
	anybody := document(allow(`"*"`))
	for path, want := range map[string]Kind{
		"/aws-service-role/config.amazonaws.com/":    ServiceLinked,
		"/aws-reserved/sso.amazonaws.com/":           PermissionSet,
		"/aws-reserved/sso.amazonaws.com/eu-west-1/": PermissionSet,
		"/aws-reserved/other.amazonaws.com/":         CrossAccount,
		"/x/aws-service-role/":                       CrossAccount,
		"/service-role/":                             CrossAccount,
		"/":                                          CrossAccount,
	} {
		if got, err := KindOf(roleARN(t, path), anybody, true); err != nil || got != want {
			t.Errorf("path %s: got %s, %v; want %s", path, got, err, want)
		}
	}
}

func TestKindOfInstanceProfile(t *testing.T) {
	for text, want := range map[string]Kind{
		document(allow(`{"Service":"lambda.amazonaws.com"}`)):  InstanceProfile,
		document(allow(`{"AWS":"222222222222"}`)):              CrossAccount,
		document(allow(`{"Federated":"accounts.google.com"}`)): WebIdentity,
		"": Unknown, // its trust is not known, and may be the worst
	} {
		if got, err := KindOf(roleARN(t, "/"), text, true); err != nil || got != want {
			t.Errorf("%s: got %s, %v; want %s", text, got, err, want)
		}
	}
}

// What cannot be read may be the most exposed part: the kind is not guessed.
func TestKindOfUnreadable(t *testing.T) {
	bad := `{"Effect":"Allow","Principal":{"AWS":{"x":1}}}`
	for text, want := range map[string]Kind{
		document(allow(`{"Service":"lambda.amazonaws.com"}`), bad): Unknown,
		document(allow(`"*"`), bad):                                CrossAccount,
		`{"Version":"2012-10-17"}`:                                 Unknown,
		`{`:                                                        Unknown,
	} {
		got, err := KindOf(roleARN(t, "/"), text, false)
		if err == nil || !strings.HasPrefix(err.Error(), "reading trust policy: parsing policy: ") || got != want {
			t.Errorf("%s: got %s, %v; want %s and an error", text, got, err, want)
		}
	}
}
