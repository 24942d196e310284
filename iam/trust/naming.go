package trust

import (
	"strings"

	"roletrail/iam"
)

// naming is how a principal of a trust policy names a caller.
type naming int

const (
	otherThan naming = iota // it does not
	perhaps                 // it may: the event does not show enough of the caller
	amongMany               // as one of many: of an account, of a provider, of all
	byName                  // it and no other
)

// names says how the principal of a row names the caller.
func (r Row) names(c Call) naming {
	switch r.PrincipalKind {
	case PrincipalAnyone:
		return amongMany
	case PrincipalUnknown:
		return perhaps
	}
	federated := r.PrincipalKind == PrincipalService || r.PrincipalKind == PrincipalOIDC || r.PrincipalKind == PrincipalSAML
	switch {
	case c.isUnknown() && (federated || c.Account == ""):
		return perhaps
	case c.isFederated() != federated:
		return otherThan
	}
	switch r.PrincipalKind {
	case PrincipalService:
		return r.namesService(c)
	case PrincipalOIDC:
		return r.namesSubject(c)
	case PrincipalSAML:
		return r.namesSAML(c)
	}
	return r.namesPrincipal(c)
}

func (r Row) namesService(c Call) naming {
	switch {
	case c.Kind != "service":
		return otherThan
	case !strings.Contains(c.Caller, "."): // AWS Internal: some service
		return perhaps
	}
	return exactly(ServiceKey(c.Caller) == r.PrincipalKey)
}

// namesSubject: an OIDC provider vouches for all its subjects, which for a public
// one is the world; a condition on the subject makes it less.
func (r Row) namesSubject(c Call) naming {
	provider := strings.TrimPrefix(r.PrincipalKey, "oidc:")
	switch {
	case c.Kind != "web_identity":
		return otherThan
	case c.Provider == "":
		return perhaps
	case c.Provider == provider:
		return amongMany
	}
	return otherThan
}

// namesSAML: a SAML provider is taken at its word, since its assertion names
// person and role. Identity Center signs people in through providers of its own.
func (r Row) namesSAML(c Call) naming {
	name := strings.TrimPrefix(r.PrincipalKey, "saml:")
	switch {
	case c.Provider != "" && (c.Kind == "saml" || c.Kind == "identity_center"):
		return exactly(name == c.Provider)
	case c.Kind == "saml":
		return perhaps
	case c.Kind == "identity_center":
		return exactly(strings.HasPrefix(name, "AWSSSO_"))
	}
	return otherThan
}

// namesPrincipal is about the principals of an account.
func (r Row) namesPrincipal(c Call) naming {
	if r.PrincipalKind == PrincipalDangling {
		if c.PrincipalID == "" {
			return perhaps
		}
		return exactly(c.PrincipalID == r.PrincipalKey)
	}
	switch {
	case c.Account == "":
		return perhaps
	case c.Account != r.PrincipalAccount:
		return otherThan
	case r.PrincipalKind == PrincipalAccount:
		return amongMany
	case r.PrincipalKind == PrincipalSession:
		return r.namesSession(c)
	case !c.hasARN():
		return r.mayBe(c)
	}
	return exactly(string(r.PrincipalKind) == c.Kind && nameOf(c.Caller) == nameOf(r.PrincipalKey))
}

// namesSession compares with one session of one role,
// arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION.
func (r Row) namesSession(c Call) naming {
	role, _, _ := strings.Cut(r.PrincipalKey[strings.IndexByte(r.PrincipalKey, '/')+1:], "/")
	switch {
	case c.SessionARN != "":
		return exactly(c.SessionARN == r.PrincipalKey)
	case !c.hasARN():
		return r.mayBe(c)
	case c.Kind == "role" && nameOf(c.Caller) == role:
		return perhaps
	}
	return otherThan
}

// mayBe compares a caller of whom account and unique id are known: the id tells
// a user from a role.
func (r Row) mayBe(c Call) naming {
	isUser := strings.HasPrefix(c.PrincipalID, "AIDA")
	if isUser && r.PrincipalKind != PrincipalUser || iam.IsRoleID(c.PrincipalID) && r.PrincipalKind == PrincipalUser {
		return otherThan
	}
	return perhaps
}

func exactly(same bool) naming {
	if same {
		return byName
	}
	return otherThan
}

// nameOf is the name of a user or role, without path: names are unique within an
// account whatever their path, and some events leave the path out.
func nameOf(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}
