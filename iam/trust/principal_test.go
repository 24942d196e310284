package trust

import (
	"strings"
	"testing"

	"roletrail/iam/policy"
)

func TestReadPrincipal(t *testing.T) {
	const a = "222222222222"
	unknown := principal{kind: PrincipalUnknown}
	for _, c := range []struct {
		typ, value string
		want       principal
	}{
		{"AWS", "*", principal{PrincipalAnyone, "", ""}},
		{"AWS", a, principal{PrincipalAccount, a, a}},
		{"AWS", "012345678901", principal{PrincipalAccount, "012345678901", "012345678901"}},
		{"AWS", "arn:aws:iam::" + a + ":root", principal{PrincipalAccount, a, a}},
		{"AWS", "arn:aws-us-gov:iam::" + a + ":root", principal{PrincipalAccount, a, a}},
		{"AWS", "arn:aws:iam::" + a + ":user/ann", principal{PrincipalUser, a, "arn:aws:iam::" + a + ":user/ann"}},
		{"AWS", "arn:aws:iam::" + a + ":user/team/ann", principal{PrincipalUser, a, "arn:aws:iam::" + a + ":user/team/ann"}},
		{"AWS", "arn:aws:iam::" + a + ":role/x", principal{PrincipalRole, a, "arn:aws:iam::" + a + ":role/x"}},
		{"AWS", "arn:aws-cn:iam::" + a + ":role/a/b/x", principal{PrincipalRole, a, "arn:aws-cn:iam::" + a + ":role/a/b/x"}},
		{"AWS", "arn:aws:sts::" + a + ":assumed-role/x/s@y", principal{PrincipalSession, a, "arn:aws:sts::" + a + ":assumed-role/x/s@y"}},
		{"AWS", "arn:aws:sts::" + a + ":federated-user/ann", principal{PrincipalSession, a, "arn:aws:sts::" + a + ":federated-user/ann"}},
		{"AWS", "arn:aws:sts::" + a + ":assumed-role/x", unknown}, // no session
		{"AWS", "AROA1234567890EXAMPLE", principal{PrincipalDangling, "", "AROA1234567890EXAMPLE"}},
		{"AWS", "AIDA1234567890EXAMPLE", principal{PrincipalDangling, "", "AIDA1234567890EXAMPLE"}},
		{"AWS", "arn:aws:iam::*:role/x", unknown},
		{"AWS", "arn:aws:iam::" + a + ":role/*", unknown},
		{"AWS", "arn:aws:iam::" + a + ":group/x", unknown},
		{"AWS", "arn:aws:iam::" + a + ":user/", unknown},
		{"AWS", "arn:aws:iam::2222:root", unknown},
		{"AWS", "arn:aws:s3:::bucket", unknown},
		{"AWS", "2222", unknown},
		{"AWS", "somebody", unknown},
		{"AWS", "", unknown},
		{"Service", "ec2.amazonaws.com", principal{PrincipalService, "", "ec2.amazonaws.com"}},
		{"Service", "EC2.amazonaws.com.cn", principal{PrincipalService, "", "ec2.amazonaws.com"}},
		{"Service", "states.us-east-1.amazonaws.com", principal{PrincipalService, "", "states.amazonaws.com"}},
		{"Service", "logs.us-gov-west-1.amazonaws.com", principal{PrincipalService, "", "logs.amazonaws.com"}},
		{"Service", "logs.cn-north-1.amazonaws.com.cn", principal{PrincipalService, "", "logs.amazonaws.com"}},
		{"Service", "member.org.stacksets.cloudformation.amazonaws.com", principal{PrincipalService, "", "member.org.stacksets.cloudformation.amazonaws.com"}},
		{"Service", "alexa-appkit.amazon.com", principal{PrincipalService, "", "alexa-appkit.amazon.com"}},
		{"Service", "*", unknown},
		{"Service", "ec2", unknown},
		{"Federated", "arn:aws:iam::" + a + ":oidc-provider/token.actions.githubusercontent.com", principal{PrincipalOIDC, a, "oidc:token.actions.githubusercontent.com"}},
		{"Federated", "arn:aws:iam::" + a + ":oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB0", principal{PrincipalOIDC, a, "oidc:oidc.eks.eu-west-1.amazonaws.com/id/AB0"}},
		{"Federated", "cognito-identity.amazonaws.com", principal{PrincipalOIDC, "", "oidc:cognito-identity.amazonaws.com"}},
		{"Federated", "accounts.google.com", principal{PrincipalOIDC, "", "oidc:accounts.google.com"}},
		{"Federated", "www.amazon.com", principal{PrincipalOIDC, "", "oidc:www.amazon.com"}},
		{"Federated", "graph.facebook.com", principal{PrincipalOIDC, "", "oidc:graph.facebook.com"}},
		{"Federated", "arn:aws:iam::" + a + ":saml-provider/Corp", principal{PrincipalSAML, a, "saml:Corp"}},
		{"Federated", "arn:aws:iam::" + a + ":role/x", unknown},
		{"Federated", "arn:aws:iam::" + a + ":saml-provider/", unknown},
		{"Federated", "*", unknown},
		{"Federated", "idp", unknown},
		{"CanonicalUser", strings.Repeat("7a", 32), unknown},
		{"Odd", a, unknown},
	} {
		if got := readPrincipal(policy.Principal{Type: c.typ, Value: c.value}); got != c.want {
			t.Errorf("%s %q: got %v, want %v", c.typ, c.value, got, c.want)
		}
	}
}
