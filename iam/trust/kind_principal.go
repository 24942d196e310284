package trust

import (
	"strings"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// kindOfPrincipal says what one principal of an Allow statement makes of a role
// in the given account.
func kindOfPrincipal(p policy.Principal, account string) Kind {
	switch p.Type {
	case "AWS":
		return kindOfAWS(p.Value, account)
	case "Service":
		return kindOfService(p.Value)
	case "Federated":
		return kindOfFederated(p.Value)
	case "CanonicalUser":
		// A canonical id hides its account, so it cannot be shown to be ours.
		return CrossAccount
	}
	return Unknown
}

// kindOfAWS judges an AWS principal: "*", an account id, an ARN or the unique id
// of a deleted principal.
//
// A unique id (AIDA…, AROA…) is what IAM puts in the place of a user or role
// that was deleted. Nobody can come by it any more, a namesake made later has
// another id, and it does not tell its account: it counts as same_account, the
// least exposed kind.
//
// Anything else that does not name our account is foreign, wildcards within an
// ARN and unreadable text included.
func kindOfAWS(value, account string) Kind {
	if value == account || iam.IsUniqueID(value) {
		return SameAccount
	}
	if a, err := iam.ParseARN(value); err == nil && a.AccountID == account {
		return SameAccount
	}
	return CrossAccount
}

func kindOfService(host string) Kind {
	switch strings.ToLower(host) {
	case "ec2.amazonaws.com", "ec2.amazonaws.com.cn":
		return InstanceProfile
	}
	return Service
}

// kindOfFederated tells SAML providers, which are always named by ARN, from web
// identity: OIDC providers by ARN, and the hosts of Cognito, Google, Facebook
// and Amazon.
func kindOfFederated(provider string) Kind {
	if a, err := iam.ParseARN(provider); err == nil && strings.HasPrefix(a.Resource, "saml-provider/") {
		return SAML
	}
	return WebIdentity
}
