package trust

import (
	"errors"
	"fmt"
	"strings"

	"roletrail/iam"
	"roletrail/iam/policy"
)

// Kind is what sort of caller a role is made for: a closed set (design 9.7).
type Kind string

// The kinds of roles, in the order of precedence: the first two by path, the
// others from the most to the least exposed.
const (
	ServiceLinked   Kind = "service_linked"   // AWS made it for a service of its own
	PermissionSet   Kind = "permission_set"   // Identity Center made it
	CrossAccount    Kind = "cross_account"    // another account, or anybody
	WebIdentity     Kind = "web_identity"     // an OIDC provider: CI, pods, apps
	SAML            Kind = "saml"             // people by way of a SAML provider
	InstanceProfile Kind = "instance_profile" // EC2 instances
	Service         Kind = "service"          // any other AWS service
	SameAccount     Kind = "same_account"     // users and roles of its own account
	Unknown         Kind = "unknown"          // no trust policy, or none that could be read
)

// Paths under which only AWS itself can make roles.
const (
	serviceLinkedPath = "/aws-service-role/"
	permissionSetPath = "/aws-reserved/sso.amazonaws.com/"
)

// exposure ranks the kinds that come from trust; the lowest rank wins.
var exposure = map[Kind]int{
	CrossAccount: 1, WebIdentity: 2, SAML: 3, InstanceProfile: 4, Service: 5, SameAccount: 6, Unknown: 7,
}

// KindOf returns the kind of a role. role is the role's ARN, text its trust
// policy as policy.Decode returns it ("" when there is none), onInstanceProfile
// whether an instance profile holds the role.
//
// Only Allow statements count, whatever their conditions; one that allows
// nothing but sts:TagSession, sts:SetSourceIdentity or sts:SetContext lets
// nobody in and does not count. NotPrincipal in an Allow lets in all but a few
// and is cross_account.
//
// The error says which statement could not be read. The kind is then
// cross_account if the others show that much already, else unknown: an unread
// statement may be the most exposed one.
func KindOf(role iam.ARN, text string, onInstanceProfile bool) (Kind, error) {
	if k := kindOfPath(role); k != "" {
		return k, nil
	}
	if text == "" {
		return Unknown, nil
	}
	kind := Unknown
	if onInstanceProfile {
		kind = InstanceProfile
	}
	doc, err := policy.Parse(text)
	for _, s := range doc.Statements {
		kind = moreExposed(kind, kindOfStatement(s, role.AccountID))
	}
	if err == nil {
		return kind, nil
	}
	if kind != CrossAccount && !errors.Is(err, policy.ErrNoStatement) {
		kind = Unknown
	}
	return kind, fmt.Errorf("reading trust policy: %w", err)
}

func kindOfPath(role iam.ARN) Kind {
	path, _, ok := role.Role()
	switch {
	case !ok:
		return ""
	case strings.HasPrefix(path, serviceLinkedPath):
		return ServiceLinked
	case strings.HasPrefix(path, permissionSetPath):
		return PermissionSet
	}
	return ""
}

func kindOfStatement(s policy.Statement, account string) Kind {
	if !s.Allow || !admits(s) {
		return Unknown
	}
	if s.HasNotPrincipal {
		return CrossAccount
	}
	kind := Unknown
	for _, p := range s.Principals {
		kind = moreExposed(kind, kindOfPrincipal(p, account))
	}
	return kind
}

// admits says whether a statement lets a session begin, and not only carry tags
// or a source identity. In doubt it does.
func admits(s policy.Statement) bool {
	if len(s.Actions) == 0 {
		return true
	}
	for _, a := range s.Actions {
		switch strings.ToLower(a) {
		case "sts:tagsession", "sts:setsourceidentity", "sts:setcontext":
		default:
			return true
		}
	}
	return false
}

func moreExposed(a, b Kind) Kind {
	if exposure[b] < exposure[a] {
		return b
	}
	return a
}
