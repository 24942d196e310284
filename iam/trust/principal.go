package trust

import (
	"strings"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// PrincipalKind is what a principal of a trust policy names: a closed set.
type PrincipalKind string

// The kinds of principals.
const (
	PrincipalAnyone   PrincipalKind = "anyone"   // "*"
	PrincipalAccount  PrincipalKind = "account"  // every principal of an account
	PrincipalUser     PrincipalKind = "user"     // one IAM user
	PrincipalRole     PrincipalKind = "role"     // every session of one role
	PrincipalSession  PrincipalKind = "session"  // one session name of one role, or one federated user
	PrincipalService  PrincipalKind = "service"  // an AWS service
	PrincipalOIDC     PrincipalKind = "oidc"     // every subject of an OIDC provider
	PrincipalSAML     PrincipalKind = "saml"     // whomever a SAML provider sends
	PrincipalDangling PrincipalKind = "dangling" // a user or role that was deleted
	PrincipalUnknown  PrincipalKind = "unknown"  // of no known form: it may be anybody
)

// principal is what one principal of a statement names.
type principal struct {
	kind    PrincipalKind
	account string // empty where the principal does not tell
	key     string // what the caller is compared with; empty for anyone and unknown
}

// readPrincipal tells what a principal names. AWS refuses a wildcard within an
// ARN or a host, so one that has it is unknown, and so is a canonical user: its
// id does not show which account it is.
func readPrincipal(p policy.Principal) principal {
	if p.Type == "AWS" && p.Value == "*" {
		return principal{kind: PrincipalAnyone}
	}
	if strings.ContainsAny(p.Value, "*?") {
		return principal{kind: PrincipalUnknown}
	}
	switch p.Type {
	case "AWS":
		return readAWS(p.Value)
	case "Service":
		if host := ServiceKey(p.Value); strings.Contains(host, ".") {
			return principal{PrincipalService, "", host}
		}
	case "Federated":
		return readFederated(p.Value)
	}
	return principal{kind: PrincipalUnknown}
}

// readAWS reads an account id, the ARN of an account, user, role or session, or
// the unique id of a deleted principal.
func readAWS(value string) principal {
	if iam.IsAccountID(value) {
		return principal{PrincipalAccount, value, value}
	}
	if iam.IsUniqueID(value) {
		return principal{PrincipalDangling, "", value}
	}
	a, err := iam.ParseARN(value)
	if err != nil || !iam.IsAccountID(a.AccountID) {
		return principal{kind: PrincipalUnknown}
	}
	kind := PrincipalUnknown
	form, rest, _ := strings.Cut(a.Resource, "/")
	switch {
	case a.Service == "iam" && a.Resource == "root":
		return principal{PrincipalAccount, a.AccountID, a.AccountID}
	case rest == "":
	case a.Service == "iam" && form == "user":
		kind = PrincipalUser
	case a.Service == "iam" && form == "role":
		kind = PrincipalRole
	case a.Service == "sts" && (form == "federated-user" || form == "assumed-role" && strings.Contains(rest, "/")):
		kind = PrincipalSession
	}
	if kind == PrincipalUnknown {
		return principal{kind: kind}
	}
	return principal{kind, a.AccountID, value}
}

// readFederated reads the ARN of a provider, or the host of one that needs no
// registration: Cognito, Google, Facebook, Login with Amazon.
func readFederated(value string) principal {
	a, err := iam.ParseARN(value)
	if err != nil {
		if strings.Contains(value, ".") && !strings.Contains(value, ":") {
			return principal{PrincipalOIDC, "", "oidc:" + value}
		}
		return principal{kind: PrincipalUnknown}
	}
	form, name, _ := strings.Cut(a.Resource, "/")
	switch {
	case a.Service != "iam" || name == "":
	case form == "oidc-provider":
		return principal{PrincipalOIDC, a.AccountID, "oidc:" + name}
	case form == "saml-provider":
		return principal{PrincipalSAML, a.AccountID, "saml:" + name}
	}
	return principal{kind: PrincipalUnknown}
}
